"""From an exception to a message on standard error and an exit status."""

from __future__ import annotations

import os
import sys
import traceback
from typing import TextIO

from understudy.cli.exits import Exit, status_of
from understudy.cli.terminal import note, printable, style
from understudy.domain.errors import ProviderError, UnderstudyError

__all__ = ["drop_output", "report"]


def report(error: Exception, *, show_traceback: bool) -> Exit:
    """Say what went wrong on standard error; the traceback only where it is asked for."""
    status = status_of(error)
    if show_traceback:
        note(printable("".join(traceback.format_exception(error)), sys.stderr), newline=False)
    else:
        note(f"{style('Error:', err=True, fg='red', bold=True)} {printable(_message(error), sys.stderr)}")
    return status


def _message(error: Exception) -> str:
    if isinstance(error, OSError) and not isinstance(error, UnderstudyError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}."
    if not isinstance(error, UnderstudyError):
        kind = type(error).__name__
        notes = getattr(error, "__notes__", ())
        whose = "a fault in understudy, or in the plugin named below" if notes else "a fault in understudy"
        text = f"{kind}, which should not happen: {whose}. --traceback shows where; please report it."
        return "\n".join([text, *notes])
    text = str(error)
    if isinstance(error, ProviderError) and error.partial_text:
        text += f"\n{len(error.partial_text)} characters of the answer had arrived; it is incomplete."
    return "\n".join([text, *getattr(error, "__notes__", ())])


def drop_output() -> None:
    """Point standard output at nothing: what it cannot take would fail once more when Python flushes it at the end."""
    stream: TextIO = sys.stdout
    try:
        target = stream.fileno()
    except (OSError, ValueError):  # not a file (a test's or an embedder's buffer): there is nothing left to flush
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, target)
    finally:
        os.close(nowhere)
