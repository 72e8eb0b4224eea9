"""OpenAI's library on Chat Completions, also for DeepSeek, unchanged, against the emulator on a loopback port."""

from __future__ import annotations

import json

import openai
import pytest
from pydantic import BaseModel

from understudy.domain import errors
from understudy.domain.messages import ToolCallPart

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
def openai_sdk(start):
    emulator, url = start("codex")
    with openai.OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0) as sdk:
        yield emulator, sdk


@pytest.fixture
def deepseek_sdk(start):
    emulator, url = start("deepseek")
    with openai.OpenAI(base_url=url, api_key=KEY, max_retries=0) as sdk:
        yield emulator, sdk


USER = [{"role": "user", "content": "Hello"}]


CHAT_TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": PARAMETERS}}


def _drain(source, into):
    for item in source:
        into.append(item)  # what came before the error must be kept


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
