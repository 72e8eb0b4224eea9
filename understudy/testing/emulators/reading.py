"""Reading requests: what the APIs have in common."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from understudy.domain.messages import ImagePart, Message, Part, Role
from understudy.testing.emulators.exchange import BadRequestError

__all__ = ["Turns", "decoded_image", "field", "image_of_url", "items", "needed", "schema_in_words"]

_Kind = TypeVar("_Kind")


def field(fields: Mapping[str, Any], name: str, kind: type[_Kind]) -> _Kind | None:
    """The field, None where it is absent or null. Raises BadRequestError where it is of another kind."""
    value = fields.get(name)
    if value is None:
        return None
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return value  # type: ignore[return-value]  # JSON has one kind of number
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise BadRequestError(f"Invalid type for '{name}': expected {_NAMES.get(kind, kind.__name__)}.", param=name)
    return value


_NAMES: Mapping[type, str] = {
    str: "a string",
    int: "an integer",
    float: "a number",
    bool: "a boolean",
    dict: "an object",
    list: "an array",
}


def needed(fields: Mapping[str, Any], name: str, kind: type[_Kind]) -> _Kind:
    """The field. Raises BadRequestError where it is absent, or of another kind."""
    value = field(fields, name, kind)
    if value is None:
        raise BadRequestError(f"Missing required parameter: '{name}'.", param=name)
    return value


def items(fields: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    """The objects in the list of this name; none where it is absent. Raises BadRequestError."""
    found: list[Any] = field(fields, name, list) or []
    for place, item in enumerate(found):
        if not isinstance(item, Mapping):
            raise BadRequestError(f"Invalid type for '{name}[{place}]': expected an object.", param=f"{name}[{place}]")
    return found


class Turns:
    """Messages as they are read: what one side says in several items is one message."""

    def __init__(self) -> None:
        self._turns: list[tuple[Role, list[Part]]] = []

    def add(self, role: Role, parts: Iterable[Part]) -> None:
        """Add parts; they join the last message where it is the same side's answer or results."""
        if self._turns and self._turns[-1][0] == role and role in ("assistant", "tool"):
            self._turns[-1][1].extend(parts)
        else:
            self._turns.append((role, list(parts)))

    def messages(self) -> tuple[Message, ...]:
        """What was read."""
        return tuple(Message(role, parts) for role, parts in self._turns)


def decoded_image(data: str, media_type: str = "image/png") -> ImagePart:
    """An image from its base64. Raises BadRequestError."""
    try:
        return ImagePart(data=base64.b64decode(data, validate=True), media_type=media_type)
    except ValueError:
        raise BadRequestError("Invalid image: it is not base64.") from None


def image_of_url(url: str) -> ImagePart:
    """An image from its URL, or from the data that is in it."""
    if not url.startswith("data:"):
        return ImagePart(url=url)
    head, _, data = url.removeprefix("data:").partition(",")
    return decoded_image(data, head.removesuffix(";base64") or "image/png")


def schema_in_words(messages: Sequence[Message]) -> Mapping[str, Any]:
    """The JSON Schema that the messages tell the model in words, as a model would find it; any object without one."""
    decoder = json.JSONDecoder()
    for message in messages:
        place = message.text.find("{")
        while place >= 0:
            try:
                found, _ = decoder.raw_decode(message.text, place)
            except ValueError:
                found = None
            if isinstance(found, dict) and found.keys() & {"type", "properties", "$ref", "anyOf"}:
                return found
            place = message.text.find("{", place + 1)
    return {"type": "object"}
