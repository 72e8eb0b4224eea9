"""What may be written where: colours only for a terminal that wants them, control characters never to one."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["colour_wanted", "note", "printable", "render", "style", "write"]

PIPED_WIDTH = 160
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def colour_wanted(stream: IO[Any], *, environ: Mapping[str, str] | None = None) -> bool:
    """Whether ANSI styles may go to ``stream``: NO_COLOR forbids, FORCE_COLOR demands, else a terminal decides."""
    env = os.environ if environ is None else environ
    if env.get("NO_COLOR"):
        return False
    if env.get("FORCE_COLOR"):
        return True
    return stream.isatty() and env.get("TERM") != "dumb"


def printable(text: str, stream: IO[Any]) -> str:
    """``text`` without the control characters that would steer a terminal; untouched where ``stream`` is none.

    A model's answer or a service's error may hold escape sequences; a file gets the bytes as they are.
    """
    return _CONTROLS.sub("", text) if stream.isatty() else text


def style(text: str, *, err: bool = False, **styles: Any) -> str:
    """``text`` in ``styles`` (those of click.style) where standard output, or standard error, wants them."""
    stream = sys.stderr if err else sys.stdout
    return click.style(text, **styles) if colour_wanted(stream) else text


def write(text: str, *, newline: bool = True) -> None:
    """Write to standard output and flush. Raises BrokenPipeError where the reader went away."""
    click.echo(text, nl=newline, color=True)


def note(text: str, *, newline: bool = True) -> None:
    """Write to standard error: what is not the command's result."""
    click.echo(text, nl=newline, err=True, color=True)


def render(*renderables: RenderableType) -> str:
    """Tables and trees of rich as text for standard output, with styles only where they are wanted.

    Text is made here and written by ``write``, so that one place decides on colours and meets a closed pipe.
    """
    from rich.console import Console

    stream = sys.stdout
    colour = colour_wanted(stream)
    console = Console(
        file=stream,
        color_system="standard" if colour else None,
        force_terminal=colour,
        no_color=not colour,
        width=None if stream.isatty() else _piped_width(),
        highlight=False,
        soft_wrap=False,
    )
    with console.capture() as captured:
        for renderable in renderables:
            console.print(renderable)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def _piped_width() -> int:
    columns = os.environ.get("COLUMNS", "")
    return int(columns) if columns.isdecimal() and int(columns) > 0 else PIPED_WIDTH
