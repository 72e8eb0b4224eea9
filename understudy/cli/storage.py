"""``understudy storage``: commands to storage backends."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import click

from understudy.cli.lazy import Entry, LazyGroup

__all__ = ["ENTRIES", "storage"]

ENTRIES: Mapping[str, Entry] = MappingProxyType(
    {
        "backends": Entry(
            "understudy.cli.storage_backends:backends", "Which backends there are, and what each can do."
        ),
        "run": Entry("understudy.cli.storage_run:run", "Run any command, given as JSON."),
        "import": Entry("understudy.cli.storage_transfer:import_", "Load a file into a table."),
        "export": Entry("understudy.cli.storage_transfer:export", "Write a table into a file."),
        "preview": Entry("understudy.cli.storage_tables:preview", "Show rows of a table."),
        "profile": Entry("understudy.cli.storage_tables:profile", "Show what a table's columns hold."),
        "serve": Entry("understudy.cli.storage_serve:serve", "Serve backends over gRPC and HTTP."),
    }
)


@click.group(cls=LazyGroup, entries=ENTRIES)
def storage() -> None:
    """Run commands on storage backends: DuckDB in this process, a warehouse elsewhere, or their stand-ins."""
