"""Third-party providers."""

from __future__ import annotations

from collections.abc import Iterator

from understudy.cli.checks.base import Examination, Finding, failure, ok

__all__ = ["check_plugins"]


def check_plugins(examination: Examination) -> Iterator[Finding]:
    """Whether every announced provider can be imported and has a name of its own."""
    from understudy.providers.generation.catalog import BUILT_IN

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
