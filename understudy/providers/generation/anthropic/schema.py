"""JSON Schemas as Anthropic's structured output takes them: closed objects, and no bounds on values."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

__all__ = ["closed_schema"]

# The API refuses a schema with any of these; the model is told of them in the description instead.
_BOUNDS = frozenset(
    {
        "exclusiveMaximum",
        "exclusiveMinimum",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "pattern",
        "uniqueItems",
    }
)
_FORMATS = frozenset({"date", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "time", "uri", "uuid"})
_SUBSCHEMAS = frozenset({"items", "additionalItems", "not"})
_LISTS_OF_SCHEMAS = frozenset({"anyOf", "allOf", "prefixItems"})
_NAMED_SCHEMAS = frozenset({"properties", "$defs", "definitions"})
_RENAMED: Mapping[str, str] = MappingProxyType({"oneOf": "anyOf"})


def closed_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of ``schema`` that the API accepts.

    Every object is closed (``additionalProperties: false``), ``oneOf`` becomes ``anyOf``, and bounds that the API
    cannot hold the model to move into the description. ``minItems`` 0 and 1 stay: those it can.
    """
    closed: dict[str, Any] = {}
    bounds: list[str] = []
    for key, value in schema.items():
        name = _RENAMED.get(key, key)
        if _is_bound(key, value):
            bounds.append(f"{key}: {value}")
        elif name in _SUBSCHEMAS and isinstance(value, Mapping):
            closed[name] = closed_schema(value)
        elif name in _LISTS_OF_SCHEMAS and isinstance(value, list):
            closed[name] = [closed_schema(item) if isinstance(item, Mapping) else item for item in value]
        elif name in _NAMED_SCHEMAS and isinstance(value, Mapping):
            closed[name] = {
                word: closed_schema(item) if isinstance(item, Mapping) else item for word, item in value.items()
            }
        else:
            closed[name] = value
    if closed.get("type") == "object" or "properties" in closed:
        closed["additionalProperties"] = False
    if bounds:
        told = "; ".join(bounds)
        described = closed.get("description")
        closed["description"] = f"{described} ({told})" if described else f"({told})"
    return closed


def _is_bound(key: str, value: Any) -> bool:
    if key == "format":
        return value not in _FORMATS
    return key in _BOUNDS and not (key == "minItems" and value in (0, 1))
