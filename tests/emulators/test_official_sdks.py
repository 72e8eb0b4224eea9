"""The vendors' own libraries, unchanged, against the emulators on a loopback port: that proves the emulators."""

from __future__ import annotations

import base64
import json

import anthropic
import ollama
import openai
import pytest
from google import genai
from google.genai import errors as genai_errors
from google.genai import types as genai_types
from pydantic import BaseModel

from understudy.domain import errors
from understudy.domain.messages import ToolCallPart
from understudy.providers.generation.mock import Answer
from understudy.testing.emulators import emulate

KEY = "sk-test-0123456789"
PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
CALL = ToolCallPart(id="", name="get_weather", arguments={"city": "Tromsø"})


class Person(BaseModel):
    name: str
    age: int


@pytest.fixture
def start(serve):
    """An emulator by name, and its URL."""

    def begin(name):
        emulator = emulate(name, keys=[KEY])
        return emulator, serve(emulator)

    return begin


@pytest.fixture
def openai_sdk(start):
    emulator, url = start("codex")
    with openai.OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0) as sdk:
        yield emulator, sdk


@pytest.fixture
def deepseek_sdk(start):
    emulator, url = start("deepseek")
    with openai.OpenAI(base_url=url, api_key=KEY, max_retries=0) as sdk:
        yield emulator, sdk


@pytest.fixture
def anthropic_sdk(start):
    emulator, url = start("claude")
    with anthropic.Anthropic(base_url=url, api_key=KEY, max_retries=0) as sdk:
        yield emulator, sdk


@pytest.fixture
def genai_sdk(start):
    emulator, url = start("gemini")
    sdk = genai.Client(api_key=KEY, http_options=genai_types.HttpOptions(base_url=url))
    yield emulator, sdk
    sdk.close()


@pytest.fixture
def ollama_sdk(start):
    emulator, url = start("ollama")
    sdk = ollama.Client(host=url, headers={"Authorization": f"Bearer {KEY}"})
    yield emulator, sdk
    sdk.close()


USER = [{"role": "user", "content": "Hello"}]
CHAT_TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": PARAMETERS}}


