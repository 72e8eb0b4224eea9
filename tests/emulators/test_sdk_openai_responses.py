"""OpenAI's library on Responses, unchanged, against the emulator on a loopback port."""

from __future__ import annotations

import json

import openai
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
def openai_sdk(start):
    emulator, url = start("codex")
    with openai.OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0) as sdk:
        yield emulator, sdk


RESPONSES_TOOL = {"type": "function", "name": "get_weather", "parameters": PARAMETERS, "strict": True}


class TestOpenAIResponses:
    def test_whole(self, openai_sdk):
        _, sdk = openai_sdk
        response = sdk.responses.create(model="gpt-4.1", input="Hello", instructions="Be brief", temperature=0.5)
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


async def test_the_asynchronous_client_works_too(start):
    _, url = start("codex")
    async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key=KEY) as sdk:
        whole = await sdk.responses.create(model="gpt-5", input="Hello")
        events = [event async for event in await sdk.responses.create(model="gpt-5", input="Hello", stream=True)]
        assert events[-1].response.output_text == whole.output_text
