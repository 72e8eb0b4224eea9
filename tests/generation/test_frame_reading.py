"""Whether a stream came to its end: half a frame, a broken one, and what a lost connection took away."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.domain.errors import StreamInterruptedError
from understudy.domain.results import TextEvent
from understudy.providers.generation.gemini.codec import GeminiCodec
from understudy.providers.generation.wire.frame_reading import FrameReading
from understudy.providers.http.frames import Frame

PIECE = b'{"candidates":[{"content":{"parts":[{"text":"Hel"}]}}]}'
LAST = b'{"candidates":[{"content":{"parts":[{"text":"lo"}]},"finishReason":"STOP"}],"usageMetadata":{}}'

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def reading(*frames: bytes) -> FrameReading:
    made = FrameReading(GeminiCodec().decoder())
    for data in frames:
        list(made.take(Frame(None, data)))
    return made


def test_a_stream_that_ends_in_half_a_frame_was_interrupted() -> None:
    with pytest.raises(StreamInterruptedError, match="middle of a frame"):
        reading(PIECE, LAST[:40]).result()


def test_half_a_frame_after_the_end_takes_nothing_away() -> None:
    assert reading(PIECE, LAST, PIECE[:20]).result().text == "Hello"


def test_half_a_frame_that_is_not_the_last_is_a_fault() -> None:
    made = reading(PIECE[:20])

    with pytest.raises(msgspec.DecodeError):
        list(made.take(Frame(None, LAST)))


@pytest.mark.parametrize("broken", [b"{oops}", b'{"a":1}}', b"<html>", b"{'a': 1}", b"nope"])
@pytest.mark.parametrize("before", [(), (PIECE,), (PIECE, LAST)], ids=["first", "within", "after the end"])
def test_a_frame_that_is_whole_and_broken_is_a_fault_wherever_it_stands(
    before: tuple[bytes, ...], broken: bytes
) -> None:
    with pytest.raises(msgspec.DecodeError):
        reading(*before, broken)


@given(value=st.dictionaries(st.text(max_size=5), JSON, min_size=1, max_size=3), cut=st.floats(0, 1))
def test_no_beginning_of_a_good_frame_is_taken_for_a_broken_one(value: dict[str, Any], cut: float) -> None:
    whole = msgspec.json.encode(value)
    half = whole[: int(cut * (len(whole) - 1))]

    assert list(reading(PIECE).take(Frame(None, half))) == []


@pytest.mark.parametrize("half", [b"[", b"[DO", b"[DONE"])
def test_half_of_the_end_marker_is_not_a_broken_frame(half: bytes) -> None:
    assert reading(PIECE, LAST, half).result().text == "Hello"


def test_events_come_as_the_frames_do() -> None:
    made = FrameReading(GeminiCodec().decoder())

    assert list(made.take(Frame(None, PIECE))) == [TextEvent("Hel")]
    assert made.text == "Hel"
