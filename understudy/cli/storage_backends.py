"""``understudy storage backends``: which there are, and what each can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click

from understudy.cli.answers import dump
from understudy.cli.logs import silence_logs
from understudy.cli.options import SettingsChoice, settings_options
from understudy.cli.storage_session import open_storage
from understudy.cli.tables import add_row, new_table
from understudy.cli.terminal import render, write
from understudy.domain.errors import MissingDependencyError, UnderstudyError

if TYPE_CHECKING:
    from rich.table import Table

    from understudy.domain.storage import StorageCapabilities
    from understudy.providers.storage.facade import Storage

__all__ = ["BackendRow", "backend_rows", "backends"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendRow:
    """A backend or an instance of one. ``reason`` says why it cannot be used; what it can do is then not known."""

    name: str
    backend: str
    title: str
    aliases: tuple[str, ...]
    use: str
    default: bool
    reason: str | None = None
    capabilities: dict[str, object] | None = None


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON, every command's name included.")
@settings_options
@silence_logs
def backends(*, as_json: bool, choice: SettingsChoice) -> None:
    """Show every registered backend and instance: how it is used, and what it can do. Nothing is connected to."""
    with open_storage(choice) as storage:
        rows = backend_rows(storage)
        broken = [asdict(each) for each in storage.registry.broken]
    if as_json:
        write(dump({"backends": [asdict(row) for row in rows], "broken_plugins": broken}))
        return
    write(render(_use_table(rows), _capability_table([row for row in rows if row.capabilities])))
    for each in broken:
        write(f"Skipped: {each['name']} ({each['source']}): {each['reason']}")


def backend_rows(storage: Storage) -> list[BackendRow]:
    """One row for each name that a command may be sent to, sorted."""
    return [_row(storage, name) for name in storage.names]


def _row(storage: Storage, name: str) -> BackendRow:
    instance = storage.instance(name)
    reason, found = None, None
    try:
        found = _described(storage.capabilities(name))
    except MissingDependencyError as error:
        reason = error.reason
    except UnderstudyError as error:
        reason = error.message or type(error).__name__
    return BackendRow(
        name=name,
        backend=instance.spec.name,
        title=instance.spec.title,
        aliases=instance.spec.aliases if instance.name == instance.spec.name else (),
        use=instance.use,
        default=storage.default == instance.name,
        reason=reason,
        capabilities=found,
    )


def _described(capabilities: StorageCapabilities) -> dict[str, object]:
    found: dict[str, object] = {}
    for name in type(capabilities).__dataclass_fields__:
        value = getattr(capabilities, name)
        if name == "identifiers":
            found[name] = asdict(value)
        elif isinstance(value, frozenset):
            found[name] = sorted(value)
        else:
            found[name] = dict(value) if name == "custom" else value
    return found


def _use_table(rows: Sequence[BackendRow]) -> Table:
    table = new_table("Name", "Backend", "Aliases", "Use", "Can be used")
    for row in rows:
        usable = f"no: {row.reason}" if row.reason else "yes, the default" if row.default else "yes"
        styles = ["bold", "", "", "", "red" if row.reason else "green"]
        add_row(table, (row.name, row.title, ", ".join(row.aliases), row.use, usable), styles=styles)
    return table


_FACTS = (
    ("workspaces", "workspaces"),
    ("sharing", "sharing"),
    ("branches", "branches"),
    ("users_and_roles", "users, roles"),
    ("transactions", "transactions"),
    ("clone", "clone"),
    ("time_travel", "time travel"),
)


def _capability_table(rows: Sequence[BackendRow]) -> Table:
    table = new_table("Name", "Commands", *(title for _, title in _FACTS), "Keys", "Files", "Formats")
    for row in rows:
        known = row.capabilities or {}
        cells = [row.name, str(len(_words(known["commands"])))]
        cells += ["✓" if known[name] else "" for name, _ in _FACTS]
        cells += [
            str(known["primary_keys"]),
            *(", ".join(_words(known[key])) for key in ("file_storages", "bulk_formats")),
        ]
        add_row(table, cells, styles=["bold"])
    return table


def _words(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []
