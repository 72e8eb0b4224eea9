"""Settings as text: every value as plain data with credentials masked, and YAML that reads back to the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

from pydantic import BaseModel, SecretBytes, SecretStr

from understudy.config.fields import Catalog, field_names
from understudy.config.reader import plain_scalar
from understudy.config.tree import KeyPath, Node
from understudy.domain.secrets import MASK, Secret

__all__ = ["displayed", "displayed_node", "yaml_lines", "yaml_scalar"]

_PLAIN = re.compile(r"[A-Za-z0-9_./]([A-Za-z0-9_./:@+~ -]*[A-Za-z0-9_./])?")
_MARKS = ("---", "...")


def displayed(value: Any) -> Any:
    """A validated value as JSON has it, credentials masked. An absent credential is None."""
    if isinstance(value, Secret | SecretStr | SecretBytes):
        return MASK if len(value) else None
    if isinstance(value, BaseModel):
        names = zip(field_names(type(value)), type(value).model_fields, strict=True)
        return {key: displayed(getattr(value, name)) for key, name in names}
    if isinstance(value, Enum):
        return displayed(value.value)
    if isinstance(value, Mapping):
        return {str(key): displayed(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [displayed(item) for item in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def displayed_node(node: Node, path: KeyPath, catalog: Catalog) -> Any:
    """A value as it was said, before validation, credentials masked."""
    if isinstance(node.value, dict):
        return {key: displayed_node(child, (*path, key), catalog) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [displayed_node(item, (*path, index), catalog) for index, item in enumerate(node.value)]
    if isinstance(node.value, str) and node.value and catalog.is_masked(path, node.value, derived=node.derived):
        return MASK
    return displayed(node.value)


def yaml_scalar(value: Any) -> str:
    """One value on one line, as YAML."""
    if isinstance(value, str):
        plain = (
            _PLAIN.fullmatch(value) and plain_scalar(value) == value and ": " not in value and value[:3] not in _MARKS
        )
        return value if plain else _quoted(value)
    if isinstance(value, float):
        return _yaml_float(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(str(key))}: {yaml_scalar(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(yaml_scalar(item) for item in value) + "]"
    return json.dumps(value)


def _quoted(text: str) -> str:
    """JSON's quotes are YAML's, except for signs that YAML does not print and JSON writes as two halves."""
    body = json.dumps(text, ensure_ascii=False)
    return re.sub("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", lambda sign: f"\\u{ord(sign.group()):04x}", body)


def _yaml_float(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - only a NaN differs from itself
        return {"inf": ".inf", "-inf": "-.inf"}.get(str(value), ".nan")
    return repr(value)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*", name) else _quoted(name)


def yaml_lines(leaves: Iterable[tuple[KeyPath, Any, str | None]]) -> list[str]:
    """Values in order, with their paths, as block-style YAML; the third is a comment for the line."""
    lines: list[str] = []
    open_path: KeyPath = ()
    for path, value, comment in leaves:
        common = 0
        while common < min(len(open_path), len(path) - 1) and open_path[common] == path[common]:
            common += 1
        lines.extend(f"{'  ' * depth}{_key(str(path[depth]))}:" for depth in range(common, len(path) - 1))
        open_path = path[:-1]
        line = f"{'  ' * len(open_path)}{_key(str(path[-1]))}: {yaml_scalar(value)}"
        lines.append(f"{line:<56}  # {comment}" if comment else line)
    return lines
