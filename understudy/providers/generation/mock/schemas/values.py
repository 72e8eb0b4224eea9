"""The search for a value: candidates in a fixed order, the first that fits is taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from understudy.providers.generation.mock.schemas.alternatives import References, alternatives, both
from understudy.providers.generation.mock.schemas.document import (
    Document,
    SchemaError,
    Subschema,
    names_of_types,
    same,
)
from understudy.providers.generation.mock.schemas.numbers import numbers
from understudy.providers.generation.mock.schemas.strings import strings
from understudy.providers.generation.mock.schemas.validation import parts_of_property, problem

__all__ = ["instance"]

_CANDIDATES = 64
_ATTEMPTS = 20_000

# What tells the type where 'type' is not given.
_TELLING: tuple[tuple[str, frozenset[str]], ...] = (
    ("object", frozenset({"properties", "required", "additionalProperties", "minProperties", "patternProperties"})),
    ("array", frozenset({"items", "prefixItems", "minItems", "contains", "uniqueItems"})),
    ("string", frozenset({"pattern", "format", "minLength", "maxLength"})),
    ("number", frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})),
)
_ANY = ("string", "object", "array", "integer", "number", "boolean", "null")


def instance(schema: Subschema, *, name: str = "text") -> Any:
    """A small value that fits ``schema``, the same each time.

    Raises SchemaError for a schema that no value was found for, and for keywords that are not understood.
    """
    search = _Search(Document(schema))
    for value in search.values(schema, path="#", name=name, within=frozenset()):
        return value
    raise SchemaError(search.trouble or "no value was found that fits it", path="#")


class _Lazy:
    """The values of an iterator, each made when first asked for."""

    def __init__(self, values: Iterator[Any]) -> None:
        self._source = islice(values, _CANDIDATES)
        self._made: list[Any] = []

    def __iter__(self) -> Iterator[Any]:
        index = 0
        while index < len(self._made) or self._more():
            yield self._made[index]
            index += 1

    def _more(self) -> bool:
        for value in self._source:
            self._made.append(value)
            return True
        return False


class _Search:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._attempts = 0
        self.trouble: str | None = None

    def values(self, schema: Subschema, *, path: str, name: str, within: References) -> Iterator[Any]:
        """Values that fit ``schema``, checked."""
        for plain, inside in alternatives(schema, self._document, path=path, within=within):
            for value in self._candidates(plain, path=path, name=name, within=inside):
                self._attempts += 1
                if self._attempts > _ATTEMPTS:
                    raise SchemaError("no value was found in the attempts allowed", path=path)
                reason = problem(value, schema, self._document)
                if reason is None:
                    yield value
                else:
                    self.trouble = f"no value was found that fits it ({reason})"

    def _candidates(self, plain: Mapping[str, Any], *, path: str, name: str, within: References) -> Iterator[Any]:
        if "const" in plain:
            yield plain["const"]
            return
        if "enum" in plain:
            yield from plain["enum"]
            return
        yield from plain.get("examples", ())
        if "default" in plain:
            yield plain["default"]
        types = names_of_types(plain)
        if types is None:
            told = [kind for kind, words in _TELLING if words & plain.keys()]
            types = (*told, *(kind for kind in _ANY if kind not in told))
        for kind in types:
            yield from islice(self._of_type(kind, plain, path=path, name=name, within=within), _CANDIDATES)

    def _of_type(
        self, kind: str, plain: Mapping[str, Any], *, path: str, name: str, within: References
    ) -> Iterator[Any]:
        if kind == "string":
            yield from strings(plain, name=name, path=path)
        elif kind in ("integer", "number"):
            yield from numbers(plain, integer=kind == "integer")
        elif kind == "boolean":
            yield from (True, False)
        elif kind == "null":
            yield None
        elif kind == "array":
            yield from self._arrays(plain, path=path, name=name, within=within)
        else:
            yield from self._objects(plain, path=path, within=within)

    def _arrays(self, plain: Mapping[str, Any], *, path: str, name: str, within: References) -> Iterator[list[Any]]:
        contained = plain.get("minContains", 1) if "contains" in plain else 0
        least = max(plain.get("minItems", 0), contained)
        # One item tells more than none; where there is none that fits, the empty array may.
        for size in (max(1, least), least, *range(least + 1, least + 4)):
            for turn in range(4):
                made = self._array(plain, size, contained, turn=turn, path=path, name=name, within=within)
                if made is not None:
                    yield made

    def _array(
        self,
        plain: Mapping[str, Any],
        size: int,
        contained: int,
        *,
        turn: int,
        path: str,
        name: str,
        within: References,
    ) -> list[Any] | None:
        """An array of ``size`` items, the first of them the candidate number ``turn``; None where one is missing."""
        prefix: Sequence[Subschema] = plain.get("prefixItems", ())
        made: list[Any] = []
        for index in range(size):
            part: Subschema = prefix[index] if index < len(prefix) else plain.get("items", True)
            if index < contained:
                part = both(part, plain["contains"])
            place = f"{path}/prefixItems/{index}" if index < len(prefix) else f"{path}/items"
            found = self.values(part, path=place, name=name, within=within)
            if plain.get("uniqueItems"):
                found = (value for value in found if not any(same(value, other) for other in made))
            value = next(islice(found, turn if index == 0 else 0, None), _NOTHING)
            if value is _NOTHING:
                return None
            made.append(value)
        return made

    def _objects(self, plain: Mapping[str, Any], *, path: str, within: References) -> Iterator[dict[str, Any]]:
        needed = _needed(plain)
        names = [*needed, *(name for name in plain.get("properties", {}) if name not in needed)]
        most = plain.get("maxProperties", len(names))
        least = plain.get("minProperties", 0)
        choices: dict[str, _Lazy] = {}
        for name in names:
            parts: Subschema = True
            for part in parts_of_property(name, plain, path=path):
                parts = both(parts, part)
            found = self.values(parts, path=f"{path}/properties/{name}", name=name, within=within)
            choices[name] = _Lazy(found)
        base = {name: next(iter(choices[name]), _NOTHING) for name in needed}
        if any(value is _NOTHING for value in base.values()):
            return
        optional = names[len(needed) :]
        base = self._filled(base, optional, choices, least, plain, path=path, within=within)
        yield base
        for name in base:
            if name in choices:
                yield from ({**base, name: value} for value in islice(choices[name], 1, None))
        whole = dict(base)
        for name in optional:
            if name not in base and len(base) < most:
                for value in choices[name]:
                    yield {**base, name: value}
                    whole.setdefault(name, value)
        yield whole

    def _filled(
        self,
        base: dict[str, Any],
        optional: Sequence[str],
        choices: Mapping[str, _Lazy],
        least: int,
        plain: Mapping[str, Any],
        *,
        path: str,
        within: References,
    ) -> dict[str, Any]:
        """``base`` with as many further properties as ``minProperties`` asks for."""
        filled = dict(base)
        for name in optional:
            value = next(iter(choices[name]), _NOTHING) if len(filled) < least else _NOTHING
            if value is not _NOTHING:
                filled[name] = value
        if len(filled) < least:
            for name in self._new_names(plain, path=path, within=within):
                parts: Subschema = True
                for part in parts_of_property(name, plain, path=path):
                    parts = both(parts, part)
                value = next(self.values(parts, path=path, name=name, within=within), _NOTHING)
                if name not in filled and value is not _NOTHING:
                    filled[name] = value
                if len(filled) >= least:
                    break
        return filled

    def _new_names(self, plain: Mapping[str, Any], *, path: str, within: References) -> Iterator[str]:
        wanted = plain.get("propertyNames", True)
        for pattern in plain.get("patternProperties", {}):
            schema = both({"type": "string", "pattern": pattern}, wanted)
            yield from self.values(schema, path=path, name="name", within=within)
        yield from self.values(both({"type": "string"}, wanted), path=path, name="name", within=within)


_NOTHING: Any = object()


def _needed(plain: Mapping[str, Any]) -> list[str]:
    """The required names, and those that they require in turn."""
    needed = list(plain.get("required", ()))
    dependent: Mapping[str, Sequence[str]] = plain.get("dependentRequired", {})
    for name in needed:
        needed += [other for other in dependent.get(name, ()) if other not in needed]
    return needed