class TestOpenAIChat:
    def test_whole(self, openai_sdk):
        _, sdk = openai_sdk
        answer = sdk.chat.completions.with_raw_response.create(model="gpt-4o", messages=USER)
        completion = answer.parse()
        assert "Hello" in completion.choices[0].message.content
        assert completion.choices[0].finish_reason == "stop"
        assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens
        assert answer.headers["x-request-id"]

    def test_streamed(self, openai_sdk):
        _, sdk = openai_sdk
        whole = sdk.chat.completions.create(model="gpt-4o", messages=USER)
        options = {"include_usage": True}
        chunks = list(sdk.chat.completions.create(model="gpt-4o", messages=USER, stream=True, stream_options=options))
        texts = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
        assert "".join(texts) == whole.choices[0].message.content
        assert len([text for text in texts if text]) > 3
        assert chunks[-1].usage == whole.usage
        assert chunks[-2].choices[0].finish_reason == "stop"

    def test_usage_comes_only_when_asked_for(self, openai_sdk):
        _, sdk = openai_sdk
        chunks = list(sdk.chat.completions.create(model="gpt-4o", messages=USER, stream=True))
        assert all(chunk.usage is None for chunk in chunks)

    def test_tools(self, openai_sdk):
        emulator, sdk = openai_sdk
        emulator.script.when().answers(tool_calls=(CALL, CALL))
        answer = sdk.chat.completions.create(model="gpt-4o", messages=USER, tools=[CHAT_TOOL])
        first, second = answer.choices[0].message.tool_calls
        assert json.loads(first.function.arguments) == {"city": "Tromsø"}
        assert first.id != second.id
        assert answer.choices[0].finish_reason == "tool_calls"
        results = [{"role": "tool", "tool_call_id": call.id, "content": "sunny"} for call in (first, second)]
        messages = [*USER, answer.choices[0].message, *results]
        sdk.chat.completions.create(model="gpt-4o", messages=messages, tools=[CHAT_TOOL])
        assert [len(message.content) for message in emulator.last_request.messages] == [1, 2, 2]

    def test_tools_streamed(self, openai_sdk):
        emulator, sdk = openai_sdk
        emulator.script.when().answers(tool_calls=(CALL, CALL))
        with sdk.chat.completions.stream(model="gpt-4o", messages=USER, tools=[CHAT_TOOL]) as stream:
            message = stream.get_final_completion().choices[0].message
        assert [json.loads(call.function.arguments) for call in message.tool_calls] == [{"city": "Tromsø"}] * 2

    def test_structured(self, openai_sdk):
        _, sdk = openai_sdk
        answer = sdk.chat.completions.parse(model="gpt-4o", messages=USER, response_format=Person)
        assert isinstance(answer.choices[0].message.parsed, Person)

    def test_refusal(self, openai_sdk):
        emulator, sdk = openai_sdk
        emulator.script.when().answers(refusal="No.")
        assert sdk.chat.completions.create(model="gpt-4o", messages=USER).choices[0].message.refusal == "No."

    @pytest.mark.parametrize(
        ("kind", "seen", "code"),
        [
            (errors.AuthenticationError, openai.AuthenticationError, "invalid_api_key"),
            (errors.PermissionDeniedError, openai.PermissionDeniedError, None),
            (errors.NotFoundError, openai.NotFoundError, "model_not_found"),
            (errors.ContextLengthExceededError, openai.BadRequestError, "context_length_exceeded"),
            (errors.RateLimitError, openai.RateLimitError, "rate_limit_exceeded"),
            (errors.QuotaExceededError, openai.RateLimitError, "insufficient_quota"),
            (errors.OverloadedError, openai.InternalServerError, "server_is_overloaded"),
            (errors.ServerError, openai.InternalServerError, "server_error"),
        ],
    )
    def test_errors(self, openai_sdk, kind, seen, code):
        emulator, sdk = openai_sdk
        emulator.script.when().raises(kind, retry_after=1.5)
        with pytest.raises(seen) as caught:
            sdk.chat.completions.create(model="gpt-4o", messages=USER)
        assert caught.value.code == code
        assert caught.value.request_id
        assert caught.value.response.headers["retry-after-ms"] == "1500"

    def test_error_inside_a_stream(self, openai_sdk):
        emulator, sdk = openai_sdk
        emulator.script.when().raises(errors.ServerError, after_chunks=1, answer="one two")
        texts = []
        with pytest.raises(openai.APIError, match="error while processing"):
            _drain(sdk.chat.completions.create(model="gpt-4o", messages=USER, stream=True), texts)
        assert [chunk.choices[0].delta.content for chunk in texts] == ["", "one"]

    def test_models_and_embeddings(self, openai_sdk):
        emulator, sdk = openai_sdk
        emulator.script.set_models("gpt-4o")
        assert [model.id for model in sdk.models.list()] == ["gpt-4o"]
        assert sdk.models.retrieve("gpt-4o").id == "gpt-4o"
        # The library asks for base64 unless told otherwise.
        coded = sdk.embeddings.create(model="text-embedding-3-small", input=["a", "b"], dimensions=16)
        plain = sdk.embeddings.create(
            model="text-embedding-3-small", input=["a", "b"], dimensions=16, encoding_format="float"
        )
        assert coded.data[1].embedding == pytest.approx(plain.data[1].embedding, abs=1e-6)
        assert len(plain.data[0].embedding) == 16

    def test_a_wrong_key(self, openai_sdk):
        _, sdk = openai_sdk
        with pytest.raises(openai.AuthenticationError):
            sdk.with_options(api_key="wrong").models.list()


def _drain(source, into):
    for item in source:
        into.append(item)  # what came before the error must be kept


