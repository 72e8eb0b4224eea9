"""Google's own SDK."""

from google import genai
from google.genai import types

ASKED = {"model": "bench-model", "contents": "Hello"}


def client(base):
    return genai.Client(api_key="bench-key", http_options=types.HttpOptions(base_url=base))


async def caller(base):
    models = client(base).aio.models

    async def call():
        return (await models.generate_content(**ASKED)).text

    return call


def blocking_caller(base):
    shared = client(base)
    return lambda: shared.models.generate_content(**ASKED).text


async def streamer(base):
    shared = client(base)

    async def call():
        pieces = 0
        async for chunk in await shared.aio.models.generate_content_stream(**ASKED):
            pieces += bool(chunk.text)
        return pieces

    return call


async def lifecycle(base):
    async def call():
        await client(base).aio.aclose()

    return call


identity = lifecycle
