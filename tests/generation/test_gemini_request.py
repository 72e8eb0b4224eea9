"""Requests as Gemini's generateContent takes them, feature by feature."""

from __future__ import annotations

from typing import Any

import pytest

from understudy.domain.messages import ImagePart, Message, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from understudy.domain.requests import GenerationRequest, Tool
from understudy.providers.generation.gemini.codec import GeminiCodec

LOOK = Tool(name="look", description="Look.", parameters={"type": "object", "properties": {"at": {"type": "string"}}})


def encode(prompt: Any, *, model: str = "gemini-3.8-flash", **options: Any) -> dict[str, Any]:
    return GeminiCodec().encode(GenerationRequest.of(prompt, **options), model=model, stream=False).body


def test_a_plain_prompt_is_one_content_and_nothing_else() -> None:
    assert encode("Hello") == {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]}


@pytest.mark.parametrize(
    ("model", "stream", "path"),
    [
        ("gemini-x", False, "/models/gemini-x:generateContent"),
        ("gemini-x", True, "/models/gemini-x:streamGenerateContent?alt=sse"),
        ("models/gemini-x", False, "/models/gemini-x:generateContent"),
        ("tunedModels/mine", False, "/tunedModels/mine:generateContent"),
    ],
)
def test_the_model_and_the_way_of_answering_are_in_the_path(model: str, stream: bool, path: str) -> None:
    wire = GeminiCodec().encode(GenerationRequest.of("Hello"), model=model, stream=stream)
    assert wire.path == path
    assert "model" not in wire.body


def test_sampling_stop_seed_and_limit_are_in_the_generation_config() -> None:
    body = encode("Hello", temperature=0.0, top_p=0.9, stop=["END"], seed=7, max_output_tokens=50)
    assert body["generationConfig"] == {
        "temperature": 0.0,
        "topP": 0.9,
        "stopSequences": ["END"],
        "seed": 7,
        "maxOutputTokens": 50,
    }


def test_system_text_is_the_system_instruction() -> None:
    body = encode([Message.system("Be brief."), Message.user("Hi")], system="You are a clerk.")
    assert body["systemInstruction"] == {"parts": [{"text": "You are a clerk.\n\nBe brief."}]}
    assert len(body["contents"]) == 1


def test_results_go_back_by_the_name_of_their_call_and_turns_alternate() -> None:
    body = encode(
        [
            Message.user("One"),
            Message.user("Two"),
            Message.assistant(
                [
                    ToolCallPart(id="gid", name="look", arguments={"at": "it"}, signature="sig"),
                    ToolCallPart(id="understudy-r-1", name="listen"),
                ]
            ),
            Message.tool(
                [
                    ToolResultPart(tool_call_id="gid", content="seen"),
                    ToolResultPart(tool_call_id="understudy-r-1", content="deaf", is_error=True),
                ]
            ),
            Message.tool(ToolResultPart(tool_call_id="gone", name="smell", content="roses")),
        ]
    )
    assert body["contents"] == [
        {"role": "user", "parts": [{"text": "One"}, {"text": "Two"}]},
        {
            "role": "model",
            "parts": [
                {"functionCall": {"name": "look", "args": {"at": "it"}, "id": "gid"}, "thoughtSignature": "sig"},
                {"functionCall": {"name": "listen", "args": {}}},
            ],
        },
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"name": "look", "response": {"output": "seen"}, "id": "gid"}},
                {"functionResponse": {"name": "listen", "response": {"error": "deaf"}}},
                {"functionResponse": {"name": "smell", "response": {"output": "roses"}, "id": "gone"}},
            ],
        },
    ]


def test_images_go_inline_or_by_their_url() -> None:
    image = ImagePart(data=b"\x89PNG", media_type="image/png")
    linked = ImagePart(url="https://example.com/a.jpg", media_type="image/jpeg")
    assert encode(Message.user([image, linked]))["contents"][0]["parts"] == [
        {"inlineData": {"mimeType": "image/png", "data": "iVBORw=="}},
        {"fileData": {"mimeType": "image/jpeg", "fileUri": "https://example.com/a.jpg"}},
    ]


