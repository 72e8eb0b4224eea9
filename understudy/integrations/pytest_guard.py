"""The guard that ``understudy_guard = true`` puts between every test and the network."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

__all__ = ["no_network"]


@contextmanager
def no_network() -> Iterator[None]:
    """Fail whatever connects to, or looks up, a host that is not this machine's loopback."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _check(self, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _check(self, address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *args: Any, **options: Any) -> Any:
        _refuse(host)
        return getaddrinfo(host, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
        yield


def _check(connection: socket.socket, address: Any) -> None:
    if connection.family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple) and address:
        _refuse(address[0])


def _refuse(host: Any) -> None:
    name = host.decode(errors="replace") if isinstance(host, bytes) else host
    if name is None or name in ("", "localhost") or _is_here(name):
        return
    # No error of the program's own: neither its handlers nor understudy's retries may take it for a lost connection.
    pytest.fail(
        f"This test tried to reach {name}. understudy_guard is on: play the provider by its stand-in, give it a "
        "transport, or let the test through with @pytest.mark.understudy(network=True).",
    )


def _is_here(name: str) -> bool:
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
