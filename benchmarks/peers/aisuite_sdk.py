"""aisuite over its OpenAI provider."""

import aisuite

ASKED = {"model": "openai:bench-model", "messages": [{"role": "user", "content": "Hello"}]}


def client(base, key="bench-key"):
    return aisuite.Client({"openai": {"api_key": key, "base_url": base + "/v1"}})


async def caller(base):
    shared = client(base)

    async def call():
        return (await shared.chat.completions.acreate(**ASKED)).choices[0].message.content

    return call


def blocking_caller(base):
    shared = client(base)
    return lambda: shared.chat.completions.create(**ASKED).choices[0].message.content


async def streamer(base):
    shared = client(base)

    async def call():
        pieces = 0
        async for chunk in await shared.chat.completions.acreate(stream=True, **ASKED):
            pieces += bool(chunk.choices and chunk.choices[0].delta.content)
        return pieces

    return call


async def identity(base):
    """The client makes its provider when it is first asked, so this is the first call with another key."""

    async def call():
        await client(base, "of-one-user").chat.completions.acreate(**ASKED)

    return call
