"""What a command reads: the prompt, images, schemas. Every fault here is a usage error, before any call."""

from __future__ import annotations

import json
import select
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from understudy.cli.terminal import note
from understudy.domain.messages import ImagePart, Message, Part, TextPart

__all__ = ["MAX_IMAGE_BYTES", "MAX_STDIN_BYTES", "build_prompt", "is_text", "read_image", "read_prompt", "read_schema"]

MAX_STDIN_BYTES = 8 * 1024 * 1024
MAX_IMAGE_BYTES = 20 * 1024 * 1024
PATIENCE = 2.0
"""How long standard input may say nothing before the user is told that it is waited for, in seconds."""
_MAX_SCHEMA_BYTES = 1024 * 1024

_MAGIC: tuple[tuple[bytes, int, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF8", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
)


def read_prompt(words: Sequence[str]) -> str:
    """The prompt from the arguments, from standard input where they are absent or ``-``, or both, in that order.

    Standard input is read only where it is not a terminal. Raises click.UsageError where there is no prompt.
    """
    if not is_text(" ".join(words)):
        raise click.UsageError("The prompt is not UTF-8 text.")
    given = "" if tuple(words) == ("-",) else " ".join(words)
    from_stdin = tuple(words) == ("-",) or not sys.stdin.isatty()
    piped = _read_stdin() if from_stdin else ""
    prompt = "\n\n".join(text for text in (given, piped) if text.strip())
    if not prompt:
        raise click.UsageError("There is no prompt: give it as an argument or on standard input.")
    return prompt


def is_text(line: str) -> bool:
    """Whether ``line`` was text before it was decoded: Python keeps bytes that are none as lone surrogates."""
    try:
        line.encode()
    except UnicodeEncodeError:
        return False
    return True


def _read_stdin() -> str:
    _say_what_is_waited_for()
    data = sys.stdin.buffer.read(MAX_STDIN_BYTES + 1)
    if len(data) > MAX_STDIN_BYTES:
        raise click.UsageError(f"Standard input is larger than {MAX_STDIN_BYTES} bytes; send less.")
    try:
        return data.decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"Standard input is not UTF-8 text (byte {error.start}).") from None


def _say_what_is_waited_for() -> None:
    """A pipe that somebody holds open and never writes to would look like a program that hangs."""
    try:
        ready, _, _ = select.select([sys.stdin], [], [], PATIENCE)
    except (OSError, ValueError):  # not something that can be waited for; then it does not block either
        return
    if not ready:
        note("Waiting for standard input to end; </dev/null is for where there is none.")


def read_image(source: str) -> ImagePart:
    """An image by URL, which the provider fetches, or by path, whose bytes are sent.

    Raises click.BadParameter for a file that cannot be read, is too large or is no PNG, JPEG, GIF or WebP.
    """
    if source.startswith(("http://", "https://")):
        return ImagePart(url=source)
    data = _read_file(source, limit=MAX_IMAGE_BYTES, option="--image")
    for magic, offset, media_type in _MAGIC:
        if data[offset : offset + len(magic)] == magic:
            return ImagePart(data=data, media_type=media_type)
    raise click.BadParameter(f"{source} is no PNG, JPEG, GIF or WebP image.", param_hint="--image")


def read_schema(source: str) -> Mapping[str, Any]:
    """A JSON Schema, inline where ``source`` begins with a brace, else from the file of that name.

    Raises click.BadParameter where it cannot be read or is not a JSON object.
    """
    inline = source.lstrip().startswith("{")
    text: str | bytes = source if inline else _read_file(source, limit=_MAX_SCHEMA_BYTES, option="--schema")
    name = "The schema" if inline else source
    try:
        schema = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise click.BadParameter(f"{name} is not JSON: {error.msg} ({where}).", param_hint="--schema") from None
    except (UnicodeDecodeError, RecursionError):
        raise click.BadParameter(f"{name} is not JSON.", param_hint="--schema") from None
    if not isinstance(schema, dict):
        raise click.BadParameter(f"{name} is a JSON {type(schema).__name__}, not an object.", param_hint="--schema")
    return schema


def _read_file(source: str, *, limit: int, option: str) -> bytes:
    try:
        with Path(source).open("rb") as file:
            data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise click.BadParameter(f"{source} cannot be read: {reason}.", param_hint=option) from None
    if len(data) > limit:
        raise click.BadParameter(f"{source} is larger than {limit} bytes.", param_hint=option)
    return data


def build_prompt(text: str, images: Sequence[str]) -> str | Message:
    """The user's turn: plain text, or the images followed by the text."""
    if not images:
        return text
    parts: list[Part] = [read_image(source) for source in images]
    return Message.user([*parts, TextPart(text)])
