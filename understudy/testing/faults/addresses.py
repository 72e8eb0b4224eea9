"""Faults of the address: no host, no server, no TLS, or TLS that proves nothing."""

from __future__ import annotations

from understudy.domain.errors import (
    ConnectionFailedError,
    RequestTimeoutError,
    ResponseDecodeError,
)
from understudy.testing.faults.fault import ANSWER, Ending, Fault, Listener, Strain
from understudy.testing.faults.visit import Visit

__all__ = ["FAULTS"]

_NO_WAY: tuple[Ending, ...] = (ConnectionFailedError,)
_LATE: tuple[Ending, ...] = (RequestTimeoutError,)


async def _answers(visit: Visit) -> None:
    await visit.answer()


async def _frames(visit: Visit) -> None:
    await visit.send(b"\x00\x00\x00\x04\x00\x00\x00\x00\x00")


def _row(
    listener: Listener, happens: str, ends: tuple[Ending, ...] = _NO_WAY, *, strain: Strain = "none", requests: int = 0
) -> Fault:
    return Fault(
        name=listener,
        happens=happens,
        act=_frames if listener == "tls_http2" else _answers,
        ends=ends,
        requests=requests,
        strain=strain,
        listener=listener,
    )


FAULTS: tuple[Fault, ...] = (
    _row("refused", "Nothing listens on the port."),
    _row("unresolvable", "The host's name is not known.", (*_NO_WAY, *_LATE), strain="time"),
    _row("silent", "The connection is accepted and nothing is read.", _LATE, strain="time"),
    _row("full", "The port listens and accepts nobody.", (*_LATE, *_NO_WAY), strain="time"),
    _row("tls", "TLS with an authority that the client trusts.", ANSWER, requests=1),
    _row("tls_unknown", "The certificate is signed by an unknown authority."),
    _row("tls_expired", "The certificate has expired."),
    _row("tls_early", "The certificate is not valid yet."),
    _row("tls_wrong_host", "The certificate is made for another host."),
    _row("tls_http2", "The server speaks HTTP/2 only.", (ResponseDecodeError,), requests=1),
    _row("tls_cut", "The connection is closed in the TLS handshake."),
    _row("tls_garbage", "The TLS handshake is answered with noise."),
    _row("tls_silent", "The TLS handshake is never answered.", _LATE, strain="time"),
    _row("tls_on_plain", "TLS is spoken to a port that does not.", (*_NO_WAY, *_LATE)),
    _row("plain_on_tls", "Plain HTTP is spoken to a TLS port.", (*_NO_WAY, ResponseDecodeError)),
)