class TestDeepSeek:
    def test_reasoning_and_json(self, deepseek_sdk):
        emulator, sdk = deepseek_sdk
        emulator.script.when(text="think").answers(reasoning="Hm.", text="Yes.")
        message = (
            sdk.chat.completions.create(model="deepseek-reasoner", messages=[{"role": "user", "content": "think"}])
            .choices[0]
            .message
        )
        assert (message.reasoning_content, message.content) == ("Hm.", "Yes.")
        asked = [{"role": "user", "content": f"Answer in JSON: {json.dumps(Person.model_json_schema())}"}]
        answer = sdk.chat.completions.create(
            model="deepseek-chat", messages=asked, response_format={"type": "json_object"}
        )
        assert Person.model_validate_json(answer.choices[0].message.content)
        assert answer.usage.prompt_cache_miss_tokens == answer.usage.prompt_tokens

    def test_streamed_reasoning_and_unasked_usage(self, deepseek_sdk):
        emulator, sdk = deepseek_sdk
        emulator.script.when().answers(reasoning="Hm well.", text="Yes.")
        chunks = list(sdk.chat.completions.create(model="deepseek-chat", messages=USER, stream=True))
        deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
        assert "".join(getattr(delta, "reasoning_content", None) or "" for delta in deltas) == "Hm well."
        assert chunks[-1].usage.completion_tokens > 0


RESPONSES_TOOL = {"type": "function", "name": "get_weather", "parameters": PARAMETERS, "strict": True}


class TestOpenAIResponses:
    def test_whole(self, openai_sdk):
        _, sdk = openai_sdk
        response = sdk.responses.create(model="gpt-5", input="Hello", instructions="Be brief", temperature=0.5)
        assert "Hello" in response.output_text
        assert (response.status, response.instructions, response.temperature) == ("completed", "Be brief", 0.5)
        assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens

    def test_streamed_events_come_in_order_and_are_numbered(self, openai_sdk):
        _, sdk = openai_sdk
        events = list(sdk.responses.create(model="gpt-5", input="Hello", stream=True))
        assert [event.sequence_number for event in events] == list(range(len(events)))
        assert [event.type for event in events[:4]] == [
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
        ]
        assert [event.type for event in events[-4:]] == [
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed",
        ]
        deltas = "".join(event.delta for event in events if event.type == "response.output_text.delta")
        assert deltas == events[-1].response.output_text

    def test_the_librarys_own_accumulation(self, openai_sdk):
        emulator, sdk = openai_sdk
        emulator.script.when().answers(Answer(reasoning="Hm well.", text="Look. ", tool_calls=(CALL,)))
        with sdk.responses.stream(model="gpt-5", input="Hello", tools=[RESPONSES_TOOL]) as stream:
            for _ in stream:
                pass
            response = stream.get_final_response()
        assert [item.type for item in response.output] == ["reasoning", "message", "function_call"]
        assert json.loads(response.output[2].arguments) == {"city": "Tromsø"}
        assert response.output[0].summary[0].text == "Hm well."

    def test_a_result_goes_back(self, openai_sdk):
        emulator, sdk = openai_sdk
        emulator.script.when(tool_result="get_weather").answers("It is sunny.")
        emulator.script.when().answers(tool_calls=(CALL,))
        first = sdk.responses.create(model="gpt-5", input="Weather?", tools=[RESPONSES_TOOL])
        call = first.output[0]
        output = {"type": "function_call_output", "call_id": call.call_id, "output": "sunny"}
        given = [{"role": "user", "content": "Weather?"}, *first.output, output]
        assert sdk.responses.create(model="gpt-5", input=given, tools=[RESPONSES_TOOL]).output_text == "It is sunny."

    def test_structured(self, openai_sdk):
        _, sdk = openai_sdk
        assert isinstance(sdk.responses.parse(model="gpt-5", input="Who?", text_format=Person).output_parsed, Person)

    def test_incomplete_and_refused(self, openai_sdk):
        emulator, sdk = openai_sdk
        cut = sdk.responses.create(model="gpt-5", input="Hello", max_output_tokens=3)
        assert (cut.status, cut.incomplete_details.reason) == ("incomplete", "max_output_tokens")
        emulator.script.when().answers(refusal="No.")
        refused = sdk.responses.create(model="gpt-5", input="Hello").output[0].content[0]
        assert (refused.type, refused.refusal) == ("refusal", "No.")

    def test_errors_whole_and_inside_a_stream(self, openai_sdk):
        emulator, sdk = openai_sdk
        emulator.script.when(text="whole").raises(errors.NotFoundError)
        with pytest.raises(openai.BadRequestError) as caught:
            sdk.responses.create(model="gpt-5", input="whole")
        assert caught.value.code == "model_not_found"
        emulator.script.when(text="inside").raises(errors.ServerError, after_chunks=1)
        last = list(sdk.responses.create(model="gpt-5", input="inside", stream=True))[-1]
        assert (last.type, last.response.error.code) == ("response.failed", "server_error")


