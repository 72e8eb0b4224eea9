"""``understudy ask``: one prompt, whole, streamed and as JSON; what goes wrong and how it ends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest

from understudy.cli.answers import as_json, print_remarks
from understudy.cli.session import Session
from understudy.domain.messages import ToolCallPart
from understudy.domain.results import FinishReason, GenerationResult

MOCKED = """
generation:
  use: mock
  default: claude
  claude:
    mock:
      rules:
        - match: {text: long}
          answer: {chunks: [one, two, three], finish_reason: length}
        - match: {text: decline}
          answer: {refusal: I would rather not.}
        - match: {text: steer}
          answer: {text: "a\\e[31mb"}
        - match: {text: overloaded}
          error: {class: OverloadedError}
        - match: {text: cut}
          answer: {chunks: [one, two, three]}
          error: {class: StreamInterruptedError, after_chunks: 2}
"""


@pytest.fixture
def mocked(tmp_path):
    (tmp_path / "settings.yaml").write_text(MOCKED)


@pytest.fixture
def ask(run, mocked):
    def invoke(*args, **options):
        return run("ask", "--profile", "", *args, **options)

    return invoke


def test_the_answer_is_all_there_is_on_standard_output(ask):
    result = ask("hello", "there")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.endswith("hello there\n")
    assert result.stdout.count("\n") == 1


def test_streamed_and_whole_are_the_same_text(ask):
    assert ask("--stream", "long").stdout == ask("--no-stream", "long").stdout == "onetwothree\n"


def test_the_prompt_comes_from_standard_input_where_it_is_absent(ask):
    assert ask(input="from a pipe\n").stdout.endswith("from a pipe\n")
    assert ask("-", input="from a pipe\n").stdout.endswith("from a pipe\n")
    assert ask("sum up", input="a text\n").stdout.endswith("sum up\n\na text\n")


def test_json_has_the_whole_result(ask):
    result = ask("--json", "hello")
    report = json.loads(result.stdout)
    assert report["text"].endswith("hello")
    assert report["provider"] == "claude"
    assert report["finish_reason"] == "stop"
    assert report["usage"]["total_tokens"] == report["usage"]["input_tokens"] + report["usage"]["output_tokens"] > 0
    assert {"tool_calls", "model", "response_id", "request_id", "latency_ms", "refusal", "reasoning"} <= set(report)
    assert result.stderr == ""


def test_tool_calls_are_shown_with_their_arguments(capsys):
    call = ToolCallPart(id="call-1", name="weather", arguments={"city": "Rome"})
    result = GenerationResult(parts=(call,), finish_reason=FinishReason.TOOL_CALLS)
    assert as_json(result)["tool_calls"] == [
        {"id": "call-1", "name": "weather", "arguments": {"city": "Rome"}, "error": None}
    ]
    print_remarks(result)
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", 'tool call: weather({"city": "Rome"})\n')


@pytest.mark.parametrize("stream", ["--stream", "--no-stream"])
@pytest.mark.parametrize(
    ("prompt", "remark"),
    [
        ("long", "not complete: length"),
        ("decline", "refused: I would rather not."),
    ],
)
def test_what_the_text_does_not_say_goes_to_standard_error(ask, prompt, remark, stream):
    result = ask(stream, prompt)
    assert result.exit_code == 0
    assert remark in result.stderr
    assert remark not in result.stdout


def test_options_reach_the_request(ask):
    options = [
        "--model",
        "claude-x",
        "--system",
        "be brief",
        "--temperature",
        "0.5",
        "--max-tokens",
        "9",
        "--timeout",
        "5",
    ]
    report = json.loads(ask("--json", *options, "hello there, how are you all today, my friends?").stdout)
    assert report["model"] == "claude-x"
    assert report["usage"]["output_tokens"] <= 9
    assert report["finish_reason"] == "length"


def test_another_provider_by_its_alias(ask):
    assert json.loads(ask("--json", "-p", "OpenAI", "hi").stdout)["provider"] == "codex"


def test_an_answer_that_follows_a_schema(ask, tmp_path):
    schema = {
        "type": "object",
        "properties": {"n": {"type": "integer"}},
        "required": ["n"],
        "additionalProperties": False,
    }
    (tmp_path / "schema.json").write_text(json.dumps(schema))
    for source in ("schema.json", json.dumps(schema)):
        assert isinstance(json.loads(ask("--schema", source, "hi").stdout)["n"], int)


def test_an_image_is_sent_and_refused_where_it_cannot_be_seen(ask, tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n....")
    assert ask("--image", "a.png", "what is this?").exit_code == 0
    refused = ask("-p", "deepseek", "--image", "a.png", "what is this?")
    assert refused.exit_code == 1
    assert "deepseek" in refused.stderr
    assert "vision" in refused.stderr


@pytest.mark.parametrize(
    ("args", "status", "words"),
    [
        (["--json", "--stream", "hi"], 2, "leave --stream out"),
        (["--schema", "{", "hi"], 2, "not JSON"),
        (["--schema", "none.json", "hi"], 2, "cannot be read"),
        (["--image", "none.png", "hi"], 2, "cannot be read"),
        (["--max-tokens", "0", "hi"], 2, "0 is not in the range"),
        (["--timeout", "-1", "hi"], 2, "not in the range"),
        (["--temperature", "warm", "hi"], 2, "not a valid float"),
        (["--temperature", "9", "hi"], 1, "temperature 9 is outside"),
        (["-p", "cluade", "hi"], 4, "Did you mean 'claude'?"),
        (["--set", "generation.use=mok", "hi"], 3, "'mock'"),
        (["--set", "nonsense", "hi"], 3, "--set"),
        (["--set", "generation.claude.api_key= sk-secret-value", "hi"], 3, "white space"),
        (["--settings", "none.yaml", "hi"], 3, "none.yaml"),
        (["--profile", "none", "hi"], 3, "no profile 'none'"),
        (["--set", "generation.claude.use=real", "-p", "claude", "hi"], 4, "ANTHROPIC_API_KEY"),
        (["overloaded"], 1, "claude"),
        (["--stream", "cut"], 1, "6 characters of the answer had arrived"),
    ],
)
def test_what_goes_wrong_is_one_screen_with_its_status(ask, args, status, words):
    result = ask(*args)
    assert result.exit_code == status, result.output
    assert words in result.stderr
    assert "Traceback" not in result.output
    assert "sk-secret-value" not in result.output
    assert len(result.stderr.splitlines()) < 25


def test_a_broken_stream_shows_what_came_and_ends_the_line(ask):
    assert ask("--stream", "cut").stdout == "onetwo\n"


def test_the_traceback_is_there_when_asked_for(ask):
    result = ask("--traceback", "overloaded")
    assert result.exit_code == 1
    assert "Traceback (most recent call last)" in result.stderr


def test_an_empty_prompt_is_a_usage_error(ask):
    result = ask(input="")
    assert result.exit_code == 2
    assert "no prompt" in result.stderr


def test_control_characters_reach_a_file_as_they_are(ask):
    assert ask("steer").stdout == "a\x1b[31mb\n"


def test_a_failure_of_a_provider_that_nobody_named_says_why_it_was_asked(run):
    refused = "generation.ollama.base_url=http://127.0.0.1:1"
    result = run("ask", "--profile", "", "--set", refused, "--set", "http.retry.max_retries=0", "hi")
    assert result.exit_code == 1
    assert "ollama was asked because claude, codex, gemini, deepseek cannot be used" in result.stderr


def test_the_library_s_warnings_are_shown_on_standard_error(run, monkeypatch):
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:1")
    settings = ["--set", "generation.default=claude", "--set", "http.retry.max_retries=0"]
    result = run("ask", "--profile", "", *settings, "hi")
    assert "Warning: The default provider claude is not available" in result.stderr
    assert "Info:" not in result.stderr


def test_a_whole_process_with_nothing_in_its_environment(process, mocked):
    done = process("ask", "--settings", "settings.yaml", "hello", env={"FORCE_COLOR": "", "NO_COLOR": "1"})
    assert done.returncode == 0
    assert done.stdout.endswith("hello\n")
    assert "\x1b" not in done.stdout + done.stderr


def test_no_colour_is_respected_in_errors(process, mocked):
    args = ["ask", "--profile", "none", "hello"]
    assert "\x1b[31m" in process(*args, env={"FORCE_COLOR": "1"}).stderr
    assert "\x1b" not in process(*args, env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stderr
    assert "\x1b" not in process(*args).stderr


@pytest.fixture
def slow_stream(bare_environment, mocked, tmp_path):
    """A process that has written the first word of a streamed answer."""
    pace = "generation.claude.mock.latency.per_chunk=0.5"
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "understudy", "ask", "--stream", "--set", pace, "--profile", "", "long"],
        env=bare_environment,
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as started:
        assert started.stdout is not None
        assert started.stdout.read(3) == b"one"
        yield started


def test_ctrl_c_ends_a_stream_cleanly(slow_stream):
    slow_stream.send_signal(signal.SIGINT)
    assert slow_stream.wait(30) == 130
    assert slow_stream.stdout.read() == b"\n"
    assert slow_stream.stderr.read() == b""


def test_a_reader_that_goes_away_ends_a_stream_silently(slow_stream):
    slow_stream.stdout.close()
    assert slow_stream.wait(30) == 141
    assert slow_stream.stderr.read() == b""


def test_the_container_is_closed_even_after_a_failure(ask, monkeypatch):
    closed = []
    generator = Session.generator

    def watched(self, name):
        self.container.lifetime().add(type("Watch", (), {"close": lambda _self: closed.append(True)})())
        return generator(self, name)

    monkeypatch.setattr(Session, "generator", watched)
    ask("overloaded")
    ask("hello")
    assert closed == [True, True]


def test_asking_a_stand_in_imports_no_more_than_it_needs(bare_environment, mocked, tmp_path):
    code = (
        "import sys; sys.argv = ['understudy', 'ask', '--profile', '', 'hello']\n"
        "from understudy.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'rich', 'httpx', 'aiohttp', 'fastapi', 'tenacity', 'openai', 'anthropic', 'hypothesis'}\n"
        "sys.exit(f'imported {heavy & set(sys.modules)}' if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", code],
        env=bare_environment,
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
