"""What goes out: answers within the limit, and errors within what headers can carry."""

from __future__ import annotations

from understudy.domain.errors import StorageError
from understudy.domain.storage_errors import StorageCode, storage_error
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.service.envelope import error_message

__all__ = ["DETAILS", "answer_bytes", "status_details", "too_large_answer"]

DETAILS = "grpc-status-details-bin"
"""The trailer that has a google.rpc.Status; other languages' gRPC libraries look for it there."""

_TRAILER_BYTES = 5000  # clients refuse more than 8 KB of headers unless told otherwise
_LONGEST = 1500  # characters of a message in a trailer that would be larger


def answer_bytes(response: pb.DriverResponse, request: pb.DriverRequest, limit: int) -> bytes:
    """The response in protobuf. Raises StorageValidationError (3001) where it is larger than ``limit`` bytes."""
    raw = response.SerializeToString()
    if len(raw) > limit:
        raise too_large_answer(len(raw), request, limit)
    return raw


def too_large_answer(size: int, request: pb.DriverRequest, limit: int) -> StorageError:
    """The error for an answer that is not sent."""
    return storage_error(
        StorageCode.MESSAGE_TOO_LARGE,
        f"the command has been carried out, and its answer has {size} bytes where the service sends {limit}",
        backend=request.runtime_options.backend or "service",
        command=request.command.type_url.rpartition(".")[2].removesuffix("Command"),
        hint="Ask for fewer rows or columns, or raise --max-message of the service.",
    )


def status_details(error: StorageError, code: int, words: str) -> bytes:
    """The error as a google.rpc.Status; what it told its user before it failed goes first where it is too long."""
    message = error_message(error)
    while message.ByteSize() > _TRAILER_BYTES and message.messages:
        del message.messages[0]
    if message.ByteSize() > _TRAILER_BYTES:
        message.message = message.message[:_LONGEST]
        message.hint = message.hint[:_LONGEST]
    status = pb.Status(code=code, message=words)
    status.details.add().Pack(message)
    return status.SerializeToString()
