"""What the tests of the documentation share."""

from __future__ import annotations

import socket
from typing import Any

import pytest


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """No name is resolved and no connection is opened to any other machine."""
    resolve, connect = socket.getaddrinfo, socket.socket.connect

    def local(host: Any) -> bool:
        return host in (None, "localhost", "127.0.0.1", "::1", b"localhost", b"127.0.0.1")

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        assert local(host), f"an example wants to reach {host!r}"
        return resolve(host, *args, **kwargs)

    def connect_locally(self: socket.socket, address: Any) -> None:
        assert isinstance(address, str | bytes) or local(address[0]), f"an example wants to reach {address!r}"
        connect(self, address)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(socket.socket, "connect", connect_locally)
