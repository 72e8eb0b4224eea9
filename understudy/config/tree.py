"""The settings before they are validated: a tree in which every value knows where it came from and what it hides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from pydantic import BaseModel

from understudy.domain.secrets import Secret

__all__ = [
    "KeyPath",
    "Node",
    "Origin",
    "Span",
    "Unfilled",
    "format_key",
    "from_plain",
    "merge",
    "parse_key",
    "to_plain",
]

KeyPath: TypeAlias = tuple[str | int, ...]
"""The way from the root to a value: names of keys, and positions in lists."""

_VARIABLE = "environment variable "


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from.

    ``name`` is a file as it is shown, an environment variable, an option, ``code`` or ``default``; ``line`` and
    ``column`` count from 1 and are 0 where there is no file.
    """

    name: str
    line: int = 0
    column: int = 0

    @classmethod
    def variable(cls, name: str) -> Origin:
        """An environment variable."""
        return cls(_VARIABLE + name)

    @property
    def is_variable(self) -> bool:
        """Whether this is an environment variable."""
        return self.name.startswith(_VARIABLE)

    def __str__(self) -> str:
        return f"{self.name}:{self.line}:{self.column}" if self.line else self.name


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a file: zero-based line and column of its start and of the place after its end."""

    start: tuple[int, int]
    end: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Node:
    """A value with its history.

    ``value`` is ``dict[str, Node]``, ``list[Node]`` or a scalar; it may be any object where it came from code.
    ``key`` is where its key stands. ``shadowed`` are the values that it replaced, the latest first. ``derived`` is set
    where the text came from a variable or another file.
    """

    value: Any = field(repr=False)
    origin: Origin
    key: Origin | None = None
    span: Span | None = field(default=None, repr=False)
    shadowed: tuple[Node, ...] = ()
    derived: bool = False

    @property
    def children(self) -> dict[str, Node] | None:
        """The values by key, where this is a mapping."""
        return self.value if isinstance(self.value, dict) else None

    @property
    def items(self) -> list[Node] | None:
        """The values in order, where this is a list."""
        return self.value if isinstance(self.value, list) else None

    def child(self, key: str | int) -> Node | None:
        """The value under ``key``, or at a position of a list; None where there is none."""
        if isinstance(self.value, dict):
            found: Node | None = self.value.get(key)
            return found
        if isinstance(self.value, list) and isinstance(key, int) and 0 <= key < len(self.value):
            item: Node = self.value[key]
            return item
        return None

    def find(self, path: KeyPath) -> Node | None:
        """The value at ``path``; None where there is none."""
        node: Node | None = self
        for key in path:
            node = node.child(key) if node is not None else None
        return node


@dataclass(frozen=True, slots=True)
class Unfilled:
    """What stands for a text that could not be filled in. It is a fault only where nothing replaces it."""

    reason: str
    hint: str | None

    def __str__(self) -> str:
        return "(not filled in)"


def merge(lower: Node, upper: Node) -> Node:
    """``upper`` over ``lower``: mappings merge key by key; a scalar, a list or null replaces, and remembers what."""
    if isinstance(lower.value, dict) and isinstance(upper.value, dict):
        merged: dict[str, Node] = dict(lower.value)
        for key, node in upper.value.items():
            merged[key] = merge(merged[key], node) if key in merged else node
        return replace(upper, value=merged, shadowed=upper.shadowed + lower.shadowed)
    return replace(upper, shadowed=(*upper.shadowed, replace(lower, shadowed=()), *lower.shadowed))


def from_plain(value: Any, origin: Origin) -> Node:
    """A tree of values that were given in code. Settings models count with the fields that were set on them."""
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        value = {fields[name].alias or name: getattr(value, name) for name in fields if name in value.model_fields_set}
    if isinstance(value, Mapping):
        return Node({str(key): from_plain(item, origin) for key, item in value.items()}, origin)
    if isinstance(value, list | tuple):
        return Node([from_plain(item, origin) for item in value], origin)
    return Node(value, origin)


def to_plain(node: Node, *, reveal: bool = False) -> Any:
    """The values alone, for validation; ``reveal`` gives secrets as the strings that they are."""
    if isinstance(node.value, dict):
        return {key: to_plain(child, reveal=reveal) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [to_plain(item, reveal=reveal) for item in node.value]
    return node.value.reveal() if reveal and isinstance(node.value, Secret) else node.value


def format_key(path: KeyPath) -> str:
    """The path as it is written: dots between keys, quotes around a key with a dot in it, positions in brackets."""
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            name = f'"{key}"' if "." in key or not key else key
            text += f".{name}" if text else name
    return text


def parse_key(text: str) -> KeyPath:
    """The path that ``format_key`` writes, without positions. Raises ValueError for empty parts and open quotes."""
    path: list[str] = []
    rest = text
    while True:
        if rest.startswith('"'):
            name, quote, rest = rest[1:].partition('"')
            if not quote or (rest and not rest.startswith(".")):
                raise ValueError(f"{text!r} is not a settings key: a quote is out of place")
            more = rest.startswith(".")
            rest = rest[1:]
        else:
            name, dot, rest = rest.partition(".")
            more = bool(dot)
            if not name:
                raise ValueError(f"{text!r} is not a settings key: a part of it is empty")
        path.append(name)
        if not more:
            return tuple(path)
