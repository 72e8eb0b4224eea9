"""The settings as JSON Schema (draft 2020-12), for completion and checks in editors."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from pydantic import BaseModel

from understudy.config.fields import Catalog, field_names
from understudy.config.models.settings import Settings
from understudy.config.tree import KeyPath

__all__ = ["field_descriptions", "settings_schema"]

_INTERPOLATED = {"type": "string", "pattern": r"\$\{"}
_ANNOTATIONS = ("title", "description", "default")


def settings_schema() -> dict[str, Any]:
    """The schema of a settings file. Unknown keys do not fit; ``${…}`` fits wherever a value does."""
    schema = Settings.model_json_schema(mode="validation")
    models = {model.__name__: model for model in _models()}
    for name, definition in ((Settings.__name__, schema), *schema.get("$defs", {}).items()):
        if name in models:
            _describe(definition, models[name])
    opened: dict[str, Any] = _open_to_interpolation(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **opened, "title": "understudy settings"}


def field_descriptions(model: type[BaseModel]) -> dict[str, str]:
    """The docstrings under the fields of a model, inherited ones too; empty where its source is not at hand."""
    found: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if issubclass(base, BaseModel) and base is not BaseModel:
            found.update(_docstrings(base))
    return found


def _docstrings(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    try:
        source = inspect.getsource(model)
    except (OSError, TypeError):  # a package without sources has no descriptions to offer
        return
    body = ast.parse(textwrap.dedent(source)).body[0]
    statements = body.body if isinstance(body, ast.ClassDef) else []
    for field, text in pairwise(statements):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
            and isinstance(text.value.value, str)
        ):
            yield field.target.id, inspect.cleandoc(text.value.value)


def _models() -> Iterator[type[BaseModel]]:
    catalog = Catalog(Settings)
    waiting: list[KeyPath] = [()]
    while waiting:
        path = waiting.pop()
        slot = catalog.slot(path)
        if slot is not None and slot.model is not None:
            yield slot.model
            waiting.extend((*path, key) for key in catalog.keys_under(path))
        elif slot is not None and slot.kind in ("mapping", "list"):
            waiting.append((*path, "*"))


def _describe(definition: dict[str, Any], model: type[BaseModel]) -> None:
    descriptions = field_descriptions(model)
    for key, name in zip(field_names(model), model.model_fields, strict=True):
        if name in descriptions:
            definition["properties"][key]["description"] = descriptions[name]


def _open_to_interpolation(schema: Any) -> Any:
    """The schema in which a number, a flag or a choice may also be given as ``${…}``."""
    if isinstance(schema, list):
        return [_open_to_interpolation(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") in ("integer", "number", "boolean") or "enum" in schema or "pattern" in schema:
        own = {key: value for key, value in schema.items() if key not in _ANNOTATIONS}
        about = {key: value for key, value in schema.items() if key in _ANNOTATIONS}
        return {**about, "anyOf": [own, _INTERPOLATED]}
    return {key: value if key in _ANNOTATIONS else _open_to_interpolation(value) for key, value in schema.items()}
