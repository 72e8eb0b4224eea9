"""The console script's entry: nothing is imported before Ctrl-C is taken care of."""

from __future__ import annotations

import io
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line with ``sys.argv`` and leave the process with its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a character shows "?" for it, not a traceback
    try:
        from understudy.cli.root import cli

        cli.main(prog_name="understudy")
    except KeyboardInterrupt:
        sys.exit(130)
