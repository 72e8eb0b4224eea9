"""How a provider's wire format is described: pure functions between requests, bytes and results.

A codec does no I/O. It is what differs between providers; what is the same for all of them (limits checked before
sending, one HTTP client, streaming, partial text on errors, health) is in ``http_generator``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from understudy.domain.errors import ProviderError
from understudy.domain.generation import ModelInfo
from understudy.domain.requests import GenerationRequest
from understudy.domain.results import GenerationResult, StreamEvent
from understudy.providers.http.answers import ErrorAnswer

__all__ = ["Codec", "ErrorAnswer", "Framing", "StreamDecoder", "WireRequest"]

Framing = Literal["sse", "ndjson"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WireRequest:
    """What goes out: a POST of ``body`` as JSON to ``path`` below the base URL. No credential is in here."""

    path: str
    body: dict[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


class StreamDecoder(Protocol):
    """Reads one stream: decoded JSON in, events out. One instance serves one stream.

    The literal frame ``[DONE]`` is not JSON and is not fed; a decoder of a format that ends with it also has ``end``
    (``frame_reading.EndMarked``).
    """

    @property
    def text(self) -> str:
        """The text so far."""
        ...

    @property
    def done(self) -> bool:
        """Whether the stream's end marker was seen."""
        ...

    def feed(self, data: Any, event: str | None) -> Iterable[StreamEvent]:
        """The events in one frame (the JSON of one SSE ``data`` or one NDJSON line; ``event`` is the SSE event's name).

        Raises ProviderError where the frame is the service's error, ResponseDecodeError where it is not the protocol.
        """
        ...

    def result(self) -> GenerationResult:
        """The whole answer, after the last frame. Raises StreamInterruptedError where the end marker is missing."""
        ...


class Codec(Protocol):
    """One wire format."""

    framing: Framing

    def encode(self, request: GenerationRequest, *, model: str, stream: bool) -> WireRequest:
        """The wire form of a request that has passed ``check_request``."""
        ...

    def decode(self, body: Any) -> GenerationResult:
        """The whole answer from its decoded JSON, read from a response with status 2xx.

        Raises ProviderError for an error that came with status 200, ResponseDecodeError for another format.
        """
        ...

    def decoder(self) -> StreamDecoder:
        """A reader for one stream."""
        ...

    def error(self, answer: ErrorAnswer) -> ProviderError:
        """The error of the tree that an answer with status 400 and above stands for."""
        ...

    def models(self, body: Any) -> tuple[ModelInfo, ...]:
        """The models in the answer to ``models_path``."""
        ...

    models_path: str
