"""The driver protocol's envelope as values of the domain, and values as messages.

Credentials are in clear in a message and nowhere else: the text of a message is put into no error and no log.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from google.protobuf import descriptor_pool, json_format, message_factory
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import DecodeError, Message
from google.protobuf.struct_pb2 import Struct

from understudy.domain.errors import StorageError
from understudy.domain.secrets import Secret
from understudy.domain.storage import CommandResult, LogLevel, LogMessage, RuntimeOptions, StorageCredentials
from understudy.domain.storage_errors import StorageCode, storage_error
from understudy.providers.storage.driver import command_name
from understudy.providers.storage.protocol import storage_pb2 as pb

__all__ = [
    "FOREVER",
    "Request",
    "class_of",
    "error_message",
    "error_of",
    "parse_request",
    "read_request",
    "read_response",
    "refused",
    "request_message",
    "response_message",
    "struct_values",
    "unknown_command",
]

FOREVER = 1e8
"""Seconds from which on a limit is none: some years."""
_NO_OPTIONS = RuntimeOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a DriverRequest asks. ``credentials`` is None where it has none, ``backend`` empty where it names none."""

    backend: str
    credentials: StorageCredentials | None
    command: Message
    features: tuple[str, ...]
    options: RuntimeOptions


@lru_cache(maxsize=256)
def class_of(type_url: str) -> type[Message]:
    """The message class that an Any's type URL names. Raises KeyError where there is none in this process."""
    found = descriptor_pool.Default().FindMessageTypeByName(type_url.rpartition("/")[2])
    return message_factory.GetMessageClass(found)


def refused(reason: str, *, code: StorageCode = StorageCode.VALIDATION, hint: str | None = None) -> StorageError:
    """The service's own no, before any backend has been asked."""
    return storage_error(code, reason, backend="service", command="Execute", hint=hint)


def unknown_command(type_url: str) -> StorageError:
    """The error for a command that nobody here knows."""
    name = type_url.rpartition("/")[2][:200]
    return storage_error(
        StorageCode.NOT_SUPPORTED,
        "there is no such command; nothing was touched",
        backend="service",
        command=name or "(none)",
        hint="See the commands in storage.proto.",
    )


# ------------------------------------------------------------------------------------------------------------ requests


def request_message(
    credentials: StorageCredentials | None,
    command: Message,
    features: tuple[str, ...] = (),
    options: RuntimeOptions | None = None,
    *,
    backend: str = "",
) -> pb.DriverRequest:
    """The request for one command; without ``credentials`` it runs with those that the service has."""
    message = pb.DriverRequest(features=features)
    message.command.Pack(command)
    if credentials is not None:
        message.credentials.Pack(_credentials_message(credentials))
    wanted = options or _NO_OPTIONS
    chosen = message.runtime_options
    chosen.backend = backend
    if wanted.run_id:
        chosen.run_id = wanted.run_id
    if wanted.query_tags:
        chosen.query_tags.update(wanted.query_tags)
    if wanted.timeout is not None:
        chosen.timeout_seconds = wanted.timeout
    return message


def parse_request(raw: bytes) -> pb.DriverRequest:
    """The request in these bytes. Raises StorageValidationError (3000) where they are none."""
    try:
        return pb.DriverRequest.FromString(raw)
    except DecodeError:  # its words may quote what was sent
        pass
    raise refused("the body is not a DriverRequest in protobuf; nothing was touched")


def read_request(message: pb.DriverRequest) -> Request:
    """What the message asks. Raises UnsupportedCommandError (900), StorageValidationError (3000)."""
    options = message.runtime_options
    timeout = options.timeout_seconds
    if not 0 <= timeout < math.inf:
        raise refused(f"runtime_options.timeout_seconds is {timeout}; it takes 0 (no limit) and more")
    try:
        kind = class_of(message.command.type_url)
    except KeyError:
        raise unknown_command(message.command.type_url) from None
    return Request(
        backend=options.backend,
        credentials=_read_credentials(message.credentials) if message.HasField("credentials") else None,
        command=_unpacked(message.command, kind, "the command"),
        features=tuple(message.features),
        options=RuntimeOptions(
            run_id=options.run_id,
            query_tags=dict(options.query_tags),
            timeout=timeout if 0 < timeout < FOREVER else None,
        ),
    )


def _unpacked(packed: AnyMessage, kind: type[Message], what: str) -> Message:
    try:
        return kind.FromString(packed.value)
    except DecodeError:  # its words may quote what was sent
        pass
    raise refused(f"{what} is not a {kind.DESCRIPTOR.name} in protobuf; nothing was touched")


