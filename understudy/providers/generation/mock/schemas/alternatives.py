"""A schema without its combinators: the plain schemas, any one of which a value may follow.

They guide the search for a value; whether the value fits is decided by the check against the schema as it was given, so
that what is lost here (``not``, a second pattern) costs attempts and never correctness.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from understudy.providers.generation.mock.schemas.document import (
    Document,
    Subschema,
    refuse_what_is_not_understood,
    same,
)

__all__ = ["alternatives", "both"]

_COMBINATORS = frozenset({"$ref", "allOf", "anyOf", "oneOf", "if", "then", "else", "dependentSchemas"})

References = frozenset[str]


def alternatives(
    schema: Subschema, document: Document, *, path: str, within: References = frozenset()
) -> Iterator[tuple[Mapping[str, Any], References]]:
    """Each plain form of ``schema``, with the references that lead to it.

    ``within`` are the references that led here: a form that enters one of them again is left out, because the smallest
    value never needs it.
    """
    if isinstance(schema, bool):
        if schema:
            yield {}, within
        return
    refuse_what_is_not_understood(schema, path=path)
    plain = {key: value for key, value in schema.items() if key not in _COMBINATORS}
    choices: list[Sequence[Subschema]] = []
    inside = within
    reference = schema.get("$ref")
    if reference is not None:
        if reference in within:
            return
        choices.append([document.resolve(reference, path=path)])
        inside = within | {reference}
    choices += [[part] for part in schema.get("allOf", ())]
    choices += [schema[key] for key in ("anyOf", "oneOf") if key in schema]
    if "if" in schema:
        condition = schema["if"]
        choices.append([both(condition, schema.get("then", True)), both({"not": condition}, schema.get("else", True))])
    required = schema.get("required", ())
    choices += [[part] for name, part in schema.get("dependentSchemas", {}).items() if name in required]
    yield from _combined(plain, choices, document, path=path, within=inside, gathered=inside)


def _combined(
    plain: Mapping[str, Any],
    choices: Sequence[Sequence[Subschema]],
    document: Document,
    *,
    path: str,
    within: References,
    gathered: References,
) -> Iterator[tuple[Mapping[str, Any], References]]:
    if not choices:
        yield plain, gathered
        return
    for option in choices[0]:
        for found, references in alternatives(option, document, path=path, within=within):
            merged = _merge(plain, found)
            yield from _combined(
                merged, choices[1:], document, path=path, within=within, gathered=gathered | references
            )


def both(one: Subschema, other: Subschema) -> Subschema:
    """A schema that demands both."""
    if one is True:
        return other
    return one if other is True else {"allOf": [one, other]}


def _merge(one: Mapping[str, Any], other: Mapping[str, Any]) -> Mapping[str, Any]:
    merged = dict(one)
    for key, value in other.items():
        merged[key] = _COMBINE[key](merged[key], value) if key in merged and key in _COMBINE else merged.get(key, value)
    return merged


def _common_types(one: Any, other: Any) -> list[str]:
    left = [one] if isinstance(one, str) else list(one)
    right = [other] if isinstance(other, str) else list(other)
    common = [name for name in left if name in right]
    for narrow, wide in ((left, right), (right, left)):
        if "integer" in narrow and "number" in wide and "integer" not in common:
            common.append("integer")
    return common


def _both_of_each(one: Mapping[str, Subschema], other: Mapping[str, Subschema]) -> dict[str, Subschema]:
    return {name: both(one.get(name, True), other.get(name, True)) for name in {**one, **other}}


def _both_in_turn(one: Sequence[Subschema], other: Sequence[Subschema]) -> list[Subschema]:
    longest = max(len(one), len(other))
    padded = [(list(part) + [True] * longest)[:longest] for part in (one, other)]
    return [both(left, right) for left, right in zip(*padded, strict=True)]


def _union(one: Sequence[Any], other: Sequence[Any]) -> list[Any]:
    return [*one, *(value for value in other if value not in one)]


def _common_values(one: Sequence[Any], other: Sequence[Any]) -> list[Any]:
    return [value for value in one if any(same(value, candidate) for candidate in other)]


def _multiple(one: Any, other: Any) -> Any:
    return math.lcm(one, other) if isinstance(one, int) and isinstance(other, int) else one


_COMBINE: Mapping[str, Callable[[Any, Any], Any]] = {
    "type": _common_types,
    "enum": _common_values,
    "required": _union,
    "properties": _both_of_each,
    "patternProperties": _both_of_each,
    "prefixItems": _both_in_turn,
    "items": both,
    "additionalProperties": both,
    "propertyNames": both,
    "minimum": max,
    "exclusiveMinimum": max,
    "minLength": max,
    "minItems": max,
    "minProperties": max,
    "maximum": min,
    "exclusiveMaximum": min,
    "maxLength": min,
    "maxItems": min,
    "maxProperties": min,
    "multipleOf": _multiple,
    "uniqueItems": lambda one, other: one or other,
    "dependentRequired": lambda one, other: {**one, **other},
}
