"""Ollama's own SDK."""

import ollama

ASKED = {"model": "bench-model", "messages": [{"role": "user", "content": "Hello"}]}


async def caller(base):
    client = ollama.AsyncClient(host=base)

    async def call():
        return (await client.chat(**ASKED)).message.content

    return call


def blocking_caller(base):
    client = ollama.Client(host=base)
    return lambda: client.chat(**ASKED).message.content


async def streamer(base):
    client = ollama.AsyncClient(host=base)

    async def call():
        pieces = 0
        async for chunk in await client.chat(stream=True, **ASKED):
            pieces += bool(chunk.message.content)
        return pieces

    return call


async def identity(base):
    return lambda: ollama.AsyncClient(host=base)