CLAUDE = {"model": "claude-sonnet-5-5", "max_tokens": 200, "messages": USER}
CLAUDE_TOOL = {"name": "get_weather", "input_schema": PARAMETERS}


class TestAnthropic:
    def test_whole(self, anthropic_sdk):
        _, sdk = anthropic_sdk
        answer = sdk.messages.with_raw_response.create(**CLAUDE, system="Be brief")
        message = answer.parse()
        assert "Hello" in message.content[0].text
        assert (message.stop_reason, message.role, message.type) == ("end_turn", "assistant", "message")
        assert message.usage.output_tokens > 0
        assert answer.headers["request-id"]

    def test_streamed(self, anthropic_sdk):
        _, sdk = anthropic_sdk
        whole = sdk.messages.create(**CLAUDE)
        with sdk.messages.stream(**CLAUDE) as stream:
            texts = list(stream.text_stream)
            message = stream.get_final_message()
        assert "".join(texts) == whole.content[0].text == message.content[0].text
        assert (message.usage.input_tokens, message.usage.output_tokens) == (
            whole.usage.input_tokens,
            whole.usage.output_tokens,
        )
        assert (message.id, message.stop_reason) == (whole.id, "end_turn")

    def test_tools_thinking_and_results(self, anthropic_sdk):
        emulator, sdk = anthropic_sdk
        emulator.script.when(tool_result="get_weather").answers("It is sunny.")
        emulator.script.when().answers(Answer(reasoning="Hm well.", text="Look. ", tool_calls=(CALL,)))
        whole = sdk.messages.create(**CLAUDE, tools=[CLAUDE_TOOL])
        with sdk.messages.stream(**CLAUDE, tools=[CLAUDE_TOOL]) as stream:
            streamed = stream.get_final_message()
        assert [block.type for block in whole.content] == ["thinking", "text", "tool_use"]
        assert streamed.content[2].input == whole.content[2].input == {"city": "Tromsø"}
        assert streamed.content[0].signature == whole.content[0].signature
        assert streamed.stop_reason == "tool_use"
        result = {"type": "tool_result", "tool_use_id": whole.content[2].id, "content": "sunny"}
        turns = [*USER, {"role": "assistant", "content": whole.content}, {"role": "user", "content": [result]}]
        last = sdk.messages.create(**{**CLAUDE, "messages": turns}, tools=[CLAUDE_TOOL])
        assert last.content[0].text == "It is sunny."

    def test_demanded_tool(self, anthropic_sdk):
        _, sdk = anthropic_sdk
        message = sdk.messages.create(**CLAUDE, tools=[CLAUDE_TOOL], tool_choice={"type": "any"})
        assert message.content[0].input["city"]

    def test_structured(self, anthropic_sdk):
        _, sdk = anthropic_sdk
        message = sdk.messages.parse(**CLAUDE, output_format=Person)
        assert isinstance(message.parsed_output, Person)

    def test_images_and_stop_sequences(self, anthropic_sdk):
        emulator, sdk = anthropic_sdk
        emulator.script.when(images=True).answers("one two three")
        data = base64.b64encode(b"\x89PNG").decode()
        source = {"type": "base64", "media_type": "image/png", "data": data}
        turn = {"role": "user", "content": [{"type": "image", "source": source}, {"type": "text", "text": "What?"}]}
        message = sdk.messages.create(**{**CLAUDE, "messages": [turn]}, stop_sequences=["zzz", " two"])
        assert (message.content[0].text, message.stop_reason, message.stop_sequence) == ("one", "stop_sequence", " two")

    @pytest.mark.parametrize(
        ("kind", "seen"),
        [
            (errors.AuthenticationError, anthropic.AuthenticationError),
            (errors.PermissionDeniedError, anthropic.PermissionDeniedError),
            (errors.NotFoundError, anthropic.NotFoundError),
            (errors.ContextLengthExceededError, anthropic.BadRequestError),
            (errors.RateLimitError, anthropic.RateLimitError),
            (errors.OverloadedError, anthropic.InternalServerError),
            (errors.ServerError, anthropic.InternalServerError),
        ],
    )
    def test_errors(self, anthropic_sdk, kind, seen):
        emulator, sdk = anthropic_sdk
        emulator.script.when().raises(kind, retry_after=3)
        with pytest.raises(seen) as caught:
            sdk.messages.create(**CLAUDE)
        assert caught.value.body["type"] == "error"
        assert caught.value.request_id == caught.value.body["request_id"]
        assert caught.value.response.headers["retry-after"] == "3"

    def test_error_inside_a_stream(self, anthropic_sdk):
        emulator, sdk = anthropic_sdk
        emulator.script.when().raises(errors.OverloadedError, after_chunks=1, answer="one two")
        texts = []
        with sdk.messages.stream(**CLAUDE) as stream, pytest.raises(anthropic.APIStatusError, match="Overloaded"):
            _drain(stream.text_stream, texts)
        assert texts == ["one"]

    def test_models(self, anthropic_sdk):
        emulator, sdk = anthropic_sdk
        emulator.script.set_models("claude-sonnet-5-5")
        assert [model.id for model in sdk.models.list()] == ["claude-sonnet-5-5"]
        assert sdk.models.retrieve("claude-sonnet-5-5").type == "model"


