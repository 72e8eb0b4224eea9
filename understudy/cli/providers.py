"""``understudy providers``: what there is, and what could be used."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click

from understudy.cli.answers import dump
from understudy.cli.logs import silence_logs
from understudy.cli.options import SettingsChoice, settings_options
from understudy.cli.tables import add_row, new_table
from understudy.cli.terminal import printable, render, write
from understudy.domain.capabilities import Capabilities
from understudy.domain.errors import NoProviderAvailableError, ProviderNotFoundError

if TYPE_CHECKING:
    from rich.table import Table

    from understudy.config import LoadedSettings
    from understudy.providers.generation.choosing.availability import Availability
    from understudy.providers.generation.choosing.factory import ProviderFactory
    from understudy.providers.registry import BrokenPlugin

__all__ = ["Row", "capability_table", "provider_rows", "provider_table", "providers"]

_CAPABILITIES = (
    ("streaming", "streaming"),
    ("tools", "tools"),
    ("vision", "vision"),
    ("structured_output", "structured output"),
    ("reasoning", "reasoning"),
    ("embeddings", "embeddings"),
    ("token_counting", "token counting"),
    ("model_listing", "model listing"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A provider in the table.

    ``credentials`` says where the key was found, None: nowhere; never the key itself. ``default`` marks the one that
    answers where none is named.
    """

    name: str
    title: str
    aliases: tuple[str, ...]
    use: str | None
    needs_credentials: bool
    variables: tuple[str, ...]
    credentials: str | None
    available: bool
    default: bool
    reason: str | None
    model: str | None
    capabilities: tuple[str, ...]


@click.command()
@click.option("--json", "json_output", is_flag=True, help="Print the table as JSON.")
@settings_options
@silence_logs
def providers(*, json_output: bool, choice: SettingsChoice) -> None:
    """Show every registered provider: how it is used, whether its credentials were found, what it can do.

    Nothing is sent: a local server counts as available until it is asked.
    """
    from understudy.providers.generation.choosing.catalog import generation_registry
    from understudy.providers.generation.choosing.factory import ProviderFactory
    from understudy.providers.http.clients import HttpClients

    registry = generation_registry()
    loaded = choice.load(registry)
    http = HttpClients(loaded.settings.http)
    factory = ProviderFactory(registry, loaded.settings.generation, http, plugins=loaded.plugins)
    rows = provider_rows(factory, loaded)
    if json_output:
        broken = [asdict(plugin) for plugin in registry.broken]
        write(dump({"providers": [asdict(row) for row in rows], "broken_plugins": broken}))
        return
    write(render(provider_table(rows), capability_table(rows)))
    for plugin in registry.broken:
        write(_skipped(plugin))


def provider_rows(
    factory: ProviderFactory, loaded: LoadedSettings, *, found: Sequence[Availability] | None = None
) -> list[Row]:
    """One row for each registered provider that can be described, in the order in which a default is looked for.

    ``found`` says who is available; absent: as far as can be known without asking the services.
    """
    found = factory.detect_available() if found is None else found
    default = _default(factory)
    return [_row(each, factory, loaded, default) for each in found if each.name in factory.registry]


def _default(factory: ProviderFactory) -> str | None:
    """Who answers where none is named; None where nobody can."""
    try:
        return factory.first_usable(lambda name: name)
    except (NoProviderAvailableError, ProviderNotFoundError):
        return None


def _row(each: Availability, factory: ProviderFactory, loaded: LoadedSettings, default: str | None) -> Row:
    from understudy.providers.generation.choosing.sections import settings_key

    spec = factory.registry.get(each.name)
    readable = each.use is not None
    section = factory.settings_for(each.name) if readable else None
    found = str(loaded.origin(settings_key(spec, "api_key"))) if section is not None and section.api_key else None
    return Row(
        name=spec.name,
        title=spec.title,
        aliases=spec.aliases,
        use=each.use,
        needs_credentials=spec.needs_credentials,
        variables=spec.credentials,
        credentials=found,
        available=each.available,
        default=each.available and each.name == default,
        reason=each.reason,
        model=section.model if section is not None else None,
        capabilities=_words(spec.capabilities_for(section) if section is not None else spec.capabilities),
    )


def _words(capabilities: Capabilities) -> tuple[str, ...]:
    return tuple(word for field, word in _CAPABILITIES if getattr(capabilities, field))


def provider_table(rows: Sequence[Row]) -> Table:
    """Who there is and who could answer, for a terminal."""
    table = new_table("Provider", "Aliases", "Use", "Model", "Credentials", "Available")
    for row in rows:
        cells = (row.name, ", ".join(row.aliases), row.use or "?", row.model or "", _credentials(row), _available(row))
        add_row(table, cells, styles=["bold", "", "", "", "", "green" if row.available else "red"])
    return table


def capability_table(rows: Sequence[Row]) -> Table:
    """What each provider can do, for a terminal."""
    words = [word for _, word in _CAPABILITIES]
    table = new_table("Provider", *words)
    for row in rows:
        add_row(table, [row.name, *("✓" if word in row.capabilities else "" for word in words)], styles=["bold"])
    return table


def _credentials(row: Row) -> str:
    if row.credentials:
        return row.credentials
    if not row.needs_credentials:
        return "none needed"
    return f"no {' or '.join(row.variables)}" if row.variables else "none found"


def _available(row: Row) -> str:
    if row.available:
        return "yes, the default" if row.default else "yes"
    missing = row.needs_credentials and not row.credentials and row.use == "real"
    return "no" if missing else f"no: {row.reason}"


def _skipped(plugin: BrokenPlugin) -> str:
    return printable(f"Skipped: {plugin.name} ({plugin.source}): {plugin.reason}", sys.stdout)
