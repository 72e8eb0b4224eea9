"""JSON Schemas in the forms that Anthropic and OpenAI take: nested, odd, and with names that look like keywords."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, create_model

from understudy.providers.generation.anthropic.schema import closed_schema
from understudy.providers.generation.openai.schema import named_schema

CLOSED = {"type": "object", "additionalProperties": False}


@pytest.mark.parametrize("word", ["items", "additionalItems", "not"])
def test_a_schema_inside_a_schema_is_closed(word: str) -> None:
    assert closed_schema({word: {"type": "object"}}) == {word: CLOSED}
    assert closed_schema({word: True}) == {word: True}


@pytest.mark.parametrize("word", ["anyOf", "allOf", "prefixItems"])
def test_every_schema_of_a_list_is_closed(word: str) -> None:
    assert closed_schema({word: [{"type": "object"}, True]}) == {word: [CLOSED, True]}


@pytest.mark.parametrize("word", ["$defs", "definitions"])
def test_every_named_schema_is_closed(word: str) -> None:
    assert closed_schema({word: {"a": {"type": "object"}, "b": False}}) == {word: {"a": CLOSED, "b": False}}


def test_an_object_is_known_by_its_type_or_by_its_properties() -> None:
    assert closed_schema({"properties": {}}) == {"properties": {}, "additionalProperties": False}
    assert closed_schema({"type": "object", "additionalProperties": True}) == CLOSED
    assert closed_schema({"type": "string"}) == {"type": "string"}


def test_what_the_service_cannot_hold_is_told_after_the_description() -> None:
    bounded = {"type": "integer", "minimum": 1, "maximum": 9, "description": "How many."}
    assert closed_schema(bounded) == {"type": "integer", "description": "How many. (minimum: 1; maximum: 9)"}


class Inner(BaseModel):
    properties: int
    default: str | None = None


class Outer(BaseModel):
    inner: Inner
    several: list[Inner]


def test_every_object_of_a_models_schema_is_strict_down_to_its_definitions() -> None:
    sent = named_schema(Outer)
    assert sent["strict"] is True
    inner = sent["schema"]["$defs"]["Inner"]
    assert (inner["additionalProperties"], inner["required"]) == (False, ["properties", "default"])
    assert set(inner["properties"]) == {"properties", "default"}
    assert (sent["schema"]["additionalProperties"], sent["schema"]["required"]) == (False, ["inner", "several"])


def test_a_model_without_fields_is_strict_too() -> None:
    sent = named_schema(create_model("Nothing"))
    assert sent["schema"] == {"title": "Nothing", "type": "object", "properties": {}} | CLOSED | {"required": []}


def test_a_default_that_says_something_stays() -> None:
    (field,) = named_schema(create_model("Model", a=(str, "x")))["schema"]["properties"].values()
    assert field["default"] == "x"


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        ({"type": "string"}, True),
        ({"type": "object"}, False),
        (CLOSED, True),
        ({"properties": {}, "additionalProperties": False}, True),
        ({"properties": {"a": True}, "additionalProperties": False}, False),
        ({"properties": {"a": True}, "required": ["a"]}, False),
        ({"anyOf": [{"type": "string"}, {"type": "object"}]}, False),
        ({"$defs": {"type": {"type": "object"}}}, False),
        ({"$defs": {"type": CLOSED}}, True),
    ],
)
def test_a_schema_by_hand_is_strict_where_every_object_in_it_is(schema: dict[str, Any], strict: bool) -> None:
    assert named_schema(schema) == {"name": "response", "schema": schema, "strict": strict}


@pytest.mark.parametrize(
    ("title", "name"),
    [("My Answer!", "My_Answer"), ("a-b_9", "a-b_9"), ("!?", "response"), (5, "response"), ("x" * 70, "x" * 64)],
)
def test_the_name_is_made_of_the_title(title: Any, name: str) -> None:
    assert named_schema({"title": title, "type": "string"})["name"] == name
