"""Ollama's library, unchanged, against the emulator on a loopback port."""

from __future__ import annotations

import ollama
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
def ollama_sdk(start):
    emulator, url = start("ollama")
    sdk = ollama.Client(host=url, headers={"Authorization": f"Bearer {KEY}"})
    yield emulator, sdk
    sdk.close()


USER = [{"role": "user", "content": "Hello"}]


CHAT_TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": PARAMETERS}}


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


async def test_the_asynchronous_client_works_too(start):
    _, url = start("ollama")
    sdk = ollama.AsyncClient(host=url, headers={"Authorization": f"Bearer {KEY}"})
    assert "Hello" in (await sdk.chat(model="gemma4", messages=USER)).message.content
    await sdk.close()
