"""Sections whose models are imported when something stands in them: a model costs each process 1 ms, used or not."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from pydantic import BaseModel
from pydantic.annotated_handlers import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

__all__ = ["Later"]


class Later:
    """Marks an annotation as a section of the model behind an import string (``"package.module:Model"``).

    ``Acme = Annotated[Any, Later("acme.settings:AcmeSettings")]``; under TYPE_CHECKING ``Acme`` is the model itself.
    """

    def __init__(self, target: str) -> None:
        self.target = target

    def load(self) -> type[BaseModel]:
        """The model, imported now."""
        module, _, name = self.target.partition(":")
        model: type[BaseModel] = getattr(import_module(module), name)
        return model

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Validates by the model; its faults keep their places."""
        return core_schema.no_info_plain_validator_function(self._read)

    def __get_pydantic_json_schema__(
        self, _schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """The model's own schema."""
        return handler(self.load().__pydantic_core_schema__)

    def _read(self, value: Any) -> BaseModel:
        model = self.load()
        return value if isinstance(value, model) else model.model_validate(value)
