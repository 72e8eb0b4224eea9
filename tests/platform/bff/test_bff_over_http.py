"""examples/bff as its reader would run it: a process of its own, stand-ins by ``--profile test``, real HTTP."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

import understudy

for needed in ("fastapi", "uvicorn", "python_multipart"):
    pytest.importorskip(needed)

FOLDER = Path(__file__).resolve().parents[3] / "examples" / "bff"
ADA = {"x-forwarded-access-token": "ada-token", "x-forwarded-user": "ada"}


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "UNDERSTUDY"))}
    package = Path(str(understudy.__file__)).parents[1]  # of the tree or of the installed wheel
    return {**kept, "PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Where the running service listens; its end is looked at too."""
    command = [sys.executable, "-u", "app.py", "--profile", "test", "--port", "0"]
    with (
        subprocess.Popen(  # noqa: S603 - the project's own example
            command, cwd=FOLDER, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process,
        ThreadPoolExecutor(1) as pool,
    ):
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if found := re.search(r"running on (http://[\d.:]+)", line):
                break
        else:
            pytest.fail(f"the service did not start:\n{said}")
        rest = pool.submit(process.stdout.read)  # so that its log never fills the pipe
        yield found[1]
        process.send_signal(signal.SIGTERM)
        assert "Application shutdown complete" in rest.result(timeout=30), rest.result()
        assert "Traceback" not in rest.result(), rest.result()


@pytest.fixture
def client(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, headers=ADA, timeout=30, trust_env=False) as opened:
        yield opened


def test_nobody_is_served_without_a_token(client: httpx.Client) -> None:
    for headers in ({"x-forwarded-access-token": ""}, {"x-forwarded-access-token": "two words"}):
        refused = client.get("/api/namespaces", headers=headers)
        assert refused.status_code == 401
        assert refused.json()["error"]["code"] == "UNAUTHORIZED"
    del client.headers["x-forwarded-access-token"]
    assert client.get("/api/namespaces").status_code == 401
    assert client.get("/healthz").json() == {"status": "ok"}


def test_models_come_from_both_services(client: httpx.Client) -> None:
    sources = {each["source"] for each in client.get("/api/models").json()}
    assert sources == {"llama_stack", "maas"}


def test_vector_stores_and_files_live_from_request_to_request(client: httpx.Client) -> None:
    made = client.post("/api/vector-stores", json={"name": "papers", "metadata": {"of": "ada"}})
    assert made.status_code == 201
    store = made.json()["id"]
    upload = client.post(
        "/api/files", files={"file": ("a.txt", b"hello " * 5000)}, data={"vector_store_id": store}
    ).json()
    file_id = upload["file"]["id"]
    assert [each["id"] for each in client.get(f"/api/vector-stores/{store}/files").json()] == [file_id]
    assert client.get(f"/api/files/{file_id}/content").content == b"hello " * 5000
    assert client.delete(f"/api/vector-stores/{store}/files/{file_id}").status_code == 204
    assert client.delete(f"/api/files/{file_id}").status_code == 204
    assert client.delete(f"/api/vector-stores/{store}").status_code == 204
    assert client.get("/api/vector-stores").json() == []


def test_a_refused_request_is_told_as_one(client: httpx.Client) -> None:
    answer = client.post("/api/responses", json={"input": "hi", "model": "nobody"})
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize("path", ["/api/responses", "/api/responses/raw"])
def test_responses_are_streamed_through(client: httpx.Client, path: str) -> None:
    asked = {"input": "hi", "model": "mock/llm", "stream": True}
    with client.stream("POST", path, json=asked) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        events = [json.loads(line[6:]) for line in answer.iter_lines() if line.startswith("data: ")]
    assert [events[0]["type"], events[-1]["type"]] == ["response.created", "response.completed"]
    stored = client.get(f"/api/responses/{events[-1]['response']['id']}")
    assert stored.json()["status"] == "completed"


def test_namespaces_and_the_user_are_the_clusters(client: httpx.Client) -> None:
    assert [each["name"] for each in client.get("/api/namespaces").json()] == ["default"]
    assert client.get("/api/user").json()["user"]


def test_tools_of_listed_servers_are_shown_and_called_and_no_others(client: httpx.Client) -> None:
    (server,) = client.get("/api/mcp/servers").json()
    assert client.get("/api/mcp/status", params={"server": server["name"]}).json()["status"] == "connected"
    (tool,) = client.get("/api/mcp/tools", params={"server": server["url"]}).json()
    called = client.post(
        "/api/mcp/tools/call", json={"server": server["name"], "tool": tool["name"], "arguments": {"text": "hello"}}
    )
    assert called.json()["content"][0]["text"] == "hello"
    refused = client.get("/api/mcp/tools", params={"server": "http://169.254.169.254/latest"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "INVALID_REQUEST")


def test_maas_tokens_are_issued_and_revoked(client: httpx.Client) -> None:
    issued = client.post("/api/maas/tokens", json={"expiration": "1h"})
    assert issued.status_code == 201
    assert issued.json()["token"]
    assert client.delete("/api/maas/tokens").status_code == 204
    assert client.post("/api/maas/tokens", json={"expiration": "1m"}).status_code == 400


def test_the_example_passes_its_own_tests() -> None:
    """They override the providers directly."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
    done = subprocess.run(  # noqa: S603 - the project's own example
        command, cwd=FOLDER, env=environment(), capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stdout + done.stderr