def struct_values(struct: Struct) -> dict[str, Any]:
    """What a Struct holds: its only kind of number is a double, and whole ones are given back as int."""
    return {name: _whole(value) for name, value in json_format.MessageToDict(struct).items()}


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {name: _whole(one) for name, one in value.items()}
    return value


def _credentials_message(credentials: StorageCredentials) -> pb.GenericBackendCredentials:
    message = pb.GenericBackendCredentials(
        host=credentials.host,
        principal=credentials.principal,
        secret=credentials.secret.reveal(),
        port=credentials.port,
    )
    if credentials.meta:
        meta = pb.BackendMeta()
        for name, value in credentials.meta.items():
            if isinstance(value, Secret):
                meta.secrets.append(name)
                meta.values[name] = value.reveal()
            else:
                meta.values[name] = value
        message.meta.Pack(meta)
    return message


def _read_credentials(packed: AnyMessage) -> StorageCredentials:
    if not _holds(packed, pb.GenericBackendCredentials):
        raise refused("the credentials are not GenericBackendCredentials; nothing was touched")
    message = pb.GenericBackendCredentials()
    _fill(message, packed, "the credentials are")
    meta = pb.BackendMeta()
    if message.HasField("meta"):
        if not _holds(message.meta, pb.BackendMeta):
            raise refused("the credentials' meta is not a BackendMeta; nothing was touched")
        _fill(meta, message.meta, "the credentials' meta is")
    values = struct_values(meta.values)
    for name in meta.secrets:
        if name in values:
            values[name] = Secret(str(values[name]))
    return StorageCredentials(
        host=message.host,
        principal=message.principal,
        secret=Secret(message.secret),
        port=message.port,
        meta=values,
    )


def _holds(packed: AnyMessage, kind: type[Message]) -> bool:
    return packed.TypeName() == kind.DESCRIPTOR.full_name


def _fill(message: Message, packed: AnyMessage, what: str) -> None:
    try:
        message.ParseFromString(packed.value)
    except DecodeError:  # its words may quote what was sent
        pass
    else:
        return
    raise refused(f"{what} no {message.DESCRIPTOR.name} in protobuf; nothing was touched")


# ----------------------------------------------------------------------------------------------------------- responses


def response_message(result: CommandResult) -> pb.DriverResponse:
    """The response of a command that has succeeded."""
    message = pb.DriverResponse(messages=_log_messages(result.messages))
    if result.response is not None:
        message.command_response.Pack(result.response)
    return message


def read_response(raw: bytes, command: Message) -> CommandResult:
    """What a service has answered to ``command``. Raises StorageError (0) where it cannot be read."""
    try:
        message = pb.DriverResponse.FromString(raw)
        response = None
        if message.HasField("command_response"):
            packed = message.command_response
            response = class_of(packed.type_url).FromString(packed.value)
    except (DecodeError, KeyError) as error:
        reason = type(error).__name__
    else:
        return CommandResult(response=response, messages=_read_log(message.messages))
    raise storage_error(
        StorageCode.UNKNOWN,
        f"the service's answer cannot be read ({reason}); the command has been carried out",
        backend="service",
        command=command_name(command),
        hint="Service and client may be of different versions.",
    )


# -------------------------------------------------------------------------------------------------------------- errors


def error_message(error: StorageError) -> pb.DriverError:
    """The error as it travels."""
    return pb.DriverError(
        code=int(error.code),
        message=error.reason,
        backend=error.backend,
        command=error.command,
        hint=error.hint or "",
        retryable=error.retryable,
        messages=_log_messages(error.log),
    )


def error_of(message: pb.DriverError) -> StorageError:
    """The error that was sent, of the class that it had."""
    code = message.code
    known = StorageCode(code) if code in StorageCode.__members__.values() else code
    error = storage_error(
        known,
        message.message,
        backend=message.backend,
        command=message.command,
        hint=message.hint or None,
        retryable=message.retryable,
    )
    error.log = _read_log(message.messages)
    return error


def _log_messages(log: tuple[LogMessage, ...]) -> list[pb.LogMessage]:
    return [pb.LogMessage(level=pb.LogMessage.Level.Name(one.level), message=one.message) for one in log]


def _read_log(messages: Any) -> tuple[LogMessage, ...]:
    return tuple(LogMessage(level=LogLevel(one.level), message=one.message) for one in messages)
