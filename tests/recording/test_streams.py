"""Bodies in pieces: their boundaries, their times, their ends."""

from __future__ import annotations

import asyncio
import gzip
import time
from itertools import pairwise

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from understudy.domain.errors import StreamInterruptedError
from understudy.providers.recording.bodies import cleaned
from understudy.providers.recording.cleaning import Cleaner

EVENTS = [b'data: {"a": 1}\n\nda', b'ta: {"b": "\xc3', b'\xa9"}\n\n', b"data: [DONE]\n\n"]


async def frames(client, *, most: int = 99, pause: float = 0.0) -> list[bytes]:
    found = []
    async with client.stream("POST", "/chat", operation="generate", framing="sse", json={"n": 1}) as stream:
        async for frame in stream.frames():
            found.append(frame.data)
            await asyncio.sleep(pause)
            if len(found) == most:
                break
    return found


async def test_a_stream_is_replayed_piece_by_piece(make_client, service, folder):
    service.says(*EVENTS, kind="text/event-stream")
    recorded = await frames(make_client("record"))
    assert await frames(make_client("replay")) == recorded
    (file,) = (folder / "generation" / "acme").iterdir()
    response = yaml.safe_load(file.read_text())["exchanges"][0]["response"]
    assert [size for _, size in response["chunks"]] == [len(piece) for piece in EVENTS]
    assert response["text"].encode() == b"".join(EVENTS)


async def test_pieces_come_at_once_or_in_their_time(make_client, service, folder):
    service.says(*EVENTS, kind="text/event-stream")
    await frames(make_client("record"))
    (file,) = (folder / "generation" / "acme").iterdir()
    document = yaml.safe_load(file.read_text())
    document["exchanges"][0]["response"]["chunks"][-1][0] = 0.08
    file.write_text(yaml.safe_dump(document))
    began = time.monotonic()
    await frames(make_client("replay", timing="recorded"))
    assert time.monotonic() - began >= 0.08
    document["exchanges"][0]["response"]["chunks"][-1][0] = 3600
    file.write_text(yaml.safe_dump(document))
    async with asyncio.timeout(60):
        await frames(make_client("replay"))


async def test_a_stream_that_was_left_is_replayed_as_far_as_it_was_read(make_client, service):
    service.says(*EVENTS, kind="text/event-stream")
    assert await frames(make_client("record"), most=1) == [b'{"a": 1}']
    assert await frames(make_client("replay"), most=1) == [b'{"a": 1}']
    with pytest.raises(StreamInterruptedError):
        await frames(make_client("replay"))


async def test_a_compressed_answer_is_written_in_clear(make_client, service, written):
    service.says(gzip.compress(b'{"text": "readable"}'), content_encoding="gzip")
    client = make_client("record")
    first = (await client.request("GET", "/x", operation="get")).json()
    assert (await make_client("replay").request("GET", "/x", operation="get")).json() == first == {"text": "readable"}
    assert "readable" in written()
    assert "content-encoding" not in written()


async def test_bytes_that_are_no_text_are_replayed_as_they_were(make_client, service):
    body = bytes(range(256)) * 3
    service.says(body[:100], body[100:], kind="application/octet-stream", content_length=str(len(body)))
    await make_client("record").request("GET", "/file", operation="get")
    response = await make_client("replay").request("GET", "/file", operation="get")
    assert response.content == body
    assert response.headers["content-length"] == "768"


@given(
    lines=st.lists(
        st.sampled_from(['data: {"x": "y"}', 'data: {"password": "hunter2hunter2"}', "", "é: sk-0123456789ab"])
    ),
    cuts=st.lists(st.integers(0, 200), max_size=6),
)
def test_whatever_is_masked_the_pieces_make_up_the_body(lines, cuts):
    """And what did not change is cut where it was."""
    body = "\n".join(lines).encode() + b"\n\n"
    edges = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    pieces = [(float(at), body[start:end]) for at, (start, end) in enumerate(pairwise(edges))]
    found, chunks = cleaned(pieces, Cleaner())
    assert sum(size for _, size in chunks) == len(found)
    assert all(size >= 0 for _, size in chunks)
    assert b"hunter2" not in found
    assert b"sk-0123456789ab" not in found
    assert found != body or chunks == tuple((at, len(data)) for at, data in pieces)
