"""What the custom resources' definitions demand of their objects."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from understudy.providers.kubernetes.resources import DISTRIBUTIONS, Resource

__all__ = ["faults"]

_TEXT = {"type": "string"}
_DISTRIBUTION: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "required": ["spec"],
        "properties": {
            "spec": {
                "type": "object",
                "required": ["server"],
                "properties": {
                    "replicas": {"type": "integer"},
                    "server": {
                        "type": "object",
                        "required": ["distribution"],
                        "properties": {
                            "containerSpec": {
                                "type": "object",
                                "properties": {
                                    "name": _TEXT,
                                    "port": {"type": "integer"},
                                    "command": {"type": "array", "items": _TEXT},
                                    "args": {"type": "array", "items": _TEXT},
                                    "env": {"type": "array", "items": {"type": "object", "required": ["name"]}},
                                    "resources": {"type": "object"},
                                },
                            },
                            "distribution": {"type": "object", "properties": {"name": _TEXT, "image": _TEXT}},
                            "userConfig": {
                                "type": "object",
                                "required": ["configMapName"],
                                "properties": {"configMapName": _TEXT, "configMapNamespace": _TEXT},
                            },
                        },
                    },
                },
            },
            "status": {
                "type": "object",
                "properties": {
                    "phase": {"enum": ["Pending", "Initializing", "Ready", "Failed", "Terminating"]},
                    "serviceURL": _TEXT,
                    "distributionConfig": {"type": "object"},
                },
            },
        },
    }
)


def faults(resource: Resource, body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is wrong with an object of ``resource``: fields, and why each does not fit. Empty where it fits."""
    if resource is not DISTRIBUTIONS:
        return []
    from understudy.providers.generation.mock.schemas import problem

    found = problem(body, _DISTRIBUTION)
    if found is not None:
        field, _, why = found.partition(" ")
        return [(field.removeprefix("$").lstrip(".") or "<root>", f"Invalid value: {why}")]
    distribution = body["spec"]["server"]["distribution"]
    if ("name" in distribution) == ("image" in distribution):
        return [("spec.server.distribution", 'Invalid value: "object": exactly one of name and image must be set')]
    return []
