"""The SSE reader: any chunking gives the events that the text holds."""

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from understudy.domain.errors import LimitExceededError
from understudy.providers.http.frames import Frame
from understudy.providers.http.sse import SseReader


def read(chunks, limit=1 << 20):
    reader = SseReader(limit=limit)
    frames = [frame for chunk in chunks for frame in reader.feed(chunk)]
    return frames + reader.close()


def feed_all(reader, chunks):
    for chunk in chunks:
        reader.feed(chunk)


def naive(data):
    """What the standard says, byte by byte and all at once; an event at the end counts without its blank line."""
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    frames, event, collected = [], b"", []
    for line in [*lines, b""]:
        if not line:
            if collected:
                frames.append(Frame(event.decode("utf-8", "replace") or None, b"\n".join(collected)))
            event, collected = b"", []
            continue
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            collected.append(value)
        elif name == b"event":
            event = value
    return frames


def cut(data, places):
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[start:end] for start, end in itertools.pairwise(edges)]


WORDS = [
    *[b"data", b"data:", b"data: ", b"event: ", b"event:", b": ping", b"id: 1", b"retry: 10", b":", b" "],
    *[b"\n", b"\r", b"\r\n", b"\n\n", b"\r\n\r\n", b"\r\r", b"\xef\xbb\xbf"],
    *[b"{}", b'{"a": "x"}', "é€😀".encode(), b"[DONE]"],
]
PIECES = st.lists(st.sampled_from(WORDS), max_size=40).map(b"".join)


@given(data=PIECES, places=st.lists(st.integers(0, 400), max_size=30))
@example(data=b"\xef\xbb\xbfdata: a\r\n\r\n", places=[1, 2, 9, 10, 11, 12])
@example(data=b"data: a\r\rdata: b\r\r", places=[8, 9, 10])
@example(data=b"data: a\r\ndata: b\r\n\r\n", places=[8])
@example(data=b"data: a\n\n\n\n\ndata: b", places=[])
@example(data=b"event: e\ndata: x\n\n", places=[9, 17])
def test_any_chunking_agrees_with_a_naive_reader(data, places):
    assert read(cut(data, places)) == naive(data)
    assert read([data]) == naive(data)
    assert read([data[i : i + 1] for i in range(len(data))]) == naive(data)


def test_an_event_is_given_out_as_soon_as_its_blank_line_is_there():
    reader = SseReader()
    assert reader.feed(b"data: 1\n") == []
    assert reader.feed(b"\n") == [Frame(None, b"1")]
    assert reader.feed(b"data: 2\r\n\r") == [Frame(None, b"2")]
    assert reader.feed(b"\ndata: 3\n\n") == [Frame(None, b"3")]


def test_named_events_and_lines_that_belong_together():
    text = b": hello\nevent: delta\nid: 7\ndata: a\ndata: b\n\nevent: end\n\ndata: c\n\n"
    assert read([text]) == [Frame("delta", b"a\nb"), Frame(None, b"c")]


def test_a_last_event_without_its_line_ends_counts():
    assert read([b"data: a\n\ndata: b"]) == [Frame(None, b"a"), Frame(None, b"b")]


@given(length=st.integers(60, 90), many=st.booleans(), places=st.lists(st.integers(0, 400), max_size=20))
def test_whether_a_line_is_too_long_does_not_depend_on_the_chunks(length, many, places):
    line = b"data: " + b"x" * (length - 6)
    data = b"data: ok\n\n" * (20 if many else 1) + line + b"\n\n" + b"data: after\n\n"
    if length > 75:
        with pytest.raises(LimitExceededError):
            read(cut(data, places), limit=75)
    else:
        assert read(cut(data, places), limit=75) == naive(data)


def test_an_endless_line_is_refused_while_it_arrives():
    reader = SseReader(limit=1000)
    reader.feed(b"data: ")
    with pytest.raises(LimitExceededError) as caught:
        feed_all(reader, [b"a" * 100] * 100)
    assert caught.value.phase == "stream"


def test_an_event_of_endlessly_many_lines_is_refused():
    reader = SseReader(limit=1000)
    with pytest.raises(LimitExceededError):
        feed_all(reader, [b"data: abc\n"] * 1000)
