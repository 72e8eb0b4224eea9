"""pydantic-ai's direct requests to a model: without the agent, which costs more."""

from pydantic_ai import ModelRequest
from pydantic_ai.direct import model_request, model_request_stream, model_request_sync
from pydantic_ai.messages import PartDeltaEvent, PartStartEvent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.models.test import TestModel
from pydantic_ai.providers.openai import OpenAIProvider


def model(base, key="bench-key"):
    return OpenAIChatModel("bench-model", provider=OpenAIProvider(base_url=base + "/v1", api_key=key))


def messages():
    return [ModelRequest.user_text_prompt("Hello")]


async def caller(base):
    shared = model(base)

    async def call():
        return (await model_request(shared, messages())).parts[0].content

    return call


def blocking_caller(base):
    shared = model(base)
    return lambda: model_request_sync(shared, messages()).parts[0].content


async def streamer(base):
    shared = model(base)

    async def call():
        pieces = 0
        async with model_request_stream(shared, messages()) as stream:
            async for event in stream:
                pieces += isinstance(event, PartDeltaEvent | PartStartEvent)
        return pieces

    return call


async def stand_in(_base):
    shared = TestModel(custom_output_text="Hello! What would you like to talk about today?")

    async def call():
        return (await model_request(shared, messages())).parts[0].content

    return call


async def identity(base):
    return lambda: model(base, "of-one-user")
