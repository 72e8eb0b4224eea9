"""Faults of the body: cut off, endless, badly framed, badly compressed, or not what was asked for."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib

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
from understudy.testing.faults.fault import Act, Ending, Fault
from understudy.testing.faults.visit import Visit, chunk, head

__all__ = ["FAULTS"]

_PAUSE = 0.05
_MEGABYTE = 1_000_000
_PAGE = b"<!doctype html><html><body>Please log in to this network.</body></html>"
_CUT: tuple[Ending, ...] = (StreamInterruptedError,)
# A whole document labelled as JSON is one line to a client that reads lines: then it may also be a line cut off.
_NOT_IT: tuple[Ending, ...] = (ResponseDecodeError, StreamInterruptedError)
_JSON = [("content-type", "application/json")]


def _document(visit: Visit) -> bytes:
    return json.dumps(visit.wire.whole("pong")).encode()


def _sends(data: bytes, *, kind: str = "application/json", encoding: str | None = None) -> Act:
    """The fault of answering with these bytes, complete and with status 200."""

    async def act(visit: Visit) -> None:
        headers = [("content-encoding", encoding)] if encoding else []
        await visit.body_of(data, kind=kind, headers=headers)

    return act


async def _half(visit: Visit) -> None:
    data = _document(visit)
    await visit.send(head(headers=[*_JSON, ("content-length", str(len(data)))]) + data[: len(data) // 2])


async def _half_then_reset(visit: Visit) -> None:
    await _half(visit)
    await asyncio.sleep(_PAUSE)
    visit.reset()


async def _longer_than_it_is(visit: Visit) -> None:
    data = _document(visit)
    await visit.send(head(headers=[*_JSON, ("content-length", str(len(data) + 10))]) + data)
    await visit.silence()


async def _shorter_than_it_is(visit: Visit) -> None:
    data = _document(visit)
    await visit.send(head(headers=[*_JSON, ("content-length", str(len(data) - 10))]) + data)


async def _chunks_without_end(visit: Visit) -> None:
    await visit.begin(kind="application/json")
    await visit.pieces([_document(visit)])


async def _chunk_without_size(visit: Visit) -> None:
    await visit.begin(kind="application/json")
    await visit.send(b"size\r\n{}\r\n0\r\n\r\n")


async def _chunk_beyond_measure(visit: Visit) -> None:
    await visit.begin(kind="application/json")
    await visit.send(b"f" * 40 + b"\r\n{}\r\n")


async def _until_close(visit: Visit) -> None:
    """As HTTP/1.0 does: the body ends with the connection."""
    await visit.send(b"HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n" + _document(visit))


async def _byte_by_byte(visit: Visit) -> None:
    await visit.begin(kind="application/json")
    await visit.pieces(bytes([byte]) for byte in _document(visit))
    await visit.end()


async def _trickles(visit: Visit) -> None:
    await visit.begin(kind="application/json")
    while True:
        await visit.pieces([b" "])
        await asyncio.sleep(_PAUSE)


async def _without_end(visit: Visit) -> None:
    await visit.begin(kind="application/json")
    piece = chunk(b" " * _MEGABYTE)
    for _ in range(400):
        await visit.send(piece)


async def _announced(visit: Visit) -> None:
    await visit.send(head(headers=[*_JSON, ("content-length", "10000000000")]) + b" " * 5000)
    await visit.silence()


async def _bomb(visit: Visit) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    block = b" " * _MEGABYTE
    # After a full flush a block stands for itself, so the same bytes can be sent again and again.
    first = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    await visit.body_of(first + again * 255, headers=[("content-encoding", "gzip")])


async def _packed(visit: Visit) -> None:
    await visit.body_of(gzip.compress(_document(visit)), headers=[("content-encoding", "gzip")])


async def _packed_and_cut(visit: Visit) -> None:
    await visit.body_of(gzip.compress(_document(visit))[:-20], headers=[("content-encoding", "gzip")])


async def _nothing_to_say(visit: Visit) -> None:
    await visit.send(head(204))
    visit.keep = True


async def _cut_json(visit: Visit) -> None:
    await visit.body_of(_document(visit)[:-9])


async def _half_a_character(visit: Visit) -> None:
    data = json.dumps(visit.wire.whole("pong-é"), ensure_ascii=False).encode()
    await visit.body_of(data.replace("é".encode(), "é".encode()[:1]))


async def _wide_characters(visit: Visit) -> None:
    await visit.body_of(json.dumps(visit.wire.whole("pong")).encode("utf-16"))


async def _two_documents(visit: Visit) -> None:
    await visit.body_of(_document(visit) + b" and more")


async def _misshapen(visit: Visit) -> None:
    await visit.document(visit.wire.misshapen())


async def _error_with_200(visit: Visit) -> None:
    await visit.document(visit.wire.error(503, "The service is overloaded."))


async def _plain_text(visit: Visit) -> None:
    await visit.body_of(_document(visit), kind="text/plain")


async def _echoed_page(visit: Visit) -> None:
    page = f"<html><pre>authorization: {visit.credential}</pre></html>"
    await visit.body_of(page.encode(), kind="text/html")


async def _echoed_answer(visit: Visit) -> None:
    await visit.document({**visit.wire.misshapen(), "headers": {"x-api-key": visit.credential}})


async def _echoed_json(visit: Visit) -> None:
    await visit.body_of(b'{"headers": {"x-api-key": "%b", ' % visit.credential.encode())


FAULTS: tuple[Fault, ...] = (
    Fault(name="close_in_body", happens="The connection is closed after half the body.", act=_half, ends=_CUT),
    Fault(name="reset_in_body", happens="It is reset after half the body.", act=_half_then_reset, ends=_CUT),
    Fault(
        name="length_too_long",
        happens="More bytes are announced than ever come.",
        act=_longer_than_it_is,
        ends=(RequestTimeoutError,),
        strain="time",
    ),
    Fault(
        name="length_too_short",
        happens="Fewer bytes are announced than the document has.",
        act=_shorter_than_it_is,
        ends=_NOT_IT,
    ),
    Fault(
        name="chunks_without_end",
        happens="A chunked body is closed before its last chunk.",
        act=_chunks_without_end,
        ends=_CUT,
    ),
    Fault(
        name="chunk_without_size",
        happens="A chunk's size is a word.",
        act=_chunk_without_size,
        ends=(ResponseDecodeError, StreamInterruptedError),
    ),
    Fault(
        name="chunk_beyond_measure",
        happens="A chunk's size has forty digits.",
        act=_chunk_beyond_measure,
        ends=(ResponseDecodeError, StreamInterruptedError, LimitExceededError),
    ),
    Fault(
        name="until_close", happens="HTTP/1.0: the body ends with the connection.", act=_until_close, ways=("whole",)
    ),
    Fault(name="byte_by_byte", happens="A healthy body, byte by byte.", act=_byte_by_byte, ways=("whole",)),
    Fault(
        name="body_trickles",
        happens="A body that comes byte by byte and never ends.",
        act=_trickles,
        ends=(RequestTimeoutError,),
        strain="time",
    ),
    Fault(
        name="body_without_end",
        happens="A body of 400 MB, as fast as it goes.",
        act=_without_end,
        ends=(LimitExceededError,),
        strain="memory",
    ),
    Fault(
        name="body_announced",
        happens="A length of 10 GB is announced.",
        act=_announced,
        ends=(LimitExceededError,),
    ),
    Fault(
        name="bomb",
        happens="A quarter of a megabyte of gzip unfolds to 256.",
        act=_bomb,
        ends=(LimitExceededError,),
        strain="memory",
    ),
    Fault(name="packed", happens="A healthy answer, compressed.", act=_packed, ways=("whole",)),
    Fault(name="packed_and_cut", happens="A compressed answer without its end.", act=_packed_and_cut, ends=_CUT),
    Fault(
        name="not_packed",
        happens="An answer that says gzip and is not.",
        act=_sends(b"this is not gzip", encoding="gzip"),
        ends=_NOT_IT,
    ),
    Fault(
        name="packed_otherwise",
        happens="A compression that was not asked for.",
        act=_sends(b"\x0b\x00\x80\x00\x03", encoding="br"),
        ends=_NOT_IT,
    ),
    Fault(name="empty_body", happens="Status 200 and nothing.", act=_sends(b""), ends=_NOT_IT),
    Fault(name="no_content", happens="Status 204.", act=_nothing_to_say, ends=_NOT_IT),
    Fault(name="web_page", happens="A login page.", act=_sends(_PAGE, kind="text/html"), ends=_NOT_IT),
    Fault(name="web_page_as_json", happens="A login page that says it is JSON.", act=_sends(_PAGE), ends=_NOT_IT),
    Fault(name="json_cut", happens="A complete body of incomplete JSON.", act=_cut_json, ends=_NOT_IT),
    Fault(name="json_and_more", happens="JSON with words behind it.", act=_two_documents, ends=_NOT_IT),
    Fault(name="json_other", happens="JSON of another service.", act=_sends(b'{"foo": 1}'), ends=_NOT_IT),
    Fault(name="json_null", happens="The document null.", act=_sends(b"null"), ends=_NOT_IT),
    Fault(name="json_list", happens="An empty list.", act=_sends(b"[]"), ends=_NOT_IT),
    Fault(
        name="json_misshapen",
        happens="An answer whose content is a number.",
        act=_misshapen,
        ends=_NOT_IT,
    ),
    Fault(
        name="json_deep",
        happens="100,000 brackets within each other.",
        act=_sends(b"[" * 100_000 + b"]" * 100_000),
        ends=_NOT_IT,
    ),
    Fault(name="not_utf8", happens="Bytes that are no UTF-8.", act=_sends(b'{"id": "\xff\xfe\xfa"}'), ends=_NOT_IT),
    Fault(name="half_character", happens="A character's second half is missing.", act=_half_a_character, ends=_NOT_IT),
    Fault(name="wide_characters", happens="JSON in UTF-16.", act=_wide_characters, ends=_NOT_IT),
    Fault(
        name="error_with_200",
        happens="An error object with status 200.",
        act=_error_with_200,
        ends=(OverloadedError, ServerError, ProviderError),
        requests=None,
    ),
    Fault(
        name="plain_text",
        happens="A healthy whole answer that says it is plain text.",
        act=_plain_text,
        ends=(GenerationResult, ResponseDecodeError, StreamInterruptedError),
    ),
    Fault(
        name="key_in_page",
        happens="A page that shows the credential it was sent.",
        act=_echoed_page,
        ends=_NOT_IT,
    ),
    Fault(
        name="key_in_answer",
        happens="An answer of another shape that shows the credential it was sent.",
        act=_echoed_answer,
        ends=_NOT_IT,
    ),
    Fault(
        name="key_in_json",
        happens="Broken JSON that shows the credential it was sent.",
        act=_echoed_json,
        ends=_NOT_IT,
    ),
)
