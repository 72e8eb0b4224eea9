"""Which emulators there are, and how requests find the right one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from urllib.parse import urlsplit

import httpx

from understudy.config.models.generation import GenerationSettings, ProviderSettings
from understudy.config.models.mock import MockSettings
from understudy.domain.errors import ProviderNotFoundError
from understudy.providers.generation.anthropic.spec import SPEC as CLAUDE
from understudy.providers.generation.deepseek.spec import SPEC as DEEPSEEK
from understudy.providers.generation.gemini.spec import SPEC as GEMINI
from understudy.providers.generation.mock.pace import Sleep
from understudy.providers.generation.mock.script import MockScript
from understudy.providers.generation.ollama.spec import SPEC as OLLAMA
from understudy.providers.generation.openai.spec import SPEC as CODEX
from understudy.providers.spec import ProviderSpec
from understudy.testing.asgi import AsgiTransport
from understudy.testing.emulators.anthropic import AnthropicWire
from understudy.testing.emulators.emulator import Emulator
from understudy.testing.emulators.gemini import GeminiWire
from understudy.testing.emulators.ollama import OllamaWire
from understudy.testing.emulators.openai_chat import DEEPSEEK_MANNER, ChatWire
from understudy.testing.emulators.openai_responses import ResponsesWire
from understudy.testing.emulators.wire import Wire

__all__ = ["EMULATORS", "Emulators", "HostRouter", "emulate"]

Wires = Callable[[], Sequence[Wire]]

EMULATORS: Mapping[str, tuple[ProviderSpec, Wires]] = MappingProxyType(
    {
        "claude": (CLAUDE, lambda: [AnthropicWire()]),
        "codex": (CODEX, lambda: [ResponsesWire(), ChatWire()]),
        "gemini": (GEMINI, lambda: [GeminiWire()]),
        "ollama": (OLLAMA, lambda: [OllamaWire()]),
        "deepseek": (DEEPSEEK, lambda: [ChatWire(DEEPSEEK_MANNER)]),
    }
)
"""By provider: what is known of it, and the wire formats that its service speaks."""


def emulate(
    name: str,
    *,
    settings: ProviderSettings | None = None,
    script: MockScript | None = None,
    keys: Iterable[str] | None = None,
    sleep: Sleep = asyncio.sleep,
) -> Emulator:
    """The emulator of a provider, by its name or an alias.

    ``settings`` give the model that is listed first and, in their ``mock`` section, the script; absent: the provider's
    defaults and no script. ``keys`` are the credentials that are accepted; absent: any. ``sleep`` is how the script's
    latency passes. Raises ProviderNotFoundError.
    """
    by_word = {word: entry for entry in EMULATORS.values() for word in (entry[0].name, *entry[0].aliases)}
    found = by_word.get(name.lower())
    if found is None:
        raise ProviderNotFoundError(name, family="emulator", registered=by_word)
    spec, wires = found
    return Emulator(
        spec=spec,
        settings=settings or getattr(GenerationSettings(), spec.name),
        wires=wires(),
        script=script,
        keys=None if keys is None else frozenset(keys),
        sleep=sleep,
    )


class HostRouter(httpx.AsyncBaseTransport):
    """A transport for several services: each request goes to the one that its URL's host and port name.

    A host that is not known is a failed connection, so that nothing reaches the network.
    """

    def __init__(self, transports: Mapping[str, httpx.AsyncBaseTransport]) -> None:
        self._transports = dict(transports)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer of the service with this host."""
        transport = self._transports.get(request.url.netloc.decode())
        if transport is None:
            known = ", ".join(sorted(self._transports))
            raise httpx.ConnectError(f"No emulator answers for {request.url.netloc.decode()}; there are: {known}.")
        return await transport.handle_async_request(request)

    async def aclose(self) -> None:
        """Close all transports."""
        for transport in self._transports.values():
            await transport.aclose()


class Emulators(Mapping[str, Emulator]):
    """All built-in providers' emulators by name, each at the host where ``settings`` have its provider.

    ``transport`` goes to HttpClients in place of the network; the real providers then talk to the emulators. Two
    providers at one host would be one service, so the later of them is the one that answers there.
    """

    def __init__(self, settings: GenerationSettings | None = None, *, sleep: Sleep = asyncio.sleep) -> None:
        chosen = settings or GenerationSettings()
        sections: dict[str, ProviderSettings] = {name: getattr(chosen, name) for name in EMULATORS}
        self._emulators = {
            name: emulate(name, settings=section.model_copy(update={"mock": MockSettings()}), sleep=sleep)
            for name, section in sections.items()
        }
        self.transport = HostRouter(
            {
                urlsplit(section.base_url).netloc: AsgiTransport(self._emulators[name])
                for name, section in sections.items()
            }
        )

    def __getitem__(self, name: str) -> Emulator:
        return self._emulators[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._emulators)

    def __len__(self) -> int:
        return len(self._emulators)
