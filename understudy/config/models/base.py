"""What all settings models share: frozen, no unknown keys, secrets that do not show themselves, checked URLs."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, GetPydanticSchema
from pydantic_core import core_schema

from understudy.domain.secrets import MASK, Secret

__all__ = ["BaseUrl", "OptionalSecret", "SecretValue", "Section", "StorageUse", "UrlMark", "Use"]

Use: TypeAlias = Literal["real", "mock", "record", "replay"]
"""What stands behind a port: the service, its stand-in, or the service through a recording."""

StorageUse: TypeAlias = Literal["real", "mock"]
"""The same for storage backends: recordings are of HTTP, which most of them do not speak."""


def _read_secret(value: Any) -> Secret:
    """Raises ValueError, without the value, for anything that cannot be a header's credential."""
    if not isinstance(value, Secret | str):
        raise ValueError("a credential is a string")
    text = value.reveal() if isinstance(value, Secret) else value
    if text != text.strip():
        raise ValueError("the credential has white space around it (a key file's last newline?); remove it")
    if not text.isascii() or not text.isprintable():
        raise ValueError("the credential has characters that no HTTP header can carry")
    return value if isinstance(value, Secret) else Secret(value)


def _secret_schema(_source: Any, _handler: Any) -> core_schema.CoreSchema:
    return core_schema.no_info_plain_validator_function(
        _read_secret,
        serialization=core_schema.plain_serializer_function_ser_schema(
            lambda _: MASK, return_schema=core_schema.str_schema()
        ),
        json_schema_input_schema=core_schema.str_schema(),
    )


def _empty_is_absent(value: Any) -> Any:
    """An empty credential is none: ``${ANTHROPIC_API_KEY:}`` is how a file says "the variable, if there is one"."""
    return None if isinstance(value, Secret | str) and not value else value


SecretValue = Annotated[Secret, GetPydanticSchema(_secret_schema)]
"""A credential in the settings: read from a string, checked at load, masked wherever it is shown."""

OptionalSecret = Annotated[SecretValue | None, BeforeValidator(_empty_is_absent)]
"""A credential that may be absent; an empty string is absent."""


class UrlMark:
    """Marks a field as an address of a service, so that the production rules find it in any model."""


def _read_base_url(value: str) -> str:
    """Raises ValueError, without the value, for what is not the plain address of an HTTP service."""
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError("the URL has characters that a URL cannot have")
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise ValueError("the URL's host or port is malformed") from None
    if parts.scheme not in ("http", "https"):
        raise ValueError("the URL must begin with http:// or https://")
    if not parts.hostname or port == 0:
        raise ValueError("the URL names no host, or port 0")
    if parts.username is not None or parts.password is not None:
        raise ValueError("the URL has credentials in it; put them into their own setting")
    if "?" in value or "#" in value:
        raise ValueError("the URL has a query or a fragment; a base URL has neither")
    return value.rstrip("/")


BaseUrl = Annotated[str, AfterValidator(_read_base_url), UrlMark()]
"""The address that request paths are put after: http or https, a host, no credentials, no query."""


class Section(BaseModel):
    """A part of the settings. Unknown keys are errors; nothing changes after loading."""

    # The docstrings under the fields are read when a schema is asked for (config/schema.py): use_attribute_docstrings
    # would parse the source of every model at import, for 18 ms of each start.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)
