"""Anthropic's library, unchanged, against the emulator on a loopback port."""

from __future__ import annotations

import base64

import anthropic
import pytest
from pydantic import BaseModel

from understudy.domain import errors
from understudy.domain.messages import ToolCallPart
from understudy.providers.generation.mock import Answer

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
def anthropic_sdk(start):
    emulator, url = start("claude")
    with anthropic.Anthropic(base_url=url, api_key=KEY, max_retries=0) as sdk:
        yield emulator, sdk


USER = [{"role": "user", "content": "Hello"}]


def _drain(source, into):
    for item in source:
        into.append(item)  # what came before the error must be kept


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
        demand = {**CLAUDE, "model": "claude-haiku-4-5", "tools": [CLAUDE_TOOL], "tool_choice": {"type": "any"}}
        message = sdk.messages.create(**demand)
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


async def test_the_asynchronous_client_works_too(start):
    _, url = start("claude")
    async with anthropic.AsyncAnthropic(base_url=url, api_key=KEY) as sdk, sdk.messages.stream(**CLAUDE) as stream:
        assert "Hello" in await stream.get_final_text()
