"""Faults of a stream: cut off, silent, endless, or saying what no stream says."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from understudy.domain.errors import (
    LimitExceededError,
    OverloadedError,
    ProviderError,
    RequestTimeoutError,
    ResponseDecodeError,
    ServerError,
    StreamInterruptedError,
)
from understudy.domain.results import GenerationResult
from understudy.testing.faults.fault import Act, Ending, Fault, Strain, Way
from understudy.testing.faults.visit import Visit, chunk

__all__ = ["FAULTS"]

_PAUSE = 0.05
_MEGABYTE = 1_000_000
_FOREIGN = ("é€", "😀")
_NOT_IT: tuple[Ending, ...] = (ResponseDecodeError, StreamInterruptedError)
_SAYS_NO: tuple[Ending, ...] = (OverloadedError, ServerError)


def _opening(visit: Visit) -> list[bytes]:
    return visit.wire.opening(("po", "ng"))


async def _without_end_marker(visit: Visit) -> None:
    await visit.begin()
    await visit.pieces(_opening(visit))
    await visit.end()


async def _closed(visit: Visit) -> None:
    await visit.begin()
    await visit.pieces(_opening(visit))


async def _reset(visit: Visit) -> None:
    await _closed(visit)
    await asyncio.sleep(_PAUSE)
    visit.reset()


async def _half_an_event(visit: Visit) -> None:
    await visit.begin()
    *first, last = _opening(visit)
    await visit.pieces([*first, last[: len(last) // 2]])
    await visit.end()


async def _stalls(visit: Visit) -> None:
    await _closed(visit)
    await visit.silence()


async def _stalls_at_once(visit: Visit) -> None:
    await visit.begin()
    await visit.silence()


async def _pings(visit: Visit) -> None:
    await _closed(visit)
    while True:
        await visit.pieces([visit.wire.comment])
        await asyncio.sleep(_PAUSE)


async def _comments(visit: Visit) -> None:
    await visit.begin()
    for piece in (*_opening(visit), *visit.wire.closing("pong")):
        await visit.pieces([visit.wire.comment, piece])
    await visit.end()


async def _error_event(visit: Visit) -> None:
    await _closed(visit)
    await visit.pieces([visit.wire.stream_error("The service is overloaded.")])
    await visit.end()


def _strange(data: bytes) -> Act:
    """The fault of an event in the middle of a stream that holds ``data``."""

    async def act(visit: Visit) -> None:
        await _closed(visit)
        await visit.pieces([visit.wire.piece(data), *visit.wire.closing("pong")])
        await visit.end()

    return act


async def _echoed(visit: Visit) -> None:
    await _closed(visit)
    data = b'{"headers": {"x-api-key": "%b"' % visit.credential.encode()
    await visit.pieces([visit.wire.piece(data), *visit.wire.closing("pong")])
    await visit.end()


async def _echoed_error(visit: Visit) -> None:
    await _closed(visit)
    await visit.pieces([visit.wire.stream_error(f"The key {visit.credential} is not known.")])
    await visit.end()


async def _line_without_end(visit: Visit) -> None:
    await visit.begin()
    await visit.pieces([b"data: "])
    piece = chunk(b"a" * _MEGABYTE)
    for _ in range(300):
        await visit.send(piece)


async def _event_without_end(visit: Visit) -> None:
    await visit.begin()
    piece = chunk((b"data: " + b"a" * 1000 + b"\n") * 1000)
    for _ in range(300):
        await visit.send(piece)


async def _words_without_end(visit: Visit) -> None:
    await visit.begin()
    *first, last = visit.wire.opening(("po", "a" * 10_000))
    await visit.pieces(first)
    piece = chunk(last * 100)
    for _ in range(400):
        await visit.send(piece)


async def _error_document(visit: Visit) -> None:
    await visit.document(visit.wire.error(503, "The service is overloaded."))


async def _whole_document(visit: Visit) -> None:
    await visit.document(visit.wire.whole("pong"))


async def _nothing(visit: Visit) -> None:
    await visit.begin()
    await visit.end()


async def _only_the_end(visit: Visit) -> None:
    await visit.begin()
    await visit.pieces(visit.wire.closing("")[-1:])
    await visit.end()


async def _mislabelled(visit: Visit) -> None:
    await visit.begin(kind="application/octet-stream")
    await visit.pieces([*_opening(visit), *visit.wire.closing("pong")])
    await visit.end()


async def _torn_apart(visit: Visit) -> None:
    mark = b"\xef\xbb\xbf" if visit.wire.stream_type == "text/event-stream" else b""
    data = mark + b"".join([*visit.wire.opening(_FOREIGN), *visit.wire.closing("".join(_FOREIGN))])
    await visit.begin()
    await visit.pieces(data[start : start + 3] for start in range(0, len(data), 3))
    await visit.end()


async def _reset_after_end(visit: Visit) -> None:
    await _closed(visit)
    await visit.pieces(visit.wire.closing("pong"))
    await asyncio.sleep(_PAUSE)
    visit.reset()


async def _open_after_end(visit: Visit) -> None:
    await _closed(visit)
    await visit.pieces(visit.wire.closing("pong"))
    await visit.silence()


def _row(
    name: str,
    happens: str,
    act: Act,
    ends: Sequence[Ending] = (GenerationResult,),
    *,
    strain: Strain = "none",
    requests: int | None = 1,
    text: str = "pong",
    ways: tuple[Way, ...] = ("stream",),
) -> Fault:
    return Fault(
        name=name, happens=happens, act=act, ends=tuple(ends), strain=strain, requests=requests, text=text, ways=ways
    )


FAULTS: tuple[Fault, ...] = (
    _row("end_missing", "A stream ends without its end marker.", _without_end_marker, (StreamInterruptedError,)),
    _row("stream_closed", "The connection is closed after two events.", _closed, (StreamInterruptedError,)),
    _row("stream_reset", "The connection is reset after two events.", _reset, (StreamInterruptedError,)),
    _row("half_event", "A stream ends in the middle of an event.", _half_an_event, (StreamInterruptedError,)),
    _row("stream_stalls", "Two events, then nothing.", _stalls, (RequestTimeoutError,), strain="time"),
    _row("stream_never_begins", "A head, then nothing.", _stalls_at_once, (RequestTimeoutError,), strain="time"),
    _row("pings_for_ever", "Two events, then only signs of life.", _pings, (RequestTimeoutError,), strain="time"),
    _row("comments", "Signs of life between the events of a healthy stream.", _comments),
    _row("error_event", "Two events, then the service's error.", _error_event, _SAYS_NO),
    _row("broken_event", "An event of broken JSON.", _strange(b'{"id": "c1", "cho'), _NOT_IT),
    _row("event_list", "An event that is a list.", _strange(b"[1, 2]"), _NOT_IT),
    _row("event_number", "An event that is a number.", _strange(b"7"), _NOT_IT),
    _row("event_not_utf8", "An event that is no UTF-8.", _strange(b'{"id": "\xff\xfe"}'), _NOT_IT),
    _row(
        "unknown_event",
        "An event that no one knows yet.",
        _strange(b'{"type": "news.tomorrow", "news": {}}'),
        (GenerationResult, ResponseDecodeError),
    ),
    _row("key_in_event", "A broken event that shows the credential.", _echoed, _NOT_IT),
    _row("key_in_error", "An error in the stream that shows the credential.", _echoed_error, _SAYS_NO),
    _row(
        "line_without_end",
        "A line of 300 MB.",
        _line_without_end,
        (LimitExceededError,),
        strain="memory",
    ),
    _row(
        "event_without_end",
        "An event of 300,000 lines.",
        _event_without_end,
        (LimitExceededError, ResponseDecodeError),
        strain="memory",
    ),
    _row(
        "words_without_end",
        "400 MB of good events, as fast as they go.",
        _words_without_end,
        (LimitExceededError,),
        strain="memory",
    ),
    _row(
        "error_document",
        "An error document with status 200 instead of a stream.",
        _error_document,
        (ProviderError,),
        requests=None,
    ),
    _row(
        "whole_document",
        "A whole answer instead of a stream.",
        _whole_document,
        (GenerationResult, ResponseDecodeError),
    ),
    _row("empty_stream", "A stream without a byte.", _nothing, _NOT_IT),
    _row("only_the_end", "A stream that is nothing but its last event.", _only_the_end, (*_NOT_IT, GenerationResult)),
    _row("mislabelled_stream", "A healthy stream with another content type.", _mislabelled),
    _row(
        "torn_apart",
        "A healthy stream in pieces of three bytes, characters torn, with a byte order mark.",
        _torn_apart,
        text="".join(_FOREIGN),
    ),
    _row("reset_after_end", "A healthy stream, then a reset.", _reset_after_end),
    _row("open_after_end", "A healthy stream whose body stays open.", _open_after_end, strain="time"),
)
