"""``understudy emulate``: a service's API on a loopback port, for programs in any language."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from understudy.cli.logs import verbose_option
from understudy.cli.options import SettingsChoice, complete_provider, settings_options
from understudy.cli.terminal import note, write
from understudy.domain.errors import ProviderNotFoundError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from understudy.testing.asgi import App

__all__ = ["emulate"]


def _complete(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The providers' names and aliases, and the platform's services."""
    from click.shell_completion import CompletionItem

    from understudy.testing.emulators.platform import PLATFORM

    services = [CompletionItem(name) for name in PLATFORM if name.startswith(incomplete)]
    return [*complete_provider(ctx, parameter, incomplete), *services]


@click.command()
@click.argument("name", shell_complete=_complete)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default="any that is free",
    help="The port of 127.0.0.1 to listen on.",
)
@click.option("--key", "keys", multiple=True, metavar="KEY", help="Accept only this credential; may be repeated.")
@settings_options
@verbose_option
def emulate(*, name: str, port: int, keys: tuple[str, ...], choice: SettingsChoice) -> None:
    """Serve an emulator of the service NAME until Ctrl-C.

    NAME is a provider's, or one of llama_stack, maas and kubernetes. The emulator speaks the service's own wire format,
    whole and streamed, and answers as the settings' `generation.NAME.mock` or `platform.NAME.mock` section says, as the
    stand-in does. Its URL is printed to standard output: what the service's own SDK, or the settings' base_url, takes
    as the base URL. Any credential is accepted unless --key, or a Kubernetes user of the settings, says otherwise.
    """
    asyncio.run(_serve(_emulator(name, choice, keys), port=port))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Emulator:
    """``path`` is that below which the API is."""

    name: str
    app: App
    path: str


def _emulator(name: str, choice: SettingsChoice, keys: tuple[str, ...]) -> _Emulator:
    """The emulator that plays the settings' script."""
    from understudy.providers.generation.choosing.catalog import generation_registry
    from understudy.testing.emulators import emulate as emulator_of
    from understudy.testing.emulators.platform import PLATFORM

    service = name.lower().replace("-", "_")
    if service in PLATFORM:
        platform = choice.load(generation_registry()).settings.platform
        made = PLATFORM[service](platform, keys or None)
        return _Emulator(name=service, app=made.app, path=made.path)
    try:
        provider = emulator_of(name).name  # a name that is not known is told before any fault of the settings
    except ProviderNotFoundError as error:
        raise ProviderNotFoundError(name, family="emulator", registered=(*error.registered, *PLATFORM)) from None
    settings = getattr(choice.load(generation_registry()).settings.generation, provider)
    emulator = emulator_of(provider, settings=settings, keys=keys or None)
    return _Emulator(name=provider, app=emulator, path=urlsplit(settings.base_url).path)


async def _serve(emulator: _Emulator, *, port: int) -> None:
    from understudy.testing.serving import serve

    async with serve(emulator.app, port=port) as url:
        write(f"{url}{emulator.path.rstrip('/')}")
        note(f"An emulator of {emulator.name} answers here, not the service itself. Ctrl-C ends it.")
        await asyncio.get_running_loop().create_future()
