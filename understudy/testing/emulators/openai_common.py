"""What OpenAI's two APIs share on the wire: keys, errors, models, embeddings."""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from understudy.domain.errors import AuthenticationError, ProviderError
from understudy.domain.generation import ModelInfo
from understudy.testing.emulators.exchange import BadRequestError, Received, Whole
from understudy.testing.emulators.reading import field, needed
from understudy.testing.emulators.wire import CREATED, EmbeddingAsked, EmbeddingWire, Route

__all__ = ["OpenAIWire"]

# The error's type is a coarser word than its code.
_TYPES: Mapping[str, str] = {
    "insufficient_quota": "insufficient_quota",
    "rate_limit_exceeded": "requests",
    "server_error": "server_error",
    "server_is_overloaded": "service_unavailable_error",
    "authentication_error": "authentication_error",
    "rate_limit_error": "rate_limit_error",
    "overloaded_error": "overloaded_error",
}


class OpenAIWire(EmbeddingWire):
    """The common part."""

    request_id_header = "x-request-id"

    def route(self, received: Received) -> Route | None:
        """Models and embeddings; with the version in the path or without."""
        steps = received.path.strip("/").removeprefix("v1").strip("/").split("/")
        match received.method, steps:
            case "GET", ["models"]:
                return Route("models")
            case "GET", ["models", *name] if name:
                return Route("model", "/".join(name))
            case "POST", ["embeddings"]:
                return Route("embed")
        return None

    def key(self, secrets: Mapping[str, str]) -> str | None:
        """The bearer token."""
        return secrets.get("authorization", "").removeprefix("Bearer ")

    def missing_key(self) -> ProviderError:
        """The API's own words for a request without a key."""
        message = "You didn't provide an API key. Provide it in an Authorization header, as 'Bearer YOUR_KEY'."
        return AuthenticationError(message, status=401, code=self.dialect.status_of(AuthenticationError)[1])

    def error(self, error: ProviderError, *, param: str | None = None) -> Whole:
        """The error's body, and the advice in the headers."""
        headers = dict(self.headers(error.request_id))
        if error.retry_after is not None:
            headers |= {"retry-after": f"{error.retry_after:g}", "retry-after-ms": f"{error.retry_after * 1000:g}"}
        return Whole(status=error.status or 500, body=self.error_body(error, param=param), headers=headers)

    def error_body(self, error: ProviderError, *, param: str | None = None) -> dict[str, Any]:
        """The error object."""
        kind = _TYPES.get(error.code or "", "server_error" if (error.status or 0) >= 500 else "invalid_request_error")
        return {"error": {"message": error.message, "type": kind, "param": param, "code": error.code}}

    def models(self, models: Sequence[ModelInfo]) -> dict[str, Any]:
        """All models."""
        return {"object": "list", "data": [self.model(model) for model in models]}

    def model(self, model: ModelInfo) -> dict[str, Any]:
        """One model; its limits are not told."""
        return {"id": model.id, "object": "model", "created": CREATED, "owned_by": "stand-in"}

    def read_embedding(self, received: Received) -> EmbeddingAsked:
        """The texts; token numbers are not read."""
        body = received.fields
        given = body.get("input")
        texts = [given] if isinstance(given, str) else given
        if not isinstance(texts, list) or not texts or not all(isinstance(text, str) and text for text in texts):
            raise BadRequestError("'$.input' is invalid: give a text, or a list of texts.", param="input")
        return EmbeddingAsked(
            texts=tuple(texts),
            model=needed(body, "model", str),
            dimensions=field(body, "dimensions", int),
            extra=field(body, "encoding_format", str) or "float",
        )

    def embedded(self, asked: EmbeddingAsked, vectors: Sequence[Sequence[float]]) -> dict[str, Any]:
        """The vectors, as numbers or as base64 of 32-bit floats."""
        entries = [
            {"object": "embedding", "index": index, "embedding": _encoded(vector, asked.extra)}
            for index, vector in enumerate(vectors)
        ]
        usage = {"prompt_tokens": asked.tokens, "total_tokens": asked.tokens}
        return {"object": "list", "data": entries, "model": asked.model, "usage": usage}


def _encoded(vector: Sequence[float], encoding: str) -> Any:
    if encoding == "base64":
        return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
    return list(vector)
