"""Standard streams as they come: terminals, closed ones, full disks, and pipes that nobody writes to."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

SETTINGS = """
generation:
  use: mock
  default: claude
  claude:
    mock:
      rules:
        - match: {text: steer}
          answer: {text: "a\\e[31mb\\e]0;title\\ac"}
"""


@pytest.fixture
def shell(bare_environment, tmp_path):
    """Run a line of shell in which ``$understudy`` is the program."""
    (tmp_path / "settings.yaml").write_text(SETTINGS)

    def execute(line: str) -> subprocess.CompletedProcess[str]:
        program = f"'{sys.executable}' -m understudy"
        return subprocess.run(  # noqa: S603 - our own program
            ["/bin/sh", "-c", line.replace("$understudy", program)],
            env=bare_environment,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return execute


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_a_closed_stream_is_as_good_as_none(shell, closed):
    done = shell(f"$understudy ask hello {closed}")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "" if closed == ">&-" else done.stdout.endswith("hello\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("command", ["--help", "providers", "ask hello", "ask --stream hello"])
def test_a_full_disk_is_told_in_a_line(shell, command):
    done = shell(f"$understudy {command} >/dev/full")
    assert done.returncode == 1
    assert done.stderr.endswith("No space left on device.\n")
    assert "Traceback" not in done.stderr


def test_a_pipe_that_stays_open_is_waited_for_and_the_user_is_told(shell):
    told = "grep -qs 'Waiting for standard input' told"
    late = f"for i in $(seq 600); do {told} && break; sleep 0.05; done; echo late"
    done = shell(f"({late}) | $understudy ask early 2>told; status=$?; cat told >&2; exit $status")
    assert done.returncode == 0
    assert done.stdout.endswith("early\n\nlate\n")
    assert "Waiting for standard input" in done.stderr


def test_what_a_command_says_itself_is_not_logged_too(process, bare_environment, tmp_path):
    info = tmp_path / "site" / "acme-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[understudy.generation]\nacme = no_such_module:SPEC\n")
    path = os.pathsep.join([bare_environment["PYTHONPATH"], str(info.parent)])
    for command in ("providers", "doctor"):
        done = process(command, env={"PYTHONPATH": path})
        assert "acme" in done.stdout
        assert done.stderr == ""


@pytest.fixture
def on_a_terminal(bare_environment, tmp_path):
    """Run the program with a terminal as its output and return what the terminal got."""
    (tmp_path / "settings.yaml").write_text(SETTINGS)

    def execute(*args: str, **env: str) -> str:
        leader, follower = pty.openpty()
        started = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "understudy", *args],
            env={**bare_environment, "TERM": "xterm", **env},
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=follower,
            stderr=follower,
        )
        os.close(follower)
        seen = b""
        try:
            while chunk := os.read(leader, 4096):
                seen += chunk
        except OSError:  # Linux's end of a terminal's output
            pass
        os.close(leader)
        started.wait(30)
        return seen.decode()

    return execute


def test_an_answer_cannot_steer_the_terminal(on_a_terminal):
    assert on_a_terminal("ask", "steer") == "a[31mb]0;titlec\r\n"


def test_colours_are_for_terminals_that_want_them(on_a_terminal):
    assert "\x1b[31m" in on_a_terminal("ask", "-p", "nobody", "hi")
    assert "\x1b[" in on_a_terminal("providers")
    assert "\x1b[32m[✓]\x1b[0m" in on_a_terminal("doctor")
    for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert "\x1b" not in on_a_terminal("ask", "-p", "nobody", "hi", **env)
        assert "\x1b" not in on_a_terminal("providers", **env)
        assert "\x1b" not in on_a_terminal("doctor", **env)
