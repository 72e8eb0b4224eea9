"""Values made for JSON Schemas fit them, by the judgement of an independent validator."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import json
import re
import uuid
from typing import Annotated, Any, Literal

import jsonschema
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import AnyUrl, BaseModel, Field, TypeAdapter

from understudy.providers.generation.mock.schemas import SchemaError, instance, problem

SCHEMAS: list[Any] = [
    True,
    {},
    {"type": "null"},
    {"type": ["string", "null"]},
    {"const": {"a": [1, None]}},
    {"enum": [None, 3, "x"]},
    {"type": "integer", "minimum": 3, "multipleOf": 7},
    {"type": "integer", "exclusiveMinimum": -4, "maximum": -3},
    {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.001},
    {"type": "number", "minimum": 0.1, "multipleOf": 0.01},
    {"type": "number", "multipleOf": 0.3, "exclusiveMinimum": 0},
    {"type": "string", "minLength": 12, "maxLength": 12},
    {"type": "string", "maxLength": 0},
    {"type": "string", "pattern": "^[A-Z]{2}-\\d{4}$"},
    {"type": "string", "pattern": "^(?=.*[A-Z])(?=.*\\d).{8,}$"},
    {"type": "string", "pattern": "^(a|b)+[^c]\\w*$", "minLength": 40},
    {"type": "array", "items": {"type": "boolean"}, "minItems": 2, "uniqueItems": True},
    {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": False, "minItems": 2},
    {"type": "array", "contains": {"const": 5}, "minContains": 2, "maxContains": 2, "minItems": 4},
    {"type": "array", "items": {"type": "string", "pattern": "^[ab]$"}, "minItems": 2, "uniqueItems": True},
    {"type": "object", "required": ["free"], "additionalProperties": {"type": "integer"}},
    {"type": "object", "minProperties": 3, "propertyNames": {"pattern": "^x_"}},
    {
        "type": "object",
        "patternProperties": {"^n\\d$": {"type": "number"}},
        "additionalProperties": False,
        "minProperties": 2,
    },
    {"type": "object", "properties": {"a": {"type": "string"}, "b": {}}, "minProperties": 2, "maxProperties": 2},
    {"type": "object", "required": ["a"], "dependentRequired": {"a": ["b"]}},
    {"type": "object", "required": ["a"], "dependentSchemas": {"a": {"required": ["c"]}}},
    {"anyOf": [{"type": "string", "minLength": 2}, {"type": "integer"}]},
    {"oneOf": [{"type": "number", "multipleOf": 3}, {"type": "number", "multipleOf": 5}]},
    {"oneOf": [{"required": ["a"]}, {"required": ["b"]}], "properties": {"a": {}, "b": {}}, "type": "object"},
    {"allOf": [{"type": "integer", "minimum": 2}, {"maximum": 2}]},
    {"allOf": [{"properties": {"a": {"minimum": 5}}}, {"properties": {"a": {"type": "integer"}}, "required": ["a"]}]},
    {"type": "integer", "not": {"enum": [0, 1, 2]}},
    {"type": "string", "not": {"pattern": "^text$"}},
    {
        "type": "object",
        "properties": {"kind": {"enum": ["a", "b"]}},
        "required": ["kind"],
        "if": {"properties": {"kind": {"const": "a"}}},
        "then": {"required": ["x"]},
        "else": {"required": ["y"]},
    },
    {
        "$ref": "#/$defs/node",
        "$defs": {
            "node": {
                "type": "object",
                "properties": {"next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]}},
                "required": ["next"],
            }
        },
    },
    {
        "$defs": {
            "tree": {
                "$anchor": "tree",
                "type": "object",
                "properties": {"leaves": {"type": "array", "items": {"$ref": "#tree"}}},
                "required": ["leaves"],
            }
        },
        "$ref": "#tree",
    },
    {"definitions": {"a b": {"type": "integer"}}, "$ref": "#/definitions/a%20b", "minimum": 3},
    {"type": "object", "properties": {"a": {"type": "string", "default": "given"}}, "required": ["a"]},
    {"type": "string", "examples": ["exemplary"]},
    {"type": "integer", "default": "wrong kind"},
    {"title": "T", "description": "d", "type": "string", "x-vendor": 1, "deprecated": True},
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: json.dumps(schema)[:60])
def test_the_value_fits(schema):
    value = instance(schema)
    jsonschema.Draft202012Validator(schema).validate(value)
    assert value == instance(schema)
    json.dumps(value)


def test_patterns_may_be_in_javascripts_manner():
    made = instance({"type": "string", "pattern": r"^(?<year>\d{4})\/(?:0[1-9]|1[0-2])$"})
    assert re.fullmatch(r"\d{4}/(0[1-9]|1[0-2])", made)


IMPOSSIBLE: list[tuple[Any, str]] = [
    (False, "no value"),
    ({"type": "integer", "minimum": 3, "maximum": 2}, "no value"),
    ({"allOf": [{"const": 1}, {"const": 2}]}, "no value"),
    ({"enum": []}, "no value"),
    ({"type": "object", "properties": {"n": {"$ref": "#"}}, "required": ["n"]}, "no value"),
    ({"$ref": "#"}, "no value"),
    ({"$ref": "#/$defs/missing"}, "points at no schema"),
    ({"$ref": "https://example.com/schema"}, "leaves the schema"),
    ({"type": "string", "pattern": "^a$", "minLength": 3}, "pattern"),
    ({"type": "string", "pattern": "("}, "not understood"),
    ({"type": "string", "pattern": "\\p{L}+"}, "not understood"),
    ({"unevaluatedProperties": False, "type": "object"}, "unevaluatedProperties"),
    ({"$dynamicRef": "#x"}, "dynamicRef"),
    ({"type": "array", "items": [{"type": "string"}]}, "prefixItems"),
    ({"type": "number", "minimum": 1, "exclusiveMinimum": True}, "older draft"),
    ({"type": "strnig"}, "no type 'strnig'"),
]


@pytest.mark.parametrize(("schema", "reason"), IMPOSSIBLE, ids=lambda value: str(value)[:50])
def test_what_cannot_be_made_is_an_error_and_never_a_wrong_value(schema, reason):
    with pytest.raises(SchemaError, match=reason):
        instance(schema)


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Address(BaseModel):
    street: Annotated[str, Field(min_length=3, max_length=30)]
    zip_code: Annotated[str, Field(pattern=r"^\d{5}(-\d{4})?$")]


class Dog(BaseModel):
    kind: Literal["dog"]
    barks: int


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: Annotated[int, Field(ge=1, le=9)]


class Everything(BaseModel):
    id: uuid.UUID
    when: dt.datetime
    day: dt.date
    at: dt.time
    lasting: dt.timedelta
    url: AnyUrl
    price: decimal.Decimal
    ratio: Annotated[float, Field(gt=0, lt=1)]
    colour: Colour
    home: Address
    pet: Annotated[Dog | Cat, Field(discriminator="kind")]
    tags: Annotated[set[str], Field(min_length=2)]
    pair: tuple[int, str]
    table: dict[str, list[int]]
    maybe: int | None
    children: list[Everything]
    flag: bool


@pytest.mark.parametrize("model", [Everything, Address, Dog, Cat])
def test_pydantic_models_read_what_was_made_for_them(model):
    value = instance(model.model_json_schema())
    assert isinstance(model.model_validate_json(json.dumps(value)), model)


@pytest.mark.parametrize(
    "kind", [list[int], dict[str, int], int | str, tuple[int, ...], Literal["a", 1], dt.date, frozenset[bool]]
)
def test_other_types_that_pydantic_describes_are_read_too(kind):
    adapter = TypeAdapter(kind)
    adapter.validate_json(json.dumps(instance(adapter.json_schema())))


def _leaves():
    bounds = st.integers(-50, 50)
    return st.one_of(
        st.just({}),
        st.builds(lambda kind: {"type": kind}, st.sampled_from(["null", "boolean", "integer", "number", "string"])),
        st.builds(
            lambda low, size: {"type": "integer", "minimum": low, "maximum": low + size}, bounds, st.integers(0, 9)
        ),
        st.builds(
            lambda low, size: {"type": "number", "exclusiveMinimum": low, "exclusiveMaximum": low + size},
            bounds,
            st.floats(0.01, 5),
        ),
        st.builds(
            lambda low, step: {"type": "integer", "minimum": low, "multipleOf": step}, bounds, st.integers(1, 12)
        ),
        st.builds(
            lambda low, size: {"type": "string", "minLength": low, "maxLength": low + size},
            st.integers(0, 20),
            st.integers(0, 5),
        ),
        st.builds(
            lambda values: {"enum": values},
            st.lists(st.none() | st.booleans() | st.integers() | st.text(), min_size=1, max_size=3),
        ),
        st.builds(
            lambda value: {"const": value}, st.none() | st.booleans() | st.text() | st.lists(st.integers(), max_size=2)
        ),
        st.sampled_from(
            [{"type": "string", "pattern": p} for p in ("^a+$", "[0-9]{3}", "^(x|yz)-\\w?$", "^[^a-z]{2,}$")]
        ),
        st.sampled_from(
            [{"type": "string", "format": f} for f in ("date", "email", "uuid", "uri", "ipv4", "date-time")]
        ),
    )


def _deeper(inner):
    names = st.sampled_from(["a", "b", "c"])
    return st.one_of(
        st.builds(
            lambda properties, required, closed: {
                "type": "object",
                "properties": properties,
                "required": sorted({*required} & {*properties}) if closed else sorted(required),
                **({"additionalProperties": False} if closed else {}),
            },
            st.dictionaries(names, inner, max_size=3),
            st.lists(names, unique=True, max_size=3),
            st.booleans(),
        ),
        st.builds(lambda items, least: {"type": "array", "items": items, "minItems": least}, inner, st.integers(0, 3)),
        st.builds(lambda items: {"type": "array", "items": items, "uniqueItems": True}, inner),
        st.builds(
            lambda items: {"type": "array", "prefixItems": items, "minItems": len(items)},
            st.lists(inner, min_size=1, max_size=3),
        ),
        st.builds(
            lambda word, parts: {word: parts},
            st.sampled_from(["anyOf", "oneOf"]),
            st.lists(inner, min_size=1, max_size=3),
        ),
        st.builds(lambda parts: {"allOf": parts}, st.lists(inner, min_size=1, max_size=2)),
        st.builds(lambda part, other: {"allOf": [part], "not": other}, inner, inner),
        st.builds(lambda a, b, c: {"if": a, "then": b, "else": c}, inner, inner, inner),
    )


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.recursive(_leaves(), _deeper, max_leaves=8))
def test_any_schema_gets_a_value_that_fits_or_an_error(schema):
    try:
        value = instance(schema)
    except SchemaError:
        assume(False)
    jsonschema.Draft202012Validator(schema).validate(value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from([0.5, 1.0, -2.0]) | st.text("ab1", max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.recursive(_leaves(), _deeper, max_leaves=5), JSON)
def test_our_check_and_an_independent_one_agree(schema, value):
    ours = problem(value, schema) is None
    assert ours == jsonschema.Draft202012Validator(schema).is_valid(value)


def test_schemas_that_can_be_met_are_met_nearly_always():
    """The search may give up, but on schemas of these common kinds it does not."""
    common = st.recursive(
        st.sampled_from(
            [{"type": "string"}, {"type": "integer", "minimum": 1}, {"enum": ["a", "b"]}, {"type": "boolean"}]
        ),
        lambda inner: (
            st.builds(
                lambda properties: {
                    "type": "object",
                    "properties": properties,
                    "required": sorted(properties),
                    "additionalProperties": False,
                },
                st.dictionaries(st.sampled_from("abcd"), inner, min_size=1, max_size=4),
            )
            | st.builds(lambda items: {"type": "array", "items": items}, inner)
            | st.builds(lambda part: {"anyOf": [part, {"type": "null"}]}, inner)
        ),
        max_leaves=12,
    )

    @settings(max_examples=100, deadline=None)
    @given(common)
    def check(schema):
        jsonschema.Draft202012Validator(schema).validate(instance(schema))

    check()
