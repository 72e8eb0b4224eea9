"""``understudy platform check``: one row per service, and a status that scripts can use."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

SERVICES = ["llama_stack", "maas", "mcp docs", "kubernetes"]


def probes(run: Any, *args: str, status: int = 0) -> dict[str, dict[str, Any]]:
    done = run("platform", "check", "--json", *args)
    assert done.exit_code == status, done.output
    told = json.loads(done.stdout)
    assert told["ok"] == (status == 0)
    return {each["service"]: each for each in told["services"]}


def test_stand_ins_are_all_well_without_a_token(run: Any) -> None:
    found = probes(run)
    assert list(found) == SERVICES
    for probe in found.values():
        assert (probe["use"], probe["reachable"], probe["authorised"], probe["ok"]) == ("mock", True, True, True)
        assert probe["latency_ms"] >= 0


def test_the_table_has_a_row_for_each(run: Any) -> None:
    table = run("platform", "check")
    assert table.exit_code == 0
    for name in SERVICES:
        assert name in table.stdout


@pytest.mark.parametrize(
    ("scenario", "reachable", "authorised"),
    [
        ("unauthorised", True, False),
        ("forbidden", True, False),
        ("connection_failed", False, None),
        ("timeout", False, None),
        ("unavailable", True, None),
    ],
)
def test_what_is_wrong_is_told_apart(
    run: Any, tmp_path: Any, scenario: str, *, reachable: bool, authorised: bool | None
) -> None:
    (tmp_path / "settings.yaml").write_text(
        f"platform: {{use: mock, kubernetes: {{mock: {{scenarios: [{{error: {scenario}}}]}}}}}}"
    )
    probe = probes(run, status=1)["kubernetes"]
    assert (probe["reachable"], probe["authorised"], probe["ok"]) == (reachable, authorised, False)
    assert "kubernetes" in run("platform", "check").stderr


def test_a_service_that_the_settings_do_not_name_is_no_failure(run: Any, tmp_path: Any, token: None) -> None:
    (tmp_path / "settings.yaml").write_text("platform: {use: real, kubernetes: {use: mock}}")
    found = probes(run, "--profile", "")
    assert not found["llama_stack"]["configured"]
    assert found["llama_stack"]["problem"]
    assert found["kubernetes"]["configured"]
    assert "not configured" in run("platform", "check", "--profile", "").stdout


def real(url: str) -> list[str]:
    """Options with which Llama Stack and Kubernetes are real, at ``url``, and asked once."""
    said = ["http.retry.max_retries=0", "platform.llama_stack.use=real", "platform.kubernetes.use=real"]
    said += [f"platform.{name}.base_url={url}" for name in ("llama_stack", "kubernetes")]
    return [word for each in said for word in ("--set", each)]


def test_a_real_service_that_does_not_listen_is_not_reachable(run: Any, free_port: int, token: None) -> None:
    found = probes(run, *real(f"http://127.0.0.1:{free_port}"), status=1)
    for name in ("llama_stack", "kubernetes"):
        assert (found[name]["reachable"], found[name]["authorised"]) == (False, None)
    assert found["maas"]["ok"]


def test_a_real_service_says_its_version(run: Any, server: str, token: None) -> None:
    found = probes(run, *real(server))
    assert (found["llama_stack"]["version"], found["kubernetes"]["version"]) == ("1.2.0", "v1.31.0")
    assert found["llama_stack"]["address"] == server


def test_a_real_service_is_not_asked_without_a_token(run: Any, server: str) -> None:
    probe = probes(run, *real(server), status=1)["llama_stack"]
    assert (probe["reachable"], probe["authorised"]) == (None, False)


def test_a_service_that_does_not_answer_is_given_up(run: Any, token: None) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        probe = probes(run, *real(url), "--timeout", "0.1", status=1)["llama_stack"]
    assert probe["reachable"] is False
    assert "0.1 s" in probe["problem"]


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERSTUDY_TOKEN", "ada-token")


@pytest.fixture
def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Handler(BaseHTTPRequestHandler):
    """Llama Stack and Kubernetes, as far as they are asked here."""

    def do_GET(self) -> None:
        version = {"version": "1.2.0"} if self.path == "/v1/version" else {"gitVersion": "v1.31.0"}
        self.reply(200, version if self.path.endswith("/version") else {"object": "list", "data": []})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.reply(201, {"kind": "SelfSubjectAccessReview", "status": {"allowed": True}})

    def reply(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's own name
        """Quiet."""


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as found:
        thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{found.server_port}"
        found.shutdown()
        thread.join()
