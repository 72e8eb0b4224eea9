"""any-llm over its OpenAI provider."""

from any_llm import AnyLLM

ASKED = {"model": "bench-model", "messages": [{"role": "user", "content": "Hello"}]}


def client(base, key="bench-key"):
    return AnyLLM.create("openai", api_key=key, api_base=base + "/v1")


async def caller(base):
    shared = client(base)

    async def call():
        return (await shared.acompletion(**ASKED)).choices[0].message.content

    return call


def blocking_caller(base):
    shared = client(base)
    return lambda: shared.completion(**ASKED).choices[0].message.content


async def streamer(base):
    shared = client(base)

    async def call():
        pieces = 0
        async for chunk in await shared.acompletion(stream=True, **ASKED):
            pieces += bool(chunk.choices and chunk.choices[0].delta.content)
        return pieces

    return call


async def identity(base):
    return lambda: client(base, "of-one-user")
