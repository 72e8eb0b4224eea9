"""``understudy chat``: turns, commands, and what a piped conversation ends with."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys

import pytest

from understudy.cli.conversation import COMMANDS
from understudy.domain.capabilities import Capabilities
from understudy.providers.generation.mock import MockGenerator

SETTINGS = """
generation:
  use: mock
  default: claude
  claude:
    mock:
      rules:
        - match: {text: fail}
          error: {class: RateLimitError}
        - match: {text: slow}
          answer: {chunks: [one, two]}
        - match: {text: three}
          answer: {text: third answer}
          times: 1
"""


@pytest.fixture
def chat(run, tmp_path):
    (tmp_path / "settings.yaml").write_text(SETTINGS)

    def talk(*lines, args=(), end="\n"):
        return run("chat", "--profile", "", *args, input="\n".join(lines) + end)

    return talk


def test_each_line_is_a_turn_and_blank_ones_are_none(chat):
    result = chat("hello", "", "  ", "again")
    assert result.exit_code == 0
    answers = result.stdout.splitlines()
    assert len(answers) == 2
    assert answers[0].endswith("hello")
    assert answers[1].endswith("again")
    assert result.stderr == ""


def test_a_last_line_without_an_end_counts(chat):
    assert chat("hello", end="").stdout.endswith("hello\n")


def test_a_backslash_goes_on_with_the_next_line(chat):
    result = chat("first\\", "second", "/history")
    assert "user: first\nsecond\n" in result.stderr


def test_history_is_kept_sent_along_and_reset(chat):
    result = chat("hello", "/history", "/reset", "/history")
    assert "user: hello\nassistant: " in result.stderr
    assert "Forgotten.\nNothing was said yet.\n" in result.stderr


def test_what_was_said_is_sent_along(chat, monkeypatch):
    sent = []
    stream = MockGenerator.stream

    def watched(self, prompt, /, **options):
        sent.append([(message.role, message.text) for message in prompt])
        return stream(self, prompt, **options)

    monkeypatch.setattr(MockGenerator, "stream", watched)
    answer = chat("one", "two").stdout.splitlines()[0]
    assert sent == [[("user", "one")], [("user", "one"), ("assistant", answer), ("user", "two")]]


def test_a_turn_that_fails_is_not_remembered_and_the_talk_goes_on(chat):
    result = chat("fail", "hello", "/history")
    assert result.exit_code == 1
    assert "Error: claude" in result.stderr
    assert "user: fail" not in result.stderr
    assert "user: hello" in result.stderr


def test_provider_and_model_are_shown_and_changed(chat):
    result = chat("/model", "/model claude-x", "/provider gpt", "hi", "/provider gemni")
    lines = result.stderr.splitlines()
    assert lines[0].startswith("claude, ")
    assert lines[1] == "claude, claude-x"
    assert lines[2].startswith("codex, ")
    assert "OpenAI" in result.stdout
    assert "Did you mean 'gemini'?" in lines[3]
    assert result.exit_code == 1


def test_the_system_text_is_shown_and_changed(chat):
    result = chat("/system", "/system be brief", "/system")
    assert result.stderr.splitlines() == ["No system text.", "be brief", "be brief"]


def test_a_provider_that_cannot_stream_answers_all_the_same(chat, monkeypatch):
    whole = chat("hello").stdout
    monkeypatch.setattr(MockGenerator, "capabilities", Capabilities(streaming=False))
    assert chat("hello").stdout == whole != ""


def test_help_lists_every_command(chat):
    text = chat("/help").stderr
    for name in COMMANDS:
        assert f"/{name} " in text


def test_a_slip_in_a_command_is_told(chat):
    result = chat("/restet", "/xyzzy")
    assert "did you mean /reset?" in result.stderr
    assert "/help lists" in result.stderr
    assert result.exit_code == 0


@pytest.mark.parametrize("word", ["/exit", "/quit"])
def test_the_talk_ends_when_told(chat, word):
    result = chat(word, "never said")
    assert (result.exit_code, result.stdout) == (0, "")


def test_input_that_is_no_text_is_a_usage_error(bare_environment, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "understudy", "chat", "--profile", "test"],
        input=b"\xff\xfe\n",
        env={**bare_environment, "PYTHONUTF8": "1"},
        cwd=tmp_path,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert b"not UTF-8" in done.stderr


class Screen:
    """What a program writes to its terminal, read as far as is asked for."""

    def __init__(self, leader: int) -> None:
        self.leader = leader
        self.seen = ""
        self.unread = ""

    def until(self, word: str) -> None:
        while word not in self.unread:
            ready, _, _ = select.select([self.leader], [], [], 10)
            assert ready, self.seen
            new = os.read(self.leader, 4096).decode()
            self.seen += new
            self.unread += new
        self.unread = self.unread.partition(word)[2]


@pytest.fixture
def terminal(bare_environment, chat, tmp_path):
    """A conversation on a terminal: the process, what it shows, and where to type."""
    leader, follower = pty.openpty()
    pace = "generation.claude.mock.latency.per_chunk=30"
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "understudy", "chat", "--profile", "", "--set", pace],
        env={**bare_environment, "TERM": "dumb"},
        cwd=tmp_path,
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    ) as started:
        os.close(follower)
        screen = Screen(leader)
        try:
            screen.until("> ")
            yield started, screen, lambda text: os.write(leader, text.encode())
        finally:
            started.kill()
            os.close(leader)


def test_ctrl_c_stops_an_answer_and_ctrl_d_ends_the_talk(terminal):
    started, screen, type_in = terminal
    type_in("slow\n")
    screen.until("one")
    started.send_signal(signal.SIGINT)
    screen.until("forgotten")
    screen.until("> ")
    type_in("/history\n")
    screen.until("Nothing was said yet")
    screen.until("> ")
    type_in("\x04")
    assert started.wait(10) == 0
    assert "Traceback" not in screen.seen


def test_ctrl_c_at_the_prompt_ends_the_talk_with_130(terminal):
    started, screen, _ = terminal
    for _ in range(50):  # readline has not begun to listen yet where the first one is lost
        started.send_signal(signal.SIGINT)
        try:
            started.wait(0.2)
            break
        except subprocess.TimeoutExpired:
            continue
    assert started.returncode == 130
    assert "Traceback" not in screen.seen
