"""Whether a value fits a schema. The stand-in gives nothing that has not passed here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from understudy.providers.generation.mock.schemas.document import (
    Document,
    SchemaError,
    Subschema,
    names_of_types,
    refuse_what_is_not_understood,
    same,
)

__all__ = ["is_number", "problem", "search"]

_DEPTH = 100


def problem(value: Any, schema: Subschema, document: Document | None = None) -> str | None:
    """Why ``value`` does not fit ``schema``, or None where it does. Raises SchemaError for what is not understood."""
    return next(_Check(document or Document(schema)).problems(value, schema, "$", 0), None)


def is_number(value: Any) -> bool:
    """Whether JSON calls it a number; true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def search(pattern: str, text: str, *, path: str) -> bool:
    """Whether ``pattern``, a regular expression in JavaScript's manner, is found in ``text``."""
    try:
        return re.search(re.sub(r"\(\?<(?=[A-Za-z_])", "(?P<", pattern), text) is not None
    except re.error as error:
        raise SchemaError(f"the pattern {pattern!r} is not understood ({error})", path=path) from None


_IS: Mapping[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: is_number(value) and float(value).is_integer(),
    "number": is_number,
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list | tuple),
    "object": lambda value: isinstance(value, Mapping),
}


class _Check:
    def __init__(self, document: Document) -> None:
        self._document = document

    def fits(self, value: Any, schema: Subschema, where: str, depth: int) -> bool:
        return next(self.problems(value, schema, where, depth), None) is None

    def problems(self, value: Any, schema: Subschema, where: str, depth: int) -> Iterator[str]:
        if isinstance(schema, bool):
            if not schema:
                yield f"{where} may not be there"
            return
        if depth > _DEPTH:
            raise SchemaError("it refers to itself without an end", path=where)
        refuse_what_is_not_understood(schema, path=where)
        types = names_of_types(schema)
        if types is not None and not any(_IS[name](value) for name in types):
            yield f"{where} is not of type {' or '.join(types)}"
        if "const" in schema and not same(value, schema["const"]):
            yield f"{where} is not {schema['const']!r}"
        if "enum" in schema and not any(same(value, member) for member in schema["enum"]):
            yield f"{where} is none of {list(schema['enum'])!r}"
        if isinstance(value, str):
            yield from _string(value, schema, where)
        elif is_number(value):
            yield from _number(value, schema, where)
        elif isinstance(value, list | tuple):
            yield from self._array(value, schema, where, depth)
        elif isinstance(value, Mapping):
            yield from self._object(value, schema, where, depth)
        yield from self._combined(value, schema, where, depth + 1)

    def _combined(self, value: Any, schema: Mapping[str, Any], where: str, depth: int) -> Iterator[str]:
        if "$ref" in schema:
            yield from self.problems(value, self._document.resolve(schema["$ref"], path=where), where, depth)
        for part in schema.get("allOf", ()):
            yield from self.problems(value, part, where, depth)
        for word in ("anyOf", "oneOf"):
            if word in schema:
                fitting = sum(self.fits(value, part, where, depth) for part in schema[word])
                if not fitting or (word == "oneOf" and fitting > 1):
                    yield f"{where} fits {fitting} of the schemas of {word}"
        if "not" in schema and self.fits(value, schema["not"], where, depth):
            yield f"{where} fits the schema of not"
        if "if" in schema:
            branch = "then" if self.fits(value, schema["if"], where, depth) else "else"
            yield from self.problems(value, schema.get(branch, True), where, depth)

    def _array(self, value: Sequence[Any], schema: Mapping[str, Any], where: str, depth: int) -> Iterator[str]:
        yield from _size(len(value), schema, where, "Items")
        if schema.get("uniqueItems") and any(same(one, other) for i, one in enumerate(value) for other in value[:i]):
            yield f"{where} has an item twice"
        prefix = schema.get("prefixItems", ())
        for index, item in enumerate(value):
            part = prefix[index] if index < len(prefix) else schema.get("items", True)
            yield from self.problems(item, part, f"{where}[{index}]", depth + 1)
        if "contains" in schema:
            found = sum(self.fits(item, schema["contains"], where, depth + 1) for item in value)
            if not schema.get("minContains", 1) <= found <= schema.get("maxContains", len(value)):
                yield f"{where} has {found} items that fit contains"

    def _object(self, value: Mapping[str, Any], schema: Mapping[str, Any], where: str, depth: int) -> Iterator[str]:
        yield from _size(len(value), schema, where, "Properties")
        for name in schema.get("required", ()):
            if name not in value:
                yield f"{where} lacks {name!r}"
        for name, others in schema.get("dependentRequired", {}).items():
            if name in value and any(other not in value for other in others):
                yield f"{where} has {name!r} without all of {list(others)!r}"
        for name, part in schema.get("dependentSchemas", {}).items():
            if name in value:
                yield from self.problems(value, part, where, depth + 1)
        for name, item in value.items():
            if "propertyNames" in schema:
                yield from self.problems(name, schema["propertyNames"], f"{where}, the name {name!r},", depth + 1)
            for part in parts_of_property(name, schema, path=where):
                yield from self.problems(item, part, f"{where}.{name}", depth + 1)


def parts_of_property(name: str, schema: Mapping[str, Any], *, path: str) -> list[Subschema]:
    """The schemas that the property of this name must fit."""
    parts = [schema["properties"][name]] if name in schema.get("properties", {}) else []
    parts += [part for pattern, part in schema.get("patternProperties", {}).items() if search(pattern, name, path=path)]
    return parts or [schema.get("additionalProperties", True)]


def _size(size: int, schema: Mapping[str, Any], where: str, noun: str) -> Iterator[str]:
    if size < schema.get(f"min{noun}", 0):
        yield f"{where} is shorter than min{noun}"
    if size > schema.get(f"max{noun}", size):
        yield f"{where} is longer than max{noun}"


def _string(value: str, schema: Mapping[str, Any], where: str) -> Iterator[str]:
    yield from _size(len(value), schema, where, "Length")
    if "pattern" in schema and not search(schema["pattern"], value, path=where):
        yield f"{where} does not match {schema['pattern']!r}"


def _number(value: float, schema: Mapping[str, Any], where: str) -> Iterator[str]:
    if value < schema.get("minimum", value) or value > schema.get("maximum", value):
        yield f"{where} is out of range"
    if "exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"]:
        yield f"{where} is not above {schema['exclusiveMinimum']}"
    if "exclusiveMaximum" in schema and value >= schema["exclusiveMaximum"]:
        yield f"{where} is not below {schema['exclusiveMaximum']}"
    step = schema.get("multipleOf")
    if step is not None:
        # Readers divide either exactly or as floating point numbers; a value is given only where both agree.
        exact = Fraction(str(value)) % Fraction(str(step)) == 0
        if not exact or (isinstance(step, float) and not (value / step).is_integer()):
            yield f"{where} is not a multiple of {step}"
