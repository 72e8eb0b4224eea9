"""``understudy demo``: it works with nothing, prefers what is real, and says what is not."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from understudy.cli.emulated import CASES, excerpt

KEY = "sk-ant-0123456789abcdef0123456789"


class Service(BaseHTTPRequestHandler):
    """An Ollama that runs, and an Anthropic that does not accept the key."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        model = {"name": "gemma4", "model": "gemma4:latest"}
        self.answer(200, {"models": [model], "version": "1.0"})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        if self.path.endswith("/messages"):
            error = {"type": "authentication_error", "message": "invalid x-api-key"}
            self.answer(401, {"type": "error", "error": error})
            return
        end = {"done": True, "done_reason": "stop", "prompt_eval_count": 3, "eval_count": 4}
        lines = [{"message": {"role": "assistant", "content": "really "}, "done": False}]
        lines += [{"message": {"role": "assistant", "content": "real"}, **end}]
        body = "".join(json.dumps({"model": "gemma4", **line}) + "\n" for line in lines).encode()
        self.send_response(200)
        self.send_header("content-type", "application/x-ndjson")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer(self, status: int, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Nothing."""


@pytest.fixture
def service():
    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def demo(run):
    """The demonstration, with an Ollama that does not run unless the test says where one does."""

    def show(*args):
        return run("demo", "--profile", "", "--set", "generation.ollama.base_url=http://127.0.0.1:1", *args)

    return show


def test_with_nothing_in_the_environment_all_of_it_works(demo):
    result = demo()
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    assert "claude    anthropic" in result.stdout
    assert "STAND-IN, not a model" in result.stdout
    assert f"{len(CASES)} of {len(CASES)} implementations answered" in result.stdout
    assert result.stdout.count("Heard: In one sentence") == len(CASES)
    assert "\x1b" not in result.stdout


def test_every_built_in_provider_is_among_the_cases():
    from understudy.providers.generation.choosing.catalog import BUILT_IN

    assert {case.provider for case in CASES} == {name for name, *_ in BUILT_IN}


def test_the_prompt_is_the_users(demo):
    result = demo("grüß mich")
    assert result.stdout.count("Heard: grüß mich") == len(CASES)
    assert "You said: grüß mich" in result.stdout


def test_what_is_real_and_runs_answers(run, service):
    result = run("demo", "--profile", "", "--set", f"generation.ollama.base_url=http://{service}")
    assert result.exit_code == 0, result.output
    assert "ollama (gemma4; the real service):\nreally real\n[3 + 4 tokens, finish reason stop]" in result.stdout
    assert "STAND-IN" not in result.stdout


def test_a_key_that_is_not_accepted_is_told_and_the_stand_in_goes_on(demo, service, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    result = demo("--set", f"generation.claude.base_url=http://{service}")
    assert result.exit_code == 0, result.output
    assert "invalid x-api-key" in result.stderr
    assert "claude did not answer; its stand-in goes on" in result.stderr
    assert "STAND-IN, not a model" in result.stdout
    assert KEY not in result.output


def test_an_implementation_that_fails_makes_the_status_non_zero(demo, monkeypatch):
    from understudy.testing.emulators import gemini

    monkeypatch.setattr(gemini.GeminiWire, "whole", lambda *_args: {"unexpected": True})
    result = demo()
    assert result.exit_code == 1
    assert f"{len(CASES) - 1} of {len(CASES)} implementations answered" in result.stdout


def test_faulty_settings_end_it_before_it_begins(demo):
    result = demo("--set", "generation.use=mok")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "'mock'" in result.stderr


def test_an_excerpt_is_one_line():
    assert excerpt("a\n b") == "a b"
    assert excerpt("x" * 60, longest=10) == "xxxxxxxxx…"


@pytest.mark.slow
def test_make_runs_it_offline_within_seconds(process):
    done = process("demo", "--set", "generation.ollama.base_url=http://127.0.0.1:1")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
