"""LangChain's chat model over OpenAI."""

from langchain.chat_models import init_chat_model

MESSAGES = [{"role": "user", "content": "Hello"}]


def model(base, key="bench-key"):
    return init_chat_model("openai:bench-model", base_url=base + "/v1", api_key=key, max_retries=0)


async def caller(base):
    shared = model(base)

    async def call():
        return (await shared.ainvoke(MESSAGES)).content

    return call


def blocking_caller(base):
    shared = model(base)
    return lambda: shared.invoke(MESSAGES).content


async def streamer(base):
    shared = model(base)

    async def call():
        pieces = 0
        async for chunk in shared.astream(MESSAGES):
            pieces += bool(chunk.content)
        return pieces

    return call


async def stand_in(_base):
    from langchain_core.language_models import FakeListChatModel

    shared = FakeListChatModel(responses=["Hello! What would you like to talk about today?"])

    async def call():
        return (await shared.ainvoke(MESSAGES)).content

    return call


async def identity(base):
    return lambda: model(base, "of-one-user")