GEMINI_TOOL = genai_types.Tool(
    function_declarations=[
        genai_types.FunctionDeclaration(
            name="get_weather",
            parameters=genai_types.Schema(
                type="OBJECT", properties={"city": genai_types.Schema(type="STRING")}, required=["city"]
            ),
        )
    ]
)
NO_AUTOMATION = genai_types.AutomaticFunctionCallingConfig(disable=True)


class TestGemini:
    def test_whole(self, genai_sdk):
        _, sdk = genai_sdk
        answer = sdk.models.generate_content(model="gemini-2.5-flash", contents="Hello")
        assert "Hello" in answer.text
        assert answer.candidates[0].finish_reason.value == "STOP"
        assert answer.usage_metadata.total_token_count > answer.usage_metadata.prompt_token_count
        assert (answer.model_version, bool(answer.response_id)) == ("gemini-2.5-flash", True)

    def test_streamed(self, genai_sdk):
        _, sdk = genai_sdk
        whole = sdk.models.generate_content(model="gemini-2.5-flash", contents="Hello")
        chunks = list(sdk.models.generate_content_stream(model="gemini-2.5-flash", contents="Hello"))
        assert "".join(chunk.text or "" for chunk in chunks) == whole.text
        assert len(chunks) > 3
        assert chunks[-1].candidates[0].finish_reason.value == "STOP"
        assert chunks[-1].usage_metadata == whole.usage_metadata

    def test_tools_and_results(self, genai_sdk):
        emulator, sdk = genai_sdk
        emulator.script.when(tool_result="get_weather").answers("It is sunny.")
        emulator.script.when().answers(tool_calls=(CALL, CALL))
        config = genai_types.GenerateContentConfig(tools=[GEMINI_TOOL], automatic_function_calling=NO_AUTOMATION)
        ask = {"model": "gemini-2.5-flash", "config": config}
        answer = sdk.models.generate_content(contents="Weather?", **ask)
        assert [call.args for call in answer.function_calls] == [{"city": "Tromsø"}] * 2
        streamed = [
            call
            for chunk in sdk.models.generate_content_stream(contents="Weather?", **ask)
            for call in chunk.function_calls or ()
        ]
        assert [call.args for call in streamed] == [{"city": "Tromsø"}] * 2
        result = genai_types.Part.from_function_response(name="get_weather", response={"result": "sunny"})
        turns = [
            genai_types.Content(role="user", parts=[genai_types.Part(text="Weather?")]),
            answer.candidates[0].content,
            genai_types.Content(role="user", parts=[result]),
        ]
        assert sdk.models.generate_content(contents=turns, **ask).text == "It is sunny."

    def test_demanded_tool(self, genai_sdk):
        _, sdk = genai_sdk
        calling = genai_types.FunctionCallingConfig(mode="ANY", allowed_function_names=["get_weather"])
        config = genai_types.GenerateContentConfig(
            tools=[GEMINI_TOOL],
            tool_config=genai_types.ToolConfig(function_calling_config=calling),
            automatic_function_calling=NO_AUTOMATION,
        )
        answer = sdk.models.generate_content(model="gemini-2.5-flash", contents="Hi", config=config)
        assert answer.function_calls[0].args["city"]

    def test_structured_and_thoughts(self, genai_sdk):
        _, sdk = genai_sdk
        config = genai_types.GenerateContentConfig(response_mime_type="application/json", response_schema=Person)
        answer = sdk.models.generate_content(model="gemini-2.5-flash", contents="Who?", config=config)
        assert isinstance(answer.parsed, Person)
        thinking = genai_types.ThinkingConfig(include_thoughts=True)
        config = genai_types.GenerateContentConfig(thinking_config=thinking)
        parts = (
            sdk.models.generate_content(model="gemini-2.5-flash", contents="Hi", config=config)
            .candidates[0]
            .content.parts
        )
        assert [bool(part.thought) for part in parts] == [True, False]

    def test_blocked(self, genai_sdk):
        emulator, sdk = genai_sdk
        emulator.script.when().answers(refusal="No.")
        answer = sdk.models.generate_content(model="gemini-2.5-flash", contents="Hi")
        assert answer.prompt_feedback.block_reason.value == "SAFETY"

    @pytest.mark.parametrize(
        ("kind", "code", "status"),
        [
            (errors.AuthenticationError, 400, "INVALID_ARGUMENT"),
            (errors.NotFoundError, 404, "NOT_FOUND"),
            (errors.ContextLengthExceededError, 400, "INVALID_ARGUMENT"),
            (errors.RateLimitError, 429, "RESOURCE_EXHAUSTED"),
            (errors.OverloadedError, 503, "UNAVAILABLE"),
        ],
    )
    def test_errors(self, genai_sdk, kind, code, status):
        emulator, sdk = genai_sdk
        emulator.script.when().raises(kind)
        for call in (
            lambda: sdk.models.generate_content(model="gemini-2.5-flash", contents="Hi"),
            lambda: list(sdk.models.generate_content_stream(model="gemini-2.5-flash", contents="Hi")),
        ):
            with pytest.raises(genai_errors.APIError) as caught:
                call()
            assert (caught.value.code, caught.value.status) == (code, status)

    def test_models_and_embeddings(self, genai_sdk):
        emulator, sdk = genai_sdk
        emulator.script.set_models("gemini-2.5-flash")
        assert [model.name for model in sdk.models.list()] == ["models/gemini-2.5-flash"]
        assert sdk.models.get(model="gemini-2.5-flash").input_token_limit > 0
        config = genai_types.EmbedContentConfig(output_dimensionality=8)
        found = sdk.models.embed_content(model="gemini-embedding-001", contents=["a", "b"], config=config)
        assert [len(embedding.values) for embedding in found.embeddings] == [8, 8]


