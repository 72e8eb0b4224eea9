"""Recordings and what is wrong with them, as tables and as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from understudy.cli.recorded.finding import Shelf
from understudy.cli.tables import add_row, new_table
from understudy.providers.recording.checking import Finding
from understudy.providers.recording.shelf import Conversation

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["findings_data", "findings_table", "list_table", "row_data"]


def list_table(shelf: Shelf) -> Table:
    """One row for each recording."""
    table = new_table("Recording", "Family", "Provider", "Exchanges", "Age", "State", "Size")
    for each in shelf.conversations:
        state = _state(each, shelf.expires_after_days)
        cells = (each.name, each.family, each.provider, str(len(each.exchanges)), _age(each), state, _size(each.size))
        add_row(table, cells, styles=["bold", "", "", "", "", "green" if state in ("current", "kept") else "yellow"])
    return table


def row_data(each: Conversation, shelf: Shelf) -> dict[str, Any]:
    """A recording as plain data; its age in days, its size in bytes."""
    return {
        "name": each.name,
        "family": each.family,
        "provider": each.provider,
        "exchanges": len(each.exchanges),
        "age_days": None if each.age is None else each.age.days,
        "state": _state(each, shelf.expires_after_days),
        "size": each.size,
        "problem": each.problem,
    }


def findings_table(found: Mapping[str, Sequence[Finding]]) -> Table:
    """One row for each thing that is wrong."""
    table = new_table("Recording", "Exchange", "Where", "What", "")
    for name, findings in found.items():
        for each in findings:
            level = "warning" if each.warning else "fault"
            cells = (name, str(each.exchange or ""), each.where, each.what, level)
            add_row(table, cells, styles=["bold", "", "", "", "yellow" if each.warning else "red"])
    return table


def findings_data(found: Mapping[str, Sequence[Finding]]) -> list[dict[str, Any]]:
    """The same as plain data, the sound recordings too."""
    return [{"name": name, "findings": [asdict(each) for each in findings]} for name, findings in found.items()]


def _state(each: Conversation, after_days: float | None) -> str:
    if each.problem is not None:
        return "unreadable"
    if each.age is None:
        return "of unknown age"
    if each.expired:
        return "expired"
    return "kept" if after_days is None else "current"


def _age(each: Conversation) -> str:
    if each.age is None:
        return ""
    days, hours = each.age.days, each.age.seconds // 3600
    return f"{days} d" if days else f"{hours} h" if hours else f"{each.age.seconds // 60} min"


def _size(size: int) -> str:
    return f"{size} B" if size < 1024 else f"{size / 1024:.1f} KiB"