def test_tools_are_declarations_with_json_schemas() -> None:
    assert encode("Hi", tools=[LOOK])["tools"] == [
        {
            "functionDeclarations": [
                {"name": "look", "description": "Look.", "parametersJsonSchema": dict(LOOK.parameters)}
            ]
        }
    ]


@pytest.mark.parametrize(
    ("choice", "encoded"),
    [
        ("auto", {"mode": "AUTO"}),
        ("none", {"mode": "NONE"}),
        ("required", {"mode": "ANY"}),
        ("look", {"mode": "ANY", "allowedFunctionNames": ["look"]}),
    ],
)
def test_tool_choice(choice: str, encoded: dict[str, Any]) -> None:
    assert encode("Hi", tools=[LOOK], tool_choice=choice)["toolConfig"] == {"functionCallingConfig": encoded}


def test_a_strict_tool_asks_for_validated_calls() -> None:
    strict = Tool(name="now", strict=True)
    assert encode("Hi", tools=[strict])["toolConfig"] == {"functionCallingConfig": {"mode": "VALIDATED"}}


def test_a_schema_asks_for_json_that_fits_it() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}}
    assert encode("Hi", response_schema=schema)["generationConfig"] == {
        "responseMimeType": "application/json",
        "responseJsonSchema": schema,
    }


@pytest.mark.parametrize(
    ("model", "depth"),
    [
        ("gemini-3.8-flash", {"thinkingLevel": "low"}),
        ("gemini-flash-latest", {"thinkingLevel": "low"}),
        ("gemini-2.5-pro", {"thinkingBudget": 1024}),
        ("models/gemini-2.5-flash", {"thinkingBudget": 1024}),
    ],
)
def test_effort_is_a_level_or_for_older_models_a_budget(model: str, depth: dict[str, Any]) -> None:
    config = encode("Hi", model=model, reasoning_effort="low")["generationConfig"]
    assert config == {"thinkingConfig": {"includeThoughts": True, **depth}}


def test_the_answers_parts_go_back_as_they_came_with_their_signatures() -> None:
    sent = [
        {"text": "Hm.", "thought": True, "thoughtSignature": "a"},
        {"text": "I'll look.", "thoughtSignature": "b"},
        {"functionCall": {"name": "look", "args": {"at": "it"}, "id": "x"}, "thoughtSignature": "c"},
        {"text": "", "thoughtSignature": "d"},
    ]
    candidate = {"content": {"parts": sent}, "finishReason": "STOP"}
    parts = GeminiCodec().decode({"candidates": [candidate]}).parts
    assert encode([Message.user("Hi"), Message.assistant(parts)])["contents"][1]["parts"] == sent


def test_reasoning_that_gemini_has_not_signed_stays_here() -> None:
    said = Message.assistant([ReasoningPart(text="Another's."), TextPart("Yes?")])
    assert encode([Message.user("Hi"), said])["contents"][1]["parts"] == [{"text": "Yes?"}]


def test_a_signature_that_no_text_waits_for_is_a_part_of_its_own() -> None:
    signed = ReasoningPart(signature="s", redacted=True)
    call = ToolCallPart(id="x", name="look", arguments={})
    for before in ([], [call]):
        said = encode([Message.user("Hi"), Message.assistant([*before, signed])])["contents"][1]["parts"]
        assert said[len(before) :] == [{"text": "", "thoughtSignature": "s"}]
        assert all("thoughtSignature" not in part for part in said[: len(before)])


def test_a_signature_is_the_last_texts_and_no_earlier_ones() -> None:
    said = [TextPart("One."), TextPart("Two."), ReasoningPart(signature="s", redacted=True)]
    parts = encode([Message.user("Hi"), Message.assistant(said)])["contents"][1]["parts"]
    assert parts == [{"text": "One."}, {"text": "Two.", "thoughtSignature": "s"}]