class TestOllama:
    def test_whole(self, ollama_sdk):
        _, sdk = ollama_sdk
        answer = sdk.chat(model="gemma4", messages=USER)
        assert "Hello" in answer.message.content
        assert (answer.done, answer.done_reason) == (True, "stop")
        assert answer.eval_count > 0

    def test_streamed(self, ollama_sdk):
        _, sdk = ollama_sdk
        whole = sdk.chat(model="gemma4", messages=USER)
        lines = list(sdk.chat(model="gemma4", messages=USER, stream=True))
        assert "".join(line.message.content for line in lines) == whole.message.content
        assert [line.done for line in lines] == [False] * (len(lines) - 1) + [True]
        assert lines[-1].eval_count == whole.eval_count

    def test_tools_thinking_and_results(self, ollama_sdk):
        emulator, sdk = ollama_sdk
        emulator.script.when(tool_result="get_weather").answers("It is sunny.")
        emulator.script.when().answers(Answer(reasoning="Hm well.", tool_calls=(CALL, CALL)))
        answer = sdk.chat(model="gemma4", messages=USER, tools=[CHAT_TOOL], think=True)
        assert answer.message.thinking == "Hm well."
        assert [dict(call.function.arguments) for call in answer.message.tool_calls] == [{"city": "Tromsø"}] * 2
        lines = list(sdk.chat(model="gemma4", messages=USER, tools=[CHAT_TOOL], think=True, stream=True))
        assert "".join(line.message.thinking or "" for line in lines) == "Hm well."
        assert sum(len(line.message.tool_calls or ()) for line in lines) == 2
        turns = [*USER, answer.message, {"role": "tool", "tool_name": "get_weather", "content": "sunny"}]
        assert sdk.chat(model="gemma4", messages=turns, tools=[CHAT_TOOL]).message.content == "It is sunny."

    def test_structured_and_generate(self, ollama_sdk):
        _, sdk = ollama_sdk
        answer = sdk.chat(model="gemma4", messages=USER, format=Person.model_json_schema())
        assert Person.model_validate_json(answer.message.content)
        assert "Hello" in sdk.generate(model="gemma4", prompt="Hello").response

    def test_errors(self, ollama_sdk):
        emulator, sdk = ollama_sdk
        emulator.script.when(text="missing").raises(errors.NotFoundError)
        with pytest.raises(ollama.ResponseError, match="model 'gemma4' not found") as caught:
            sdk.chat(model="gemma4", messages=[{"role": "user", "content": "missing"}])
        assert caught.value.status_code == 404
        emulator.script.when(text="inside").raises(errors.ServerError, after_chunks=1)
        stream = sdk.chat(model="gemma4", messages=[{"role": "user", "content": "inside"}], stream=True)
        with pytest.raises(ollama.ResponseError, match="unexpectedly stopped"):
            list(stream)

    def test_models_embeddings_and_show(self, ollama_sdk):
        emulator, sdk = ollama_sdk
        emulator.script.set_models("gemma4")
        assert [model.model for model in sdk.list().models] == ["gemma4"]
        assert sdk.show("gemma4").details.format == "gguf"
        found = sdk.embed(model="embeddinggemma", input=["a", "b"])
        assert [len(vector) for vector in found.embeddings] == [768, 768]


