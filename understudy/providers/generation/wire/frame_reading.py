"""From the frames of one stream to its events, and the judgement whether it came to its end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import msgspec

from understudy.domain.errors import StreamInterruptedError
from understudy.domain.results import GenerationResult, StreamEvent
from understudy.providers.generation.wire.codec import StreamDecoder

if TYPE_CHECKING:
    from understudy.providers.http.frames import Frame

__all__ = ["DONE", "EndMarked", "FrameReading"]

DONE = b"[DONE]"
"""The frame that ends OpenAI's streams; the only one that is not JSON."""

_decode_json = msgspec.json.Decoder().decode


@runtime_checkable
class EndMarked(Protocol):
    """A decoder of a format whose streams end with the literal ``[DONE]``; to the others it adds nothing."""

    def end(self) -> Iterable[StreamEvent]:
        """What the end marker completes."""
        ...


class FrameReading:
    """Reads the frames of one stream."""

    __slots__ = ("_broken", "_decoder", "_ended", "_feed")

    def __init__(self, decoder: StreamDecoder) -> None:
        self._decoder = decoder
        self._feed = decoder.feed
        self._broken: msgspec.DecodeError | UnicodeDecodeError | None = None
        self._ended = False

    @property
    def text(self) -> str:
        """The text so far."""
        return self._decoder.text

    @property
    def whole(self) -> bool:
        """Whether nothing was to come any more: a connection that fails after that took nothing away."""
        return self._ended or (self._decoder.done and not isinstance(self._decoder, EndMarked))

    def take(self, frame: Frame) -> Iterable[StreamEvent]:
        """The events in one frame. Raises what the decoder raises, DecodeError for a frame that was not the last."""
        if self._broken is not None:
            raise self._broken
        data = frame.data
        if data == DONE:
            self._ended = True
            return self._decoder.end() if isinstance(self._decoder, EndMarked) else ()
        try:
            return self._feed(_decode_json(data), frame.event)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            if not _may_be_half(error, data):
                raise
            # The last frame of a stream that was cut off is half a frame; any other is a fault.
            self._broken = error
            return ()

    def result(self) -> GenerationResult:
        """The whole answer. Raises StreamInterruptedError where the stream did not come to its end."""
        if self._broken is not None and not self._decoder.done:
            raise StreamInterruptedError("The stream ended in the middle of a frame.") from self._broken
        return self._decoder.result()


def _may_be_half(error: msgspec.DecodeError | UnicodeDecodeError, data: bytes) -> bool:
    """Whether these may be the first bytes of a good frame, rather than the whole of a bad one."""
    if isinstance(error, UnicodeDecodeError) or DONE.startswith(data):
        return True
    return not str(error).startswith("JSON is malformed") or "invalid number" in str(error)  # "-" and "1." are halves
