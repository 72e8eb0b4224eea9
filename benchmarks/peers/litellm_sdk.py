"""LiteLLM as a library."""

import itertools

import litellm

litellm.telemetry = False
litellm.suppress_debug_info = True
MESSAGES = [{"role": "user", "content": "Hello"}]


def options(base):
    return {"model": "openai/bench-model", "messages": MESSAGES, "api_base": base + "/v1", "api_key": "bench-key"}


async def caller(base):
    asked = options(base)

    async def call():
        return (await litellm.acompletion(**asked)).choices[0].message.content

    return call


def blocking_caller(base):
    asked = options(base)
    return lambda: litellm.completion(**asked).choices[0].message.content


async def streamer(base):
    asked = {**options(base), "stream": True}

    async def call():
        pieces = 0
        async for chunk in await litellm.acompletion(**asked):
            pieces += bool(chunk.choices and chunk.choices[0].delta.content)
        return pieces

    return call


async def stand_in(base):
    asked = {**options(base), "mock_response": "Hello! What would you like to talk about today?"}

    async def call():
        return (await litellm.acompletion(**asked)).choices[0].message.content

    return call


async def identity(base):
    """It has no client to make: another key goes with the call, so this is the whole call."""
    asked, users = options(base), itertools.count()

    async def call():
        await litellm.acompletion(**{**asked, "api_key": f"of-user-{next(users)}"})

    return call
