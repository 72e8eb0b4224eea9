"""What differs between the emulated APIs: how a request is read, how an answer is written."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from understudy.domain.errors import InvalidRequestError, NotFoundError, ProviderError
from understudy.domain.generation import ModelInfo
from understudy.domain.results import GenerationResult
from understudy.providers.generation.mock.dialects import Dialect
from understudy.providers.generation.mock.tokens import count
from understudy.testing.emulators.exchange import Asked, BadRequestError, Piece, Received, Whole

__all__ = ["CREATED", "EmbeddingAsked", "EmbeddingWire", "Route", "Wire"]

CREATED = 1_704_067_200
"""When every answer says that it was made (seconds since the epoch): an emulator reads no clock."""


@dataclass(frozen=True, slots=True)
class Route:
    """What a request is for; ``argument`` is the model that its path names."""

    kind: Literal["generate", "embed", "models", "model", "alive"]
    argument: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingAsked:
    """Texts to embed. ``extra`` is what only this API's answer needs to know."""

    texts: tuple[str, ...]
    model: str
    dimensions: int | None = None
    extra: str = ""

    @property
    def tokens(self) -> int:
        """The tokens of all texts."""
        return sum(map(count, self.texts))


class Wire(ABC):
    """One wire format, seen from the service's side. It does no I/O."""

    dialect: Dialect
    stream_type = "text/event-stream; charset=utf-8"
    needs_key = True
    request_id_header: str | None = None
    garbage = b"data: <html>\n\n"

    @abstractmethod
    def route(self, received: Received) -> Route | None:
        """What the request is for; None where this API has no such path."""

    @abstractmethod
    def key(self, secrets: Mapping[str, str]) -> str | None:
        """The credential in the request's headers."""

    @abstractmethod
    def read(self, received: Received) -> Asked:
        """The generation request. Raises BadRequestError."""

    @abstractmethod
    def whole(self, asked: Asked, result: GenerationResult) -> Any:
        """The body of a whole answer."""

    @abstractmethod
    def pieces(self, asked: Asked, result: GenerationResult, chunks: Sequence[str] | None) -> Iterator[Piece]:
        """The frames of a streamed answer."""

    @abstractmethod
    def error(self, error: ProviderError, *, param: str | None = None) -> Whole:
        """The answer that reports an error."""

    @abstractmethod
    def stream_error(self, error: ProviderError) -> bytes:
        """The frame that reports an error inside a stream."""

    @abstractmethod
    def models(self, models: Sequence[ModelInfo]) -> Any:
        """The body of a list of models."""

    @abstractmethod
    def model(self, model: ModelInfo) -> Any:
        """The body about one model."""

    def alive(self) -> Whole:
        """The answer to a request that only asks whether the server is there."""
        raise self.no_such_path()

    def headers(self, request_id: str | None) -> dict[str, str]:
        """The headers that every answer has: the request's id, where the service gives it one."""
        return {} if self.request_id_header is None or request_id is None else {self.request_id_header: request_id}

    def missing_key(self) -> ProviderError | None:
        """What a request without a credential is answered, where it is not the same as for a wrong one."""
        return None

    def stream_answers_errors_as(self, received: Received) -> str | None:  # noqa: ARG002  # Gemini looks at it
        """The content type of an error that answers a request for a stream, where it is not JSON's."""
        return None

    def no_such_path(self) -> BadRequestError:
        """The refusal of a path that the API does not have."""
        return BadRequestError("Not found: there is no such path.", status=404)

    def refusal(self, refused: BadRequestError) -> Whole:
        """The answer to a request that is not what the API takes."""
        kind = NotFoundError if refused.status == 404 else InvalidRequestError
        status, code = self.dialect.status_of(InvalidRequestError)
        error = kind(str(refused), status=refused.status or status, code=code)
        return self.error(error, param=refused.param)


class EmbeddingWire(Wire):
    """A wire format with embeddings."""

    @abstractmethod
    def read_embedding(self, received: Received) -> EmbeddingAsked:
        """The request for embeddings. Raises BadRequestError."""

    @abstractmethod
    def embedded(self, asked: EmbeddingAsked, vectors: Sequence[Sequence[float]]) -> Any:
        """The body of an answer with embeddings."""
