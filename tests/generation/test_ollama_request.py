"""Requests as Ollama's /api/chat takes them, feature by feature."""

from __future__ import annotations

from typing import Any

import pytest

from understudy.domain.messages import ImagePart, Message, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from understudy.domain.requests import GenerationRequest, Tool
from understudy.providers.generation.ollama.codec import OllamaCodec


def encode(prompt: Any, *, stream: bool = False, **options: Any) -> dict[str, Any]:
    return OllamaCodec().encode(GenerationRequest.of(prompt, **options), model="gemma4", stream=stream).body


@pytest.mark.parametrize("stream", [True, False])
def test_a_plain_prompt_is_one_message_and_streaming_is_always_said(stream: bool) -> None:
    assert encode("Hello", stream=stream) == {
        "model": "gemma4",
        "messages": [{"role": "user", "content": "Hello"}],
        "stream": stream,
    }


def test_the_path_is_the_chat_api() -> None:
    assert OllamaCodec().encode(GenerationRequest.of("Hello"), model="m", stream=True).path == "/api/chat"


def test_sampling_stop_seed_and_limit_are_options() -> None:
    body = encode("Hello", temperature=0.0, top_p=0.9, stop=["END"], seed=7, max_output_tokens=50)
    assert body["options"] == {"temperature": 0.0, "top_p": 0.9, "stop": ["END"], "seed": 7, "num_predict": 50}


def test_system_text_is_one_message_before_all_others() -> None:
    body = encode([Message.user("Hi"), Message.system("Be brief.")], system="You are a clerk.")
    assert body["messages"] == [
        {"role": "system", "content": "You are a clerk.\n\nBe brief."},
        {"role": "user", "content": "Hi"},
    ]


def test_calls_and_results_go_back_with_names_and_the_services_own_ids() -> None:
    body = encode(
        [
            Message.user("Hi"),
            Message.assistant(
                [
                    ReasoningPart(text="Hm."),
                    TextPart("I'll look."),
                    ToolCallPart(id="call_1", name="look", arguments={"at": "it"}),
                    ToolCallPart(id="understudy-x-1", name="listen"),
                ]
            ),
            Message.tool(
                [
                    ToolResultPart(tool_call_id="call_1", content="seen"),
                    ToolResultPart(tool_call_id="understudy-x-1", content="deaf", is_error=True),
                ]
            ),
            Message.user([ToolResultPart(tool_call_id="gone", name="smell", content="roses"), TextPart("And?")]),
        ]
    )
    assert body["messages"][1:] == [
        {
            "role": "assistant",
            "content": "I'll look.",
            "thinking": "Hm.",
            "tool_calls": [
                {"function": {"name": "look", "arguments": {"at": "it"}}, "id": "call_1"},
                {"function": {"name": "listen", "arguments": {}}},
            ],
        },
        {"role": "tool", "content": "seen", "tool_name": "look", "tool_call_id": "call_1"},
        {"role": "tool", "content": "Error: deaf", "tool_name": "listen"},
        {"role": "tool", "content": "roses", "tool_name": "smell", "tool_call_id": "gone"},
        {"role": "user", "content": "And?"},
    ]


def test_images_go_as_base64_beside_the_text() -> None:
    body = encode(Message.user([TextPart("What?"), ImagePart(data=b"\x89PNG")]))
    assert body["messages"] == [{"role": "user", "content": "What?", "images": ["iVBORw=="]}]


def test_an_image_needs_no_text() -> None:
    assert encode(Message.user(ImagePart(data=b"\x89PNG")))["messages"][0]["content"] == ""


def test_tools_are_functions() -> None:
    tool = Tool(name="look", description="Look.", parameters={"type": "object", "properties": {}})
    assert encode("Hi", tools=[tool])["tools"] == [
        {
            "type": "function",
            "function": {"name": "look", "description": "Look.", "parameters": {"type": "object", "properties": {}}},
        }
    ]


def test_a_schema_is_the_format() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    assert encode("Hi", response_schema=schema)["format"] == schema


@pytest.mark.parametrize(("effort", "think"), [("none", False), ("low", "low"), ("high", "high")])
def test_effort_is_how_to_think(effort: str, think: bool | str) -> None:
    assert encode("Hi", reasoning_effort=effort)["think"] == think
