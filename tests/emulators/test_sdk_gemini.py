"""Google's library, unchanged, against the emulator on a loopback port."""

from __future__ import annotations

import pytest
from google import genai
from google.genai import errors as genai_errors
from google.genai import types as genai_types
from pydantic import BaseModel

from understudy.domain import errors
from understudy.domain.messages import ToolCallPart

KEY = "sk-test-0123456789"
CALL = ToolCallPart(id="", name="get_weather", arguments={"city": "Tromsø"})


class Person(BaseModel):
    name: str
    age: int


@pytest.fixture
def genai_sdk(start):
    emulator, url = start("gemini")
    sdk = genai.Client(api_key=KEY, http_options=genai_types.HttpOptions(base_url=url))
    yield emulator, sdk
    sdk.close()


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


# google-genai derives from aiohttp's session, which aiohttp discourages; nothing of ours.
@pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning")
async def test_the_asynchronous_client_works_too(start):
    _, url = start("gemini")
    sdk = genai.Client(api_key=KEY, http_options=genai_types.HttpOptions(base_url=url))
    stream = await sdk.aio.models.generate_content_stream(model="gemini-2.5-flash", contents="Hello")
    assert "Hello" in "".join([chunk.text or "" async for chunk in stream])
    await sdk.aio.aclose()
    sdk.close()
