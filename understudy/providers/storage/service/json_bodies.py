"""The envelope in JSON, as protobuf's own mapping has it, for those who have no protobuf."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from google.protobuf import json_format
from google.protobuf.message import Message

from understudy.domain.errors import StorageError
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.service.envelope import class_of, error_message, refused, unknown_command

__all__ = ["error_json", "error_of_json", "message_json", "request_of_json"]

_UNKNOWN_FIELD = re.compile(r'has no field named "([^"]{1,100})" at "([\w.\[\]]{1,200})"')
_WRONG_VALUE = re.compile(r"Failed to parse (\w{1,100}) field")
_DEPTH = 50


def request_of_json(raw: bytes) -> pb.DriverRequest:
    """The request in a JSON body. Raises StorageValidationError (3000), UnsupportedCommandError (900)."""
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise refused("the body is not a JSON object; nothing was touched")
    command = body.get("command")
    if isinstance(command, dict) and isinstance(command.get("@type"), str):
        _known(command["@type"])
    try:
        return json_format.ParseDict(body, pb.DriverRequest(), max_recursion_depth=_DEPTH)
    except (json_format.ParseError, ValueError, RecursionError, KeyError, TypeError) as error:
        reason = _what_is_wrong(str(error))
    raise refused(
        f"the body is not a DriverRequest in JSON{reason}; nothing was touched",
        hint='A command is {"@type": "type.googleapis.com/understudy.storage.v1.DropTableCommand", "path": […], …}.',
    )


def message_json(message: Message) -> bytes:
    """A message in JSON: names as in the ``.proto``, fields with their defaults included."""
    return msgspec.json.encode(
        json_format.MessageToDict(message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
    )


def error_json(error: StorageError) -> bytes:
    """An error as the body of an answer: a DriverError, whatever the request's format was."""
    return message_json(error_message(error))


def error_of_json(body: Any) -> pb.DriverError | None:
    """The DriverError in a decoded body; None where there is none, as in a proxy's answer."""
    if not isinstance(body, dict) or "code" not in body:
        return None
    try:
        return json_format.ParseDict(body, pb.DriverError(), ignore_unknown_fields=True)
    except (json_format.ParseError, ValueError, TypeError):
        return None


def _known(type_url: str) -> None:
    try:
        class_of(type_url)
    except KeyError:
        raise unknown_command(type_url) from None


def _what_is_wrong(words: str) -> str:
    """Where it is wrong. Never the parser's own words: they may quote a credential."""
    if found := _UNKNOWN_FIELD.search(words):
        return f": there is no field {found[1]!r} in {found[2]}"
    if found := _WRONG_VALUE.search(words):
        return f": the value of {found[1]!r} is of a wrong type"
    return ""
