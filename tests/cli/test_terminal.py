"""Colours and control characters: only where they are wanted."""

from __future__ import annotations

import io

import pytest

from understudy.cli.terminal import colour_wanted, printable


class Stream(io.StringIO):
    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize(
    ("terminal", "environ", "wanted"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (False, {"FORCE_COLOR": "1"}, True),
        (True, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
    ],
)
def test_colours_follow_the_terminal_and_the_environment(terminal, environ, wanted):
    assert colour_wanted(Stream(terminal=terminal), environ=environ) is wanted


def test_an_answer_cannot_steer_the_terminal():
    hostile = "a\x1b]0;title\x07b\x1b[2Jc\x9b31md\r\n\te"
    assert printable(hostile, Stream(terminal=True)) == "a]0;titleb[2Jc31md\n\te"
    assert printable(hostile, Stream(terminal=False)) == hostile
