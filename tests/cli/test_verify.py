"""``understudy verify``: what it costs is told before anything is sent, and drift ends with status 1."""

from __future__ import annotations

import asyncio
import json
import queue
import threading
from collections.abc import Iterator

import pytest

from understudy import FinishReason, ToolCallPart
from understudy.testing.emulators import Emulator, emulate
from understudy.testing.serving import serve

KEY = "sk-ant-0123456789abcdef0123456789"  # pragma: allowlist secret


@pytest.fixture
def service() -> Iterator[tuple[Emulator, str]]:
    """An emulator of Claude's service on the loopback, and its URL."""
    emulator = emulate("claude", keys=[KEY])
    emulator.script.set_models("claude-sonnet-5-5")
    call = ToolCallPart(id="", name="get_weather", arguments={"city": "Bergen", "days": 2})
    emulator.script.when(tool="get_weather").answers(tool_calls=(call,))
    urls: queue.Queue[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = queue.Queue()

    async def run() -> None:
        done = asyncio.Event()
        async with serve(emulator) as url:
            urls.put((url, asyncio.get_running_loop(), done))
            await done.wait()

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    url, loop, done = urls.get(timeout=10)
    yield emulator, url
    loop.call_soon_threadsafe(done.set)
    thread.join(timeout=10)


@pytest.fixture
def keyed(monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)


@pytest.mark.usefixtures("keyed")
def test_no_drift_is_status_0(run, service):
    emulator, url = service
    result = run("verify", "anthropic", "--base-url", url, "--yes", "--profile", "test")
    assert result.exit_code == 0, result.output
    assert "does as the service does in 12 checks" in result.stdout
    assert "Tokens out, at most" in result.stderr
    assert len(emulator.requests) == 12
    assert KEY not in result.output


@pytest.mark.usefixtures("keyed")
def test_drift_is_a_table_and_status_1(run, service):
    emulator, url = service
    emulator.script.when(text="ready").answers(text="ready", finish_reason=FinishReason.LENGTH)
    result = run("verify", "claude", "--base-url", url, "--yes")
    assert result.exit_code == 1
    rows = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "differs text" in rows
    assert "text finish_reason length stop" in rows
    assert "2 of 12 checks differ; 0 could not be made." in rows


@pytest.mark.usefixtures("keyed")
def test_the_report_as_json_stands_alone_on_standard_output(run, service):
    emulator, url = service
    emulator.script.when(text="ready").answers(text="ready", finish_reason=FinishReason.LENGTH)
    result = run("verify", "claude", "--base-url", url, "--yes", "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert (report["provider"], report["ok"], report["cost"]["requests"]) == ("claude", False, 12)
    drifted = {check["name"]: check["differences"] for check in report["checks"] if check["differences"]}
    assert drifted["text"][0] == {"field": "finish_reason", "real": "length", "stand_in": "stop"}
    assert set(drifted) == {"text", "text streamed"}


@pytest.mark.usefixtures("keyed")
@pytest.mark.parametrize(("said", "status", "sent"), [("y\n", 0, 12), ("yes\n", 0, 12), ("n\n", 1, 0), ("\n", 1, 0)])
def test_it_asks_before_it_sends(run, service, said, status, sent):
    emulator, url = service
    result = run("verify", "claude", "--base-url", url, input=said)
    assert result.exit_code == status, result.output
    assert "Send these 12 requests" in result.stderr
    assert len(emulator.requests) == sent


@pytest.mark.usefixtures("keyed")
def test_without_an_answer_nothing_is_sent(run, service):
    emulator, url = service
    result = run("verify", "claude", "--base-url", url)
    assert result.exit_code == 2
    assert "--yes" in result.stderr
    assert not emulator.requests


@pytest.mark.usefixtures("keyed")
def test_a_dry_run_shows_the_cost_alone(run, service):
    emulator, url = service
    shown = run("verify", "claude", "--base-url", url, "--dry-run")
    data = json.loads(run("verify", "claude", "--base-url", url, "--dry-run", "--json").stdout)
    assert shown.exit_code == 0
    assert "structured output" in shown.stdout
    assert data["cost"]["requests"] == len(data["checks"]) == 12
    assert data["cost"]["output_tokens"] == sum(check["output_tokens"] for check in data["checks"]) > 0
    assert not emulator.requests


def test_without_a_key_it_says_how_to_give_one(run):
    result = run("verify", "claude", "--yes")
    assert result.exit_code == 4
    assert "claude: no credentials. To mend it: set ANTHROPIC_API_KEY" in result.stderr


def test_a_key_that_is_refused_ends_it(run, service, monkeypatch):
    refused = "sk-ant-refused-0123456789"  # pragma: allowlist secret
    monkeypatch.setenv("ANTHROPIC_API_KEY", refused)
    emulator, url = service
    result = run("verify", "claude", "--base-url", url, "--yes")
    assert result.exit_code == 1
    assert "invalid x-api-key" in result.stderr
    assert refused not in result.output
    assert len(emulator.requests) <= 3


def test_a_provider_that_is_not_there_is_told_with_the_near_one(run):
    result = run("verify", "cluade", "--yes")
    assert result.exit_code == 4
    assert "Did you mean 'claude'?" in result.stderr


@pytest.mark.usefixtures("keyed")
def test_a_service_that_is_busy_leaves_the_check_unmade(run, service):
    from understudy import OverloadedError

    emulator, url = service
    emulator.script.when(text="ready").raises(OverloadedError)
    result = run("verify", "claude", "--base-url", url, "--yes", "--set", "http.retry.max_retries=0")
    assert result.exit_code == 1
    assert "not checked  text: claude generate: Overloaded" in result.stdout
    assert "0 of 12 checks differ; 2 could not be made." in result.stdout
