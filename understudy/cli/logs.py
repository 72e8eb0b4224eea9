"""The library's log records on standard error: warnings always, the rest with --verbose."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

import click

from understudy.cli.terminal import note, printable, style

__all__ = ["show_logs", "silence_logs", "verbose_option"]

_P = ParamSpec("_P")
_R = TypeVar("_R")


class _ToStandardError(logging.Handler):
    """Writes through click, so that a test's runner and a replaced stream see it too."""

    def emit(self, record: logging.LogRecord) -> None:
        serious = record.levelno >= logging.WARNING
        label = style(f"{record.levelname.capitalize()}:", err=True, fg="yellow" if serious else None, dim=not serious)
        note(f"{label} {printable(record.getMessage(), sys.stderr)}")


@contextmanager
def show_logs(level: int) -> Iterator[None]:
    """Show records of the library from ``level`` upwards, within the block."""
    logger = logging.getLogger("understudy")
    handler = _ToStandardError(level)
    before = logger.level
    logger.addHandler(handler)
    if level < logger.getEffectiveLevel():
        logger.setLevel(level)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)


def silence_logs(command: Callable[_P, _R]) -> Callable[_P, _R]:
    """Show no record while the command runs: it says itself what a warning would."""

    @wraps(command)
    def silenced(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        with show_logs(logging.CRITICAL + 1):
            return command(*args, **kwargs)

    return silenced


def _start(ctx: click.Context, _parameter: click.Parameter, count: int) -> None:
    level = {0: logging.WARNING, 1: logging.INFO}.get(count, logging.DEBUG)
    if not ctx.resilient_parsing:
        ctx.with_resource(show_logs(level))


def verbose_option(command: Callable[_P, _R]) -> Callable[_P, _R]:
    """Add -v (information) and -vv (all); without it, warnings are shown."""
    return click.option(
        "-v", "--verbose", count=True, expose_value=False, callback=_start, help="Show what happens; -vv shows more."
    )(command)
