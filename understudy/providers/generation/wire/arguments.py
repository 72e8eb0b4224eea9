"""Tool arguments as models write them, read without ever failing: a call that cannot be read is still a call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from understudy.domain.messages import ToolCallPart

__all__ = ["arguments_text", "tool_call"]


def tool_call(*, call_id: str, name: str, arguments: Any, signature: str | None = None) -> ToolCallPart:
    """The call with its arguments parsed, whether they came as JSON text, as an object, or not at all.

    No arguments (absent, null, or blank text) are an empty object. Text that came is kept in ``arguments_text``, so
    that it can go back byte for byte; anything that is not a JSON object is reported in ``arguments_error``.
    """
    if isinstance(arguments, Mapping):
        return ToolCallPart(id=call_id, name=name, arguments=arguments, signature=signature)
    if arguments is None:
        return ToolCallPart(id=call_id, name=name, signature=signature)
    text = arguments if isinstance(arguments, str) else msgspec.json.encode(arguments).decode()
    parsed, problem = _parse(text)
    return ToolCallPart(
        id=call_id, name=name, arguments=parsed, arguments_text=text, arguments_error=problem, signature=signature
    )


def arguments_text(call: ToolCallPart) -> str:
    """The arguments as JSON text, for the providers that take text: the model's own where it is known."""
    if call.arguments_text and not call.arguments_text.isspace():
        return call.arguments_text
    return msgspec.json.encode(call.arguments).decode()


def _parse(text: str) -> tuple[Mapping[str, Any], str | None]:
    if not text.strip():
        return {}, None
    try:
        value = msgspec.json.decode(text)
    except (ValueError, RecursionError) as error:
        return {}, f"The arguments are not JSON: {error}"
    if isinstance(value, dict):
        return value, None
    return {}, f"The arguments are a JSON {type(value).__name__}, not an object"
