"""understudy, as its users call it: a container opened from settings, and its generator."""

import understudy
from understudy import blocking

MODELS = {"chat": "codex", "responses": "codex", "messages": "claude", "gemini": "gemini", "ollama": "ollama"}
KEPT = []  # a context that is collected closes its container
PREFIX = {"chat": "/v1", "responses": "/v1", "messages": "", "gemini": "/v1beta", "ollama": ""}


def settings(base, route, use="real"):
    name = MODELS[route]
    section = {"base_url": base + PREFIX[route], "model": "bench-model", "api_key": "bench-key"}
    if name == "codex":
        section["api"] = route
    return {
        "production": False,
        "http": {"max_connections": 1000},
        "generation": {"use": use, "default": name, name: section},
    }


async def _opened(base, route, use="real"):
    context = understudy.open_container(settings(base, route, use))
    return context, await context.__aenter__()


async def caller(base, route="chat"):
    context, container = await _opened(base, route)
    generator = container.generator()

    async def call():
        return (await generator.generate("Hello")).text

    KEPT.append(context)
    return call


def blocking_caller(base, route="chat"):
    container = blocking.open_container(settings(base, route))
    generator = container.generator()

    def call():
        return generator.generate("Hello").text

    KEPT.append(container)
    return call


async def streamer(base, route="chat"):
    context, container = await _opened(base, route)
    generator = container.generator()

    async def call():
        pieces = 0
        async for event in generator.stream("Hello"):
            pieces += type(event) is understudy.TextEvent
        return pieces

    KEPT.append(context)
    return call


async def stand_in(base, route="chat"):
    context, container = await _opened(base, route, "mock")
    generator = container.generator()

    async def call():
        return (await generator.generate("Hello")).text

    KEPT.append(context)
    return call


async def identity(base, route="chat"):
    """A platform client of one user on the shared pool: what serving a request with another token costs."""
    chosen = settings(base, route) | {"platform": {"llama_stack": {"base_url": base, "allow_plain_http": True}}}
    context = understudy.open_container(chosen)
    container = await context.__aenter__()
    client_of = container.platform.llama_stack
    token = understudy.Secret("of-one-user")

    def call():
        return client_of(understudy.RequestIdentity(token=token))

    KEPT.append(context)
    return call


async def resolve(base, route="chat"):
    context, container = await _opened(base, route)
    call = container.generator
    call()
    KEPT.append(context)
    return call


async def lifecycle(base, route="chat"):
    chosen = settings(base, route)

    async def call():
        async with understudy.open_container(chosen) as container:
            container.generator()

    return call
