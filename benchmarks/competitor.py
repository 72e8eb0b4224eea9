"""understudy as a competitor in another harness: one module per library, each with the same few names.

Such a harness reads ``VENV`` (an environment that has the wheel), ``IMPORTS`` (what a user writes before the first
call) and ``ROUTES``, one literal on one line each, and runs the functions in fresh processes of that environment.
``base`` is the address of its static server; a module ``common`` of its own has the models and addresses.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import common

import understudy
from understudy import blocking

# fmt: off
VENV = "understudy"
IMPORTS = "import understudy"
ROUTES = ("openai", "responses", "anthropic", "gemini", "ollama", "deepseek")
# fmt: on

PROMPT = "Hello"
PROVIDERS = {
    "openai": ("codex", "/v1", {"api": "chat"}),
    "responses": ("codex", "/v1", {"api": "responses"}),
    "anthropic": ("claude", "", {}),
    "gemini": ("gemini", "/v1beta", {}),
    "ollama": ("ollama", "", {}),
    "deepseek": ("deepseek", "", {}),
}
KEPT: list[object] = []
"""Open containers: one that nobody holds closes itself."""


def settings(route: str, base: str, *, use: str = "real") -> dict[str, Any]:
    """All settings of a program that speaks to ``base`` in one wire format."""
    name, prefix, more = PROVIDERS[route]
    section = {"base_url": base + prefix, "model": common.M[route], "api_key": "bench-key", **more}
    return {
        "production": False,
        "http": {"max_connections": 1000},
        "generation": {"use": use, "default": name, name: section},
    }


async def opened(route: str, base: str, *, use: str = "real") -> understudy.ApplicationContainer:
    """A container that stays open until the process ends."""
    context = understudy.open_container(settings(route, base, use=use))
    KEPT.append(context)
    return await context.__aenter__()


def sync_call(route: str, base: str) -> Callable[[], str]:
    """One whole answer through the blocking container."""
    container = blocking.open_container(settings(route, base))
    KEPT.append(container)
    generator = container.generator()
    return lambda: generator.generate(PROMPT).text


async def async_call(route: str, base: str) -> Callable[[], Awaitable[str]]:
    """One whole answer."""
    generator = (await opened(route, base)).generator()

    async def call() -> str:
        return (await generator.generate(PROMPT)).text

    return call


def sync_stream(route: str, base: str) -> Callable[[], int]:
    """One streamed answer through the blocking container, as typed events; counts those with text."""
    container = blocking.open_container(settings(route, base))
    KEPT.append(container)
    generator = container.generator()
    return lambda: sum(type(event) is understudy.TextEvent for event in generator.stream(PROMPT))


async def async_stream(route: str, base: str) -> Callable[[], Awaitable[int]]:
    """One streamed answer as typed events; counts those with text."""
    generator = (await opened(route, base)).generator()

    async def call() -> int:
        pieces = 0
        async for event in generator.stream(PROMPT):
            pieces += type(event) is understudy.TextEvent
        return pieces

    return call


def _open_and_close() -> Callable[[], Awaitable[None]]:
    chosen = settings("openai", common.J)

    async def one() -> None:
        async with understudy.open_container(chosen) as container:
            container.generator()

    return one


def _client_of_one_user() -> Callable[[], Awaitable[None]]:
    from understudy.config.models.http import HttpSettings
    from understudy.providers.http import HttpClients

    shared = HttpClients(HttpSettings()).client(provider="bench", base_url=common.J)
    token = understudy.Secret("Bearer of-one-user")

    async def one() -> None:
        shared.derive(secret_headers={"authorization": token})

    return one


def _generator_of_one_user_and_call() -> Callable[[], Awaitable[None]]:
    from understudy.providers.generation.choosing.build import build_real

    found: list[understudy.ApplicationContainer] = []

    async def one() -> None:
        if not found:
            found.append(await opened("openai", common.J))
        container = found[0]
        section = container.settings().generation.codex.model_copy(update={"api_key": understudy.Secret("of-one-user")})
        generator = build_real(container.registry().get("codex"), section, container.http.clients())
        await generator.generate(PROMPT)

    return one


def _stand_in_call() -> Callable[[], Awaitable[None]]:
    found: list[understudy.TextGenerator] = []

    async def one() -> None:
        if not found:
            found.append((await opened("openai", common.J, use="mock")).generator())
        await found[0].generate(PROMPT)

    return one


def _resolve() -> Callable[[], Awaitable[None]]:
    found: list[Any] = []

    async def one() -> None:
        if not found:
            found.append(await opened("openai", common.J))
        found[0].generator()

    return one


CONSTRUCT = {
    "open_container() + generator + close": _open_and_close,
    "client of one user on the shared pool": _client_of_one_user,
    "generator of one user + 1 call": _generator_of_one_user_and_call,
    "stand-in call (no HTTP)": _stand_in_call,
    "resolve a generator": _resolve,
}
