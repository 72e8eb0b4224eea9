"""A JSON Schema as a document: its references, and the keywords that are not understood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias
from urllib.parse import unquote

from understudy.domain.errors import ScriptError

__all__ = ["Document", "SchemaError", "Subschema", "names_of_types", "refuse_what_is_not_understood", "same"]

Subschema: TypeAlias = Mapping[str, Any] | bool

_TYPES = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})

# Keywords of the JSON Schema vocabularies that are not understood here: to pass over them would be to answer wrongly.
_NOT_UNDERSTOOD = frozenset(
    {
        "$dynamicRef",
        "$recursiveRef",
        "additionalItems",
        "dependencies",
        "disallow",
        "divisibleBy",
        "extends",
        "unevaluatedItems",
        "unevaluatedProperties",
    }
)


class SchemaError(ScriptError):
    """The stand-in cannot make a value for this schema; ``path`` says where in it."""

    def __init__(self, reason: str, *, path: str) -> None:
        self.path = path
        super().__init__(
            f"The stand-in cannot make a value for the schema at {path}: {reason}.",
            hint="Script the answer for this request: 'json', or 'tool_calls' with their arguments.",
        )


def same(one: object, other: object) -> bool:
    """Equality as JSON has it: 1 is 1.0, and true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def names_of_types(schema: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The types that ``type`` allows, None where it says nothing."""
    named = schema.get("type")
    if named is None:
        return None
    return (named,) if isinstance(named, str) else tuple(named)


class Document:
    """A schema with the references that it makes into itself."""

    def __init__(self, root: Subschema) -> None:
        self.root = root
        self._anchors = dict(_anchors(root))

    def resolve(self, reference: str, *, path: str) -> Subschema:
        """What a ``$ref`` points at. Raises SchemaError for one that leaves the document or points at nothing."""
        if not reference.startswith("#"):
            if isinstance(self.root, Mapping) and self.root.get("$id") == reference:
                return self.root
            raise SchemaError(f"the reference {reference!r} leaves the schema", path=path)
        pointer = unquote(reference[1:])
        if pointer in self._anchors:
            return self._anchors[pointer]
        found: Any = self.root if not pointer or pointer.startswith("/") else None
        for step in pointer.split("/")[1:]:
            found = _step(found, step.replace("~1", "/").replace("~0", "~"))
        if not isinstance(found, Mapping | bool):
            raise SchemaError(f"the reference {reference!r} points at no schema", path=path)
        return found


def _step(found: Any, step: str) -> Any:
    if isinstance(found, Mapping):
        return found.get(step)
    if isinstance(found, Sequence) and not isinstance(found, str) and step.isdigit() and int(step) < len(found):
        return found[int(step)]
    return None


def _anchors(node: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(node, Mapping):
        anchor = node.get("$anchor")
        if isinstance(anchor, str):
            yield anchor, node
        for value in node.values():
            yield from _anchors(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _anchors(value)


def refuse_what_is_not_understood(schema: Mapping[str, Any], *, path: str) -> None:
    """Raises SchemaError for keywords that would change which values fit, and that are not understood here."""
    found = sorted(_NOT_UNDERSTOOD & schema.keys())
    if found:
        raise SchemaError(f"the keyword {found[0]!r} is not understood", path=path)
    if isinstance(schema.get("items"), list | tuple):
        raise SchemaError("'items' as a list is an older draft's form; use 'prefixItems'", path=path)
    for name in ("exclusiveMinimum", "exclusiveMaximum"):
        if isinstance(schema.get(name), bool):
            raise SchemaError(f"{name!r} as a boolean is an older draft's form; give the bound itself", path=path)
    unknown = [name for name in names_of_types(schema) or () if name not in _TYPES]
    if unknown:
        raise SchemaError(f"there is no type {unknown[0]!r}", path=path)
