"""OpenAI's own SDK, Chat Completions."""

import openai

MESSAGES = [{"role": "user", "content": "Hello"}]


def options(base):
    return {"base_url": base + "/v1", "api_key": "bench-key", "max_retries": 0}


async def caller(base):
    client = openai.AsyncOpenAI(**options(base))

    async def call():
        answer = await client.chat.completions.create(model="bench-model", messages=MESSAGES)
        return answer.choices[0].message.content

    return call


def blocking_caller(base):
    client = openai.OpenAI(**options(base))
    return lambda: client.chat.completions.create(model="bench-model", messages=MESSAGES).choices[0].message.content


async def streamer(base):
    client = openai.AsyncOpenAI(**options(base))

    async def call():
        pieces = 0
        async for chunk in await client.chat.completions.create(model="bench-model", messages=MESSAGES, stream=True):
            pieces += bool(chunk.choices and chunk.choices[0].delta.content)
        return pieces

    return call


async def identity(base):
    client = openai.AsyncOpenAI(**options(base))
    return lambda: client.with_options(api_key="of-one-user")


async def lifecycle(base):
    async def call():
        await openai.AsyncOpenAI(**options(base)).close()

    return call
