"""The settings of stand-ins that answer as recordings do."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import click

from understudy.cli.recorded.finding import Shelf
from understudy.domain.errors import ProviderNotFoundError
from understudy.providers.recording.exchanges import Recorded
from understudy.providers.recording.files import read, to_yaml
from understudy.testing.emulators import EMULATORS
from understudy.testing.scripting import Script, script_of

__all__ = ["script_text"]

_FAMILY = "generation"


def script_text(shelf: Shelf, words: Sequence[str]) -> tuple[str, list[str]]:
    """The settings as YAML, and in words what is not in them.

    Raises click.UsageError for what is no recording of text generation, and ProviderNotFoundError for one of a provider
    whose requests nobody here can read.
    """
    found = [shelf.readable(each.name) for each in shelf.chosen(words)]
    by_provider: dict[str, list[Recorded]] = {}
    for each in found:
        if each.family != _FAMILY:
            raise click.UsageError(f"{each.name} is no recording of text generation, which alone has scripts.")
        by_provider.setdefault(each.provider, []).extend(read(each.path))  # cleaned, were it a cassette
    scripts = {name: asyncio.run(_script(shelf, name, exchanges)) for name, exchanges in by_provider.items()}
    sections = {name: {"mock": {"rules": list(script.rules)}} for name, script in scripts.items()}
    head = "".join(f"#   {each.name}\n" for each in found)
    text = f"# Made by `understudy recordings script` of\n{head}{to_yaml({_FAMILY: {'use': 'mock', **sections}})}"
    return text, [each for script in scripts.values() for each in script.left_out]


async def _script(shelf: Shelf, provider: str, exchanges: Sequence[Recorded]) -> Script:
    if provider not in EMULATORS:
        raise ProviderNotFoundError(provider, family="emulator", registered=EMULATORS)
    settings = shelf.settings
    section = getattr(settings.generation, provider)
    return await script_of(provider, exchanges, settings=section, http=settings.http)
