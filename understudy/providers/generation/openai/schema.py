"""JSON Schemas in the form that OpenAI's strict mode takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from understudy.domain.requests import Schema, json_schema

__all__ = ["named_schema"]


def named_schema(schema: Schema) -> dict[str, Any]:
    """Name, schema and ``strict`` of a structured output.

    A class's schema is made strict: every object closed, every property required, which is what strict mode demands. A
    schema that was written by hand is sent as it is, strict where it already meets the demands and as guidance where it
    does not.
    """
    found = json_schema(schema)
    if not isinstance(schema, Mapping):
        found = _strict(found)
    return {"name": _name(found), "schema": found, "strict": _is_strict(found)}


def _name(schema: Mapping[str, Any]) -> str:
    """From the title: letters, digits, ``_`` and ``-``, at most 64 of them."""
    title = schema.get("title")
    return (
        re.sub(r"[^a-zA-Z0-9_-]+", "_", title).strip("_")[:64] or "response" if isinstance(title, str) else "response"
    )


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    # A property may be called "default" or "properties", so names are told from keywords.
    made = {key: _strict_names(value) if key in _NAMED else _strict(value) for key, value in node.items()}
    if "default" in made and made["default"] is None:
        del made["default"]
    if made.get("type") == "object" or "properties" in made:
        made["additionalProperties"] = False
        made["required"] = list(made.get("properties", {}))
    return made


_NAMED = ("properties", "$defs", "definitions")


def _strict_names(schemas: Any) -> Any:
    return {name: _strict(schema) for name, schema in schemas.items()} if isinstance(schemas, Mapping) else schemas


def _is_strict(node: Any) -> bool:
    """Whether every object in the schema is closed and requires all that it has."""
    if isinstance(node, list):
        return all(map(_is_strict, node))
    if not isinstance(node, Mapping):
        return True
    if node.get("type") == "object" or isinstance(node.get("properties"), Mapping):
        properties = node.get("properties", {})
        if node.get("additionalProperties") is not False or set(properties) != set(node.get("required", ())):
            return False
    return all(
        all(map(_is_strict, value.values())) if key in _NAMED and isinstance(value, Mapping) else _is_strict(value)
        for key, value in node.items()
    )
