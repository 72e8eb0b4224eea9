"""Emulators on a loopback port, asked over real HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import httpx
import pytest

import understudy
from understudy.domain import errors
from understudy.testing.emulators import emulate
from understudy.testing.serving import serve


@pytest.fixture
async def served():
    """The emulator of Anthropic's API, and a container whose real provider talks to it through a socket."""
    emulator = emulate("claude", keys=["a-key"])
    async with serve(emulator) as url:
        section = {"api_key": "a-key", "base_url": url}
        settings = {"http": {"retry": {"max_retries": 0}}, "generation": {"default": "claude", "claude": section}}
        async with understudy.open_container(settings) as container:
            yield emulator, container.generator()


async def test_whole_and_streamed_answers_arrive(served):
    """Through the real provider and its pool."""
    emulator, claude = served
    emulator.script.when().answers(chunks=("Grüße", ", Welt"))
    assert (await claude.generate("hi")).text == "Grüße, Welt"
    assert [piece async for piece in claude.generate_stream("hi")] == ["Grüße", ", Welt"]
    assert [call.streamed for call in emulator.calls] == [False, True]
    assert (await claude.health_check()).ok


async def test_long_requests_arrive_whole(served):
    """Longer than what an aiohttp server takes by itself."""
    emulator, claude = served
    await claude.generate("word " * 500_000)
    assert len(emulator.last_call.text) == 2_500_000


async def test_pieces_go_out_when_they_are_sent():
    """The first piece is there while the application still waits."""
    go_on = asyncio.Event()

    async def app(scope, receive, send):
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        await go_on.wait()
        await send({"type": "http.response.body", "body": b"two"})

    async with serve(app) as url, httpx.AsyncClient() as client, client.stream("GET", url) as answer:
        pieces = answer.aiter_raw()
        assert await anext(pieces) == b"one"
        go_on.set()
        assert b"".join([piece async for piece in pieces]) == b"two"


async def test_a_client_that_goes_away_cancels_the_application():
    """So that nothing goes on for nobody."""
    cancelled = asyncio.Event()

    async def app(scope, receive, send):
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        try:
            await receive()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    async with serve(app) as url, httpx.AsyncClient() as client:
        async with client.stream("GET", url) as answer:
            assert await anext(answer.aiter_raw()) == b"one"
        await asyncio.wait_for(cancelled.wait(), 10)


@pytest.mark.parametrize(
    ("scripted", "seen"),
    [
        (errors.OverloadedError, errors.OverloadedError),
        (errors.AuthenticationError, errors.AuthenticationError),
        (errors.ResponseDecodeError, errors.ResponseDecodeError),
        (errors.ConnectionFailedError, errors.ConnectionFailedError),
    ],
)
async def test_errors_arrive(served, scripted, seen):
    """As in process, broken connections included."""
    emulator, claude = served
    emulator.script.when().raises(scripted)
    with pytest.raises(seen):
        await claude.generate("hi")


@pytest.mark.parametrize("kind", [errors.StreamInterruptedError, errors.ConnectionFailedError])
async def test_streams_that_break_are_noticed(served, kind):
    """What had arrived before is kept."""
    emulator, claude = served
    emulator.script.when().raises(kind, after_chunks=1, answer="one two")
    with pytest.raises(errors.StreamInterruptedError) as caught:
        await claude.stream("hi").result()
    assert caught.value.partial_text == "one"


async def test_a_script_that_has_run_dry_is_told(served):
    """In the body of an answer, since there is no other way to tell."""
    emulator, claude = served
    emulator.script.sequence("only one")
    await claude.generate("hi")
    with pytest.raises(errors.ServerError) as caught:
        await claude.generate("hi")
    assert "run dry" in str(caught.value.body) + str(caught.value)


async def test_a_port_that_is_taken_is_told():
    """With what to do."""
    async with serve(emulate("claude")) as url:
        port = int(url.rpartition(":")[2])
        with pytest.raises(understudy.UnderstudyError, match=f"Port {port} .* cannot be listened on"):
            async with serve(emulate("claude"), port=port):
                pass


def test_the_command_serves_what_the_settings_script(tmp_path):
    """A program in any language asks it; Ctrl-C ends it."""
    (tmp_path / "settings.yaml").write_text(
        "generation: {codex: {mock: {rules: [{match: {text: moon}, answer: {text: Titan}}]}}}\n", encoding="utf-8"
    )
    package = str(Path(str(understudy.__file__)).parents[1])
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "UNDERSTUDY"))}
    server = subprocess.Popen(
        [sys.executable, "-m", "understudy", "emulate", "openai", "--key", "k"],
        cwd=tmp_path,
        env={**environ, "PYTHONPATH": package},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with server:
        try:
            url = server.stdout.readline().strip()
            assert url.startswith("http://127.0.0.1:")
            assert url.endswith("/v1")
            answer = _ask(url, "A moon?")
        finally:
            server.send_signal(signal.SIGINT)
            _, said = server.communicate(timeout=30)
    assert answer["choices"][0]["message"]["content"] == "Titan"
    assert "not the service itself" in said
    assert "Traceback" not in said


def _ask(url: str, question: str):
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": question}]}
    headers = {"content-type": "application/json", "authorization": "Bearer k"}
    request = urllib.request.Request(  # noqa: S310 - the address that the command has printed
        f"{url}/chat/completions", data=json.dumps(body).encode(), headers=headers
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
        return json.load(answer)


def test_a_name_that_nobody_knows_is_told(tmp_path, monkeypatch):
    """With the near match."""
    from click.testing import CliRunner

    from understudy.cli.root import cli

    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["emulate", "clause"])
    assert done.exit_code != 0
    assert "claude" in done.output
