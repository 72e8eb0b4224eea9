"""What all settings models share: frozen, no unknown keys, secrets that do not show themselves."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, GetPydanticSchema
from pydantic_core import core_schema

from understudy.domain.secrets import MASK, Secret

__all__ = ["SecretValue", "Section", "Use"]

Use: TypeAlias = Literal["real", "mock", "record", "replay"]
"""What stands behind a port: the service, its stand-in, or the service through a recording."""


def _read_secret(value: Any) -> Secret:
    """Raises ValueError, without the value, for anything that cannot be a header's credential."""
    if isinstance(value, Secret):
        return value
    if not isinstance(value, str):
        raise ValueError("a credential is a string")
    if value != value.strip():
        raise ValueError("the credential has white space around it (a key file's last newline?); remove it")
    if not value.isascii() or not value.isprintable():
        raise ValueError("the credential has characters that no HTTP header can carry")
    return Secret(value)


def _secret_schema(_source: Any, _handler: Any) -> core_schema.CoreSchema:
    return core_schema.no_info_plain_validator_function(
        _read_secret,
        serialization=core_schema.plain_serializer_function_ser_schema(
            lambda _: MASK, return_schema=core_schema.str_schema()
        ),
        json_schema_input_schema=core_schema.str_schema(),
    )


SecretValue = Annotated[Secret, GetPydanticSchema(_secret_schema)]
"""A credential in the settings: read from a string, checked at load, masked wherever it is shown."""


class Section(BaseModel):
    """A part of the settings. Unknown keys are errors; nothing changes after loading."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=False, hide_input_in_errors=True, use_attribute_docstrings=True
    )
