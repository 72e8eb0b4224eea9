"""A server that speaks just enough of Snowflake's protocol to be asked one thing: a fake, not Snowflake.

fakesnow runs statements, but takes an abort without stopping anything, and does not tell what it was sent.
"""

import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import pytest

from understudy.config.models.storage_backends import SnowflakeSettings
from understudy.domain.secrets import Secret
from understudy.domain.storage import StorageCredentials
from understudy.providers.storage.snowflake.backend import SnowflakeBackend

ROW = {"name": "answer", "type": "fixed", "precision": 2, "scale": 0, "length": None, "nullable": False}


class FakeService(ThreadingHTTPServer):
    """Answers 42 to every query; one with WAIT in it waits until it is aborted. ``refusal`` refuses the login."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.queries = []
        self.logins = []
        self.aborted = threading.Event()
        self.waiting = threading.Event()
        self.refusal = None

    def login(self, body):
        self.logins.append(body["data"])
        if self.refusal:
            message = "Incorrect username or password was specified."
            return {"success": False, "code": self.refusal, "message": message, "data": {}}
        return {"success": True, "data": {"token": "t", "masterToken": "m", "parameters": [], "sessionInfo": {}}}

    def query(self, body):
        self.queries.append(body)
        if "WAIT" in body["sqlText"]:
            self.waiting.set()
            self.aborted.wait(20)
            failed = {"errorCode": "000604", "sqlState": "57014", "queryId": str(uuid4())}
            return {"success": False, "code": "000604", "message": "SQL execution canceled", "data": failed}
        found = {"rowtype": [ROW], "rowset": [["42"]], "total": 1, "returned": 1, "queryResultFormat": "json"}
        return {"success": True, "data": {**found, "queryId": str(uuid4()), "parameters": [], "statementTypeId": 4096}}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Content-Encoding") == "gzip":
            data = gzip.decompress(data)
        body = json.loads(data or "{}")
        server = self.server
        if self.path.startswith("/session/v1/login-request"):
            answer = server.login(body)
        elif self.path.startswith("/queries/v1/query-request"):
            answer = server.query(body)
        else:
            if self.path.startswith("/queries/v1/abort-request"):
                server.aborted.set()
            answer = {"success": True, "data": {}}
        told = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_):
        """Nothing."""


@pytest.fixture
def service() -> Iterator[FakeService]:
    made = FakeService()
    thread = threading.Thread(target=made.serve_forever, args=(0.02,))
    thread.start()
    yield made
    made.aborted.set()
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def connected(service):
    """A driver of that server, and who asks it."""
    settings = SnowflakeSettings(
        account="acme", host="127.0.0.1", port=service.server_port, protocol="http", connect_timeout=2
    )
    driver = SnowflakeBackend(settings).create_driver_client()
    credentials = StorageCredentials(principal="u", secret=Secret("p"), host="127.0.0.1", port=service.server_port)
    yield driver, credentials
    driver.close()