# google-genai derives from aiohttp's session, which aiohttp discourages; nothing of ours.
@pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning")
async def test_asynchronous_clients_work_too(start):
    """The four libraries' asynchronous clients, each once, whole and streamed."""
    _, url = start("codex")
    async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key=KEY) as sdk:
        whole = await sdk.responses.create(model="gpt-5", input="Hello")
        events = [event async for event in await sdk.responses.create(model="gpt-5", input="Hello", stream=True)]
        assert events[-1].response.output_text == whole.output_text
    _, url = start("claude")
    async with anthropic.AsyncAnthropic(base_url=url, api_key=KEY) as sdk, sdk.messages.stream(**CLAUDE) as stream:
        assert "Hello" in await stream.get_final_text()
    _, url = start("gemini")
    sdk = genai.Client(api_key=KEY, http_options=genai_types.HttpOptions(base_url=url))
    stream = await sdk.aio.models.generate_content_stream(model="gemini-2.5-flash", contents="Hello")
    assert "Hello" in "".join([chunk.text or "" async for chunk in stream])
    await sdk.aio.aclose()
    sdk.close()
    _, url = start("ollama")
    sdk = ollama.AsyncClient(host=url, headers={"Authorization": f"Bearer {KEY}"})
    assert "Hello" in (await sdk.chat(model="gemma4", messages=USER)).message.content
    await sdk.close()
