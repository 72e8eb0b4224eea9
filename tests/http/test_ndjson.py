"""The NDJSON reader: any chunking gives the lines that the text holds."""

import itertools
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from understudy.domain.errors import LimitExceededError
from understudy.providers.http.frames import Frame
from understudy.providers.http.ndjson import NdjsonReader


def read(chunks, limit=1 << 20):
    reader = NdjsonReader(limit=limit)
    frames = [frame for chunk in chunks for frame in reader.feed(chunk)]
    return [frame.data for frame in frames + reader.close()]


def feed_all(reader, chunks):
    for chunk in chunks:
        reader.feed(chunk)


def naive(data):
    return [line for line in re.split(rb"[\r\n]+", data.removeprefix(b"\xef\xbb\xbf")) if line.strip()]


def cut(data, places):
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[start:end] for start, end in itertools.pairwise(edges)]


PIECES = st.lists(
    st.sampled_from(
        [b"{}", b'{"a":1}', b"\n", b"\r\n", b"\r", b" ", "é😀".encode(), b"\xef\xbb\xbf", b"\x0b", b"\x1e"]
    ),
    max_size=40,
).map(b"".join)


@given(data=PIECES, places=st.lists(st.integers(0, 200), max_size=30))
@example(data=b"\xef\xbb\xbf{}\r\n{}", places=[1, 2, 5, 6, 7])
def test_any_chunking_agrees_with_a_naive_reader(data, places):
    assert read(cut(data, places)) == naive(data)
    assert read([data[i : i + 1] for i in range(len(data))]) == naive(data)


def test_a_line_is_given_out_as_soon_as_it_ends():
    reader = NdjsonReader()
    assert reader.feed(b'{"a":') == []
    assert reader.feed(b'1}\n{"b"') == [Frame(None, b'{"a":1}')]
    assert reader.close() == [Frame(None, b'{"b"')]


@given(length=st.integers(60, 90), places=st.lists(st.integers(0, 400), max_size=20))
def test_whether_a_line_is_too_long_does_not_depend_on_the_chunks(length, places):
    data = b"{}\n" * 30 + b"x" * length + b"\n{}\n"
    if length > 75:
        with pytest.raises(LimitExceededError):
            read(cut(data, places), limit=75)
    else:
        assert read(cut(data, places), limit=75) == naive(data)


def test_an_endless_line_is_refused_while_it_arrives():
    reader = NdjsonReader(limit=1000)
    with pytest.raises(LimitExceededError):
        feed_all(reader, [b"a" * 100] * 100)
