"""``understudy storage run``: any command of the protocol, as JSON."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from understudy.cli.answers import dump
from understudy.cli.storage_session import StorageRun, storage_options
from understudy.cli.terminal import printable, write
from understudy.domain.errors import near_match

if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["as_data", "read_command", "run"]


@click.command()
@click.argument("command")
@click.option("--message", "-m", help='The command\'s fields as JSON: \'{"bucket_id": "in.c-main"}\'.')
@click.option("--file", "-f", type=click.File(encoding="utf-8"), help="The file that has them; - is standard input.")
@click.option("--json", "as_json", is_flag=True, help="Print the messages for the user too, all as one JSON object.")
@storage_options
def run(*, command: str, message: str | None, file: TextIO | None, as_json: bool, on: StorageRun) -> None:
    """Run COMMAND, by its short name (CreateBucket), and print its response as JSON.

    Fields are called as in storage.proto. A response may hold a password: mind where it goes.
    """
    if message is not None and file is not None:
        raise click.UsageError("Give the fields by --message or by --file, not by both.")
    text = file.read() if file is not None else message
    result = on.run(read_command(command, text or "{}"))
    response = None if result.response is None else as_data(result.response)
    if as_json:
        told = [{"level": each.level.name.lower(), "message": each.message} for each in result.messages]
        write(dump({"response": response, "messages": told}))
    elif response is not None:
        write(printable(dump(response), sys.stdout))


def read_command(name: str, text: str) -> Any:
    """The command's message. Raises click.UsageError for a name that is none, and for fields that do not fit."""
    from google.protobuf.json_format import ParseDict, ParseError

    from understudy.providers.storage.protocol import storage_pb2

    kinds = storage_pb2.DESCRIPTOR.message_types_by_name
    known = [each.removesuffix("Command") for each in kinds if each.endswith("Command")]
    if name not in known:
        near = near_match(name, known)
        meant = f"Did you mean {near!r}?" if near else f"There are: {', '.join(known)}."
        raise click.UsageError(f"There is no command {name!r}. {meant}")
    try:
        fields = json.loads(text)
    except ValueError as error:
        raise click.UsageError(f"The command's fields are not JSON: {error}.") from None
    if not isinstance(fields, dict):
        raise click.UsageError("The command's fields are a JSON object.")
    try:
        return ParseDict(fields, getattr(storage_pb2, f"{name}Command")())
    except ParseError as error:
        raise click.UsageError(f"The fields do not fit {name}: {error}") from None


def as_data(message: Any) -> dict[str, Any]:
    """A message as plain data, its fields called as in storage.proto; absent ones are there with their defaults."""
    from google.protobuf.json_format import MessageToDict

    data: dict[str, Any] = MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    return data
