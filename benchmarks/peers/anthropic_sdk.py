"""Anthropic's own SDK."""

import anthropic

ASKED = {"model": "bench-model", "max_tokens": 100, "messages": [{"role": "user", "content": "Hello"}]}


def options(base):
    return {"base_url": base, "api_key": "bench-key", "max_retries": 0}


async def caller(base):
    client = anthropic.AsyncAnthropic(**options(base))

    async def call():
        return (await client.messages.create(**ASKED)).content[0].text

    return call


def blocking_caller(base):
    client = anthropic.Anthropic(**options(base))
    return lambda: client.messages.create(**ASKED).content[0].text


async def streamer(base):
    client = anthropic.AsyncAnthropic(**options(base))

    async def call():
        pieces = 0
        async for event in await client.messages.create(stream=True, **ASKED):
            pieces += event.type == "content_block_delta"
        return pieces

    return call


async def identity(base):
    client = anthropic.AsyncAnthropic(**options(base))
    return lambda: client.with_options(api_key="of-one-user")


async def lifecycle(base):
    async def call():
        await anthropic.AsyncAnthropic(**options(base)).close()

    return call
