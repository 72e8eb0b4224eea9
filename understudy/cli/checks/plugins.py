"""Third-party providers."""

from __future__ import annotations

from collections.abc import Iterator

from understudy.cli.checks.base import Examination, Finding, failure, ok, warning
from understudy.domain.errors import near_match

__all__ = ["check_plugins", "check_sections"]


def check_plugins(examination: Examination) -> Iterator[Finding]:
    """Whether every announced provider can be imported and has a name of its own."""
    from understudy.providers.generation.choosing.catalog import BUILT_IN

    registry = examination.registry
    usable = list(registry.specs)
    built_in = {name for name, *_ in BUILT_IN}
    added = [name for name in usable if name not in built_in]
    yield ok(f"registered: {', '.join(usable)}" + (f" (plugins: {', '.join(added)})" if added else ""))
    for plugin in registry.broken:
        yield failure(
            f"plugin {plugin.name} ({plugin.source}) was skipped: {plugin.reason}",
            fix="Update or uninstall that package, or ask its author.",
        )


def check_sections(examination: Examination) -> Iterator[Finding]:
    """Whether there is a plugin for every section that the settings have for one."""
    loaded = examination.loaded
    if loaded is None:
        return
    known = [*examination.registry.names, *examination.registry.aliases]
    for name in loaded.settings.generation.plugins:
        if name in examination.registry:
            continue
        near = near_match(name, known)
        yield warning(
            f"{loaded.origin(f'generation.plugins.{name}')}: generation.plugins.{name}: no provider of this name",
            fix=f"Did you mean {near!r}?" if near else "Install the package that brings it, or remove the section.",
        )
