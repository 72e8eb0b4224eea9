"""Faults of the connection and of the answer's head: what fails before there is a body."""

from __future__ import annotations

import asyncio

from understudy.domain.errors import (
    ConnectionFailedError,
    LimitExceededError,
    RequestTimeoutError,
    ResponseDecodeError,
)
from understudy.testing.faults.fault import Fault
from understudy.testing.faults.visit import Visit, head

__all__ = ["FAULTS"]

_JSON_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
_PAUSE = 0.05


async def _healthy(visit: Visit) -> None:
    await visit.answer()


async def _reset(visit: Visit) -> None:
    visit.reset()


async def _close(_visit: Visit) -> None:
    """Leaving closes the connection."""


async def _close_in_head(visit: Visit) -> None:
    await visit.send(_JSON_HEAD + b"content-len")


async def _reset_in_head(visit: Visit) -> None:
    await visit.send(_JSON_HEAD)
    await asyncio.sleep(_PAUSE)
    visit.reset()


async def _reset_twice(visit: Visit) -> None:
    if visit.number < 3:
        visit.reset()
    else:
        await visit.answer()


async def _close_once(visit: Visit) -> None:
    if visit.number > 1:
        await visit.answer()


async def _closed_idle(visit: Visit) -> None:
    await visit.answer()
    visit.keep = False


async def _silence(visit: Visit) -> None:
    await visit.silence()


async def _head_trickles(visit: Visit) -> None:
    await visit.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        for byte in b"x-wait: a\r\n":
            await visit.send(bytes([byte]))
            await asyncio.sleep(_PAUSE)


async def _head_without_end(visit: Visit) -> None:
    await visit.send(_JSON_HEAD)
    for number in range(100_000):
        await visit.send(b"x-pad-%d: %b\r\n" % (number, b"a" * 1000))


async def _huge_head(visit: Visit) -> None:
    await visit.body_of(b"{}", headers=[(f"x-pad-{number}", "a" * 1000) for number in range(2000)])


async def _huge_header(visit: Visit) -> None:
    await visit.body_of(b"{}", headers=[("x-pad", "a" * 1_000_000)])


async def _many_headers(visit: Visit) -> None:
    await visit.body_of(b"{}", headers=[(f"x-{number}", "") for number in range(20_000)])


async def _interim_once(visit: Visit) -> None:
    await visit.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n")
    await visit.answer()


async def _interim_for_ever(visit: Visit) -> None:
    while True:
        await visit.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        await asyncio.sleep(_PAUSE)


async def _switches_protocols(visit: Visit) -> None:
    await visit.send(head(101, headers=[("connection", "upgrade"), ("upgrade", "websocket")]))


async def _not_http(visit: Visit) -> None:
    await visit.send(b"220 mail.example ESMTP\r\n\r\n")


async def _no_head(visit: Visit) -> None:
    await visit.send(b"<html>an answer of HTTP/0.9 has no head</html>\r\n")


async def _http2_frames(visit: Visit) -> None:
    await visit.send(
        b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64" + b"\x00\x00\x08\x07" + b"\x00" * 13
    )


async def _noise(visit: Visit) -> None:
    await visit.send(bytes(range(256)) * 4)


async def _bad_header(visit: Visit) -> None:
    await visit.send(_JSON_HEAD + b"no colon here\r\ncontent-length: 2\r\n\r\n{}")


async def _two_lengths(visit: Visit) -> None:
    await visit.send(_JSON_HEAD + b"content-length: 2\r\ncontent-length: 200\r\n\r\n{}")


async def _negative_length(visit: Visit) -> None:
    await visit.send(_JSON_HEAD + b"content-length: -2\r\n\r\n{}")


async def _length_and_chunks(visit: Visit) -> None:
    await visit.send(_JSON_HEAD + b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")


FAULTS: tuple[Fault, ...] = (
    Fault(name="healthy", happens="Nothing is wrong.", act=_healthy),
    Fault(
        name="reset_before_answer",
        happens="The connection is reset when the request has arrived.",
        act=_reset,
        ends=(ConnectionFailedError,),
        requests=3,
    ),
    Fault(
        name="close_before_answer",
        happens="The connection is closed when the request has arrived.",
        act=_close,
        ends=(ConnectionFailedError,),
        requests=3,
    ),
    Fault(
        name="close_in_head",
        happens="The connection is closed in the middle of the answer's head.",
        act=_close_in_head,
        ends=(ConnectionFailedError,),
        requests=3,
    ),
    Fault(
        name="reset_in_head",
        happens="The connection is reset in the middle of the answer's head.",
        act=_reset_in_head,
        ends=(ConnectionFailedError,),
        requests=3,
    ),
    Fault(name="reset_twice", happens="Two resets, then an answer.", act=_reset_twice, requests=3),
    Fault(name="close_once", happens="Closed once, then an answer.", act=_close_once, requests=2),
    Fault(
        name="closed_idle",
        happens="Every answer is followed by a silent close of the idle connection.",
        act=_closed_idle,
        calls=3,
        requests=3,
    ),
    Fault(
        name="silence",
        happens="The request is read and never answered.",
        act=_silence,
        ends=(RequestTimeoutError,),
        strain="time",
    ),
    Fault(
        name="head_trickles",
        happens="The answer's head comes byte by byte and never ends.",
        act=_head_trickles,
        ends=(RequestTimeoutError,),
        strain="time",
    ),
    Fault(
        name="head_without_end",
        happens="The answer's head has 100 MB of headers, as fast as they go.",
        act=_head_without_end,
        ends=(LimitExceededError,),
        strain="memory",
    ),
    Fault(
        name="huge_head",
        happens="2000 headers of 1 kB.",
        act=_huge_head,
        ends=(LimitExceededError,),
    ),
    Fault(name="huge_header", happens="One header of 1 MB.", act=_huge_header, ends=(LimitExceededError,)),
    Fault(
        name="many_headers",
        happens="20,000 empty headers.",
        act=_many_headers,
        ends=(LimitExceededError,),
    ),
    Fault(name="interim_once", happens="100 Continue and 103 Early Hints before the answer.", act=_interim_once),
    Fault(
        name="interim_for_ever",
        happens="100 Continue again and again.",
        act=_interim_for_ever,
        ends=(RequestTimeoutError,),
        strain="time",
    ),
    Fault(
        name="switches_protocols",
        happens="101 Switching Protocols, which nobody asked for.",
        act=_switches_protocols,
        ends=(ResponseDecodeError,),
    ),
    Fault(name="not_http", happens="Another protocol's greeting.", act=_not_http, ends=(ResponseDecodeError,)),
    Fault(name="no_head", happens="A body without a head, as in HTTP/0.9.", act=_no_head, ends=(ResponseDecodeError,)),
    Fault(name="http2_frames", happens="HTTP/2 frames.", act=_http2_frames, ends=(ResponseDecodeError,)),
    Fault(name="noise", happens="Bytes without meaning.", act=_noise, ends=(ResponseDecodeError,)),
    Fault(name="bad_header", happens="A header without a colon.", act=_bad_header, ends=(ResponseDecodeError,)),
    Fault(name="two_lengths", happens="Two different lengths.", act=_two_lengths, ends=(ResponseDecodeError,)),
    Fault(name="negative_length", happens="A length below zero.", act=_negative_length, ends=(ResponseDecodeError,)),
    Fault(
        name="length_and_chunks",
        happens="A length and a chunked body at once.",
        act=_length_and_chunks,
        ends=(ResponseDecodeError,),
    ),
)
