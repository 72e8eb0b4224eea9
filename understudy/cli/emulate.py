"""``understudy emulate``: a provider's API on a loopback port, for programs in any language."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from understudy.cli.logs import verbose_option
from understudy.cli.options import SettingsChoice, complete_provider, settings_options
from understudy.cli.terminal import note, write

if TYPE_CHECKING:
    from understudy.testing.emulators import Emulator

__all__ = ["emulate"]


@click.command()
@click.argument("name", shell_complete=complete_provider)
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
    """Serve an emulator of the provider NAME until Ctrl-C.

    It speaks the provider's own wire format, whole and streamed, and answers as the settings' `generation.NAME.mock`
    section says, as the stand-in does. Its URL is printed to standard output: what the provider's own SDK, or
    `generation.NAME.base_url`, takes as the base URL. Any credential is accepted unless --key says otherwise.
    """
    emulator, path = _emulator(name, choice, keys)
    asyncio.run(_serve(emulator, path, port=port))


def _emulator(name: str, choice: SettingsChoice, keys: tuple[str, ...]) -> tuple[Emulator, str]:
    """The emulator that plays the settings' script, and the path below which its API is."""
    from understudy.providers.generation.choosing.catalog import generation_registry
    from understudy.testing.emulators import emulate as emulator_of

    provider = emulator_of(name).name  # a name that is not known is told before any fault of the settings
    settings = getattr(choice.load(generation_registry()).settings.generation, provider)
    return emulator_of(provider, settings=settings, keys=keys or None), urlsplit(settings.base_url).path


async def _serve(emulator: Emulator, path: str, *, port: int) -> None:
    from understudy.testing.serving import serve

    async with serve(emulator, port=port) as url:
        write(f"{url}{path.rstrip('/')}")
        note(f"An emulator of {emulator.name} answers here, not the service itself. Ctrl-C ends it.")
        await asyncio.get_running_loop().create_future()
