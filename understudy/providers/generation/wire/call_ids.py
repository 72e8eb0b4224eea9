"""Ids for tool calls of services that give them none, so that a result can say which call it answers."""

from __future__ import annotations

import re

__all__ = ["generated_id", "is_generated"]

_PREFIX = "understudy-"
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9_-]")


def generated_id(answer: str, index: int) -> str:
    """The id of the ``index``-th call of an answer: the same whenever it is read, and another in every answer.

    ``answer`` is what tells this answer from others: its id, or when it was made.
    """
    return f"{_PREFIX}{_NOT_PLAIN.sub('', answer) or 'call'}-{index}"


def is_generated(call_id: str) -> bool:
    """Whether we made the id: the service knows nothing of it and must not be sent it."""
    return call_id.startswith(_PREFIX)
