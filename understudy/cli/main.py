"""The console script's entry: nothing is imported before Ctrl-C is taken care of."""

from __future__ import annotations

import io
import os
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line with ``sys.argv`` and leave the process with its exit status."""
    _replace_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a character shows "?" for it, not a traceback
    try:
        from understudy.cli.root import cli

        cli.main(prog_name="understudy")
    except KeyboardInterrupt:
        sys.exit(130)


def _replace_closed_streams() -> None:
    """A stream that the caller has closed is None in Python; it is as good as one that nobody reads or writes."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - it lives as long as the process
