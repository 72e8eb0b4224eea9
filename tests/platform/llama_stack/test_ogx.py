"""The contract of the port, held by a real server: ogx, in an environment of its own, with its models stubbed.

It needs Python 3.12 or later, by name on the PATH or among pyenv's versions, and a package index. The environment is
made anew unless ``UNDERSTUDY_OGX_ENV`` names a folder to keep it in.
"""

# ruff: noqa: S603, S310 - the programs and the address are the test's own
from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from understudy.config.models.http import HttpSettings
from understudy.config.models.platform import LlamaStackSettings
from understudy.domain.errors import InvalidRequestError
from understudy.domain.identity import RequestIdentity
from understudy.domain.llama_stack import ChatTurn
from understudy.domain.secrets import Secret
from understudy.providers.http import HttpClients
from understudy.providers.llama_stack.client import HttpLlamaStackClient
from understudy.providers.llama_stack.service import LlamaStackService
from understudy.testing.contracts.llama_stack import LlamaStackContract

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.xdist_group("ogx")]

HERE = Path(__file__).resolve().parent / "ogx"
# Read at import: the tests themselves run without the program's variables.
KEPT = os.environ.get("UNDERSTUDY_OGX_ENV")
MODEL = "vllm/stub-llm"


class Models(BaseHTTPRequestHandler):
    """An OpenAI-compatible server of two models, which keeps who asked it what."""

    protocol_version = "HTTP/1.1"
    asked: list[tuple[str, dict]]

    def log_message(self, *_):
        """Say nothing."""

    def do_GET(self):
        self._say({"object": "list", "data": [{"id": "stub-llm", "object": "model", "created": 1, "owned_by": "x"}]})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.asked.append((self.headers["authorization"], body))
        if self.path.endswith("/embeddings"):
            texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
            data = [{"object": "embedding", "index": n, "embedding": [1.0] * 8} for n, _ in enumerate(texts)]
            usage = {"prompt_tokens": 1, "total_tokens": 1}
            self._say({"object": "list", "model": body["model"], "data": data, "usage": usage})
        elif "fail upstream" in str(body["messages"][-1]["content"]):
            self._say({"error": {"message": "upstream says no"}}, status=500)
        else:
            self._stream(body["model"])

    def _say(self, body, status=200):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _stream(self, model):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        base = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": model}
        for text in ("Hello", " there", "."):
            delta = {"role": "assistant", "content": text}
            self._event({**base, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
        self._event({**base, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        usage = {"prompt_tokens": 3, "completion_tokens": 3, "total_tokens": 6}
        self._event({**base, "choices": [], "usage": usage})
        self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def _event(self, data):
        self.wfile.write(b"data: " + json.dumps(data).encode() + b"\n\n")


def interpreter() -> str:
    """A Python that the server runs on; skips the test where there is none."""
    names = ["python3.14", "python3.13", "python3.12"]
    candidates = [sys.executable, *filter(None, map(shutil.which, names))]
    pyenv = shutil.which("pyenv")
    if pyenv is not None:
        versions = _output([pyenv, "versions", "--bare"]).split()
        prefixes = [_output([pyenv, "prefix", version]) for version in versions if version.startswith("3.1")]
        candidates += [f"{prefix}/bin/python" for prefix in prefixes if prefix]
    script = "import sys; print(sys.executable) if (3, 12) <= sys.version_info < (3, 14) else sys.exit(1)"
    found = next((path for each in candidates if (path := _output([each, "-c", script]))), None)
    if found is None:
        pytest.skip("ogx needs Python 3.12 or 3.13, and none was found on the PATH or in pyenv")
    return found


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


@pytest.fixture(scope="module")
def ogx(tmp_path_factory):
    """The server's program, installed."""
    folder = Path(KEPT) if KEPT else tmp_path_factory.mktemp("ogx") / "environment"
    program = folder / "bin" / "ogx"
    if not program.exists():
        python = interpreter()
        uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
        subprocess.run([python, "-m", "venv", *(["--without-pip"] if uv else []), str(folder)], check=True)
        inner = str(folder / "bin" / "python")
        install = [uv, "pip", "install", "--python", inner] if uv else [inner, "-m", "pip", "install"]
        command = [*install, "-q", "-r", str(HERE / "requirements.txt")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            shutil.rmtree(folder, ignore_errors=True)
            pytest.skip(f"ogx cannot be installed: {(done.stderr.strip() or done.stdout.strip())[-300:]}")
    yield program
    if not KEPT:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def models():
    """The stub's class and its address."""

    own = type("Own", (Models,), {"asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), own)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield own, f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def url(ogx, models, tmp_path_factory):
    """A running server's address."""
    folder = tmp_path_factory.mktemp("data")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(folder),
        "PYTHONPATH": str(HERE),
        "OGX_LOG_FORMAT": "json",
        "MODELS_URL": models[1],
        "DATA_FOLDER": str(folder),
    }
    log = folder / "log"
    with log.open("wb") as output:
        command = [str(ogx), "run", str(HERE / "config.yaml"), "--port", str(port), "--insecure"]
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output, cwd=folder)
    try:
        _wait(process, f"http://127.0.0.1:{port}", log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process, address, log):
    until = time.monotonic() + 90
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/v1/models", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"ogx did not start: {log.read_text(errors='replace')[-2000:]}")


@pytest.fixture
async def client(url):
    """The real client."""
    settings = LlamaStackSettings(base_url=url, provider_data_header="x-ogx-provider-data")
    async with HttpClients(HttpSettings()) as http:
        service = LlamaStackService(settings, http)
        yield HttpLlamaStackClient(RequestIdentity.of("a-users-token"), service=service)


class TestOgx(LlamaStackContract):
    @pytest.fixture
    def client(self, client):
        return client

    @pytest.fixture
    def model(self):
        return MODEL


async def test_provider_data_reaches_the_models_server(client, models):
    """The user's token, or the one of MaaS, and the conversation in its order."""
    asked = models[0].asked
    asked.clear()
    context = [ChatTurn("assistant", "Yes?"), ChatTurn("wizard", "Abracadabra.")]
    await client.create_response("Go on.", model=MODEL, context=context, instructions="Be brief.")
    await client.create_response("Go on.", model=MODEL, provider_data={"vllm_api_token": Secret("another-token")})
    assert [authorization for authorization, _ in asked] == ["Bearer a-users-token", "Bearer another-token"]
    assert [(each["role"], each["content"]) for each in asked[0][1]["messages"]] == [
        ("system", "Be brief."),
        ("assistant", "Yes?"),
        ("user", "Abracadabra."),
        ("user", "Go on."),
    ]


async def test_a_connection_that_the_server_drops_is_not_noticed(client):
    """After refusals it may close what it said to keep; the next calls do not see it."""
    for _ in range(20):
        with pytest.raises(InvalidRequestError):
            await client.delete_vector_store("vs_nope")
        await client.list_models()


async def test_the_stand_in_says_what_the_server_says(client, make_mock):
    """The same fields in every kind of answer, and in every event."""
    seen = []
    for each, model in ((client, MODEL), (make_mock(), "mock/llm")):
        store = await each.create_vector_store("agreement", metadata={"a": "b"})
        uploaded = await each.upload_file(
            b"Some words.", filename="a name.txt", content_type="text/plain", vector_store_id=store.id
        )
        response = await each.create_response("Hi", model=model)
        async with each.create_response_stream("Hi", model=model) as stream:
            events = {event.type: sorted(event.raw) async for event in stream}
        async with await each.get_file_content(uploaded.file_id) as content:
            head = (content.content_type, content.filename, content.size)
        listed = (await each.list_models())[0]
        assert uploaded.vector_store_file is not None
        raws = (listed.raw, store.raw, uploaded.file.raw, uploaded.vector_store_file.raw, response.raw)
        said = [sorted(raw) for raw in raws]
        words = (
            uploaded.file.filename,
            sorted(store.metadata),
            sorted(response.output[0]),
            response.raw["usage"].keys(),
        )
        seen.append((said, events, head, words))
    assert seen[0] == seen[1]
