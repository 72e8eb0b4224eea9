"""What all real providers do alike: check, encode, send, decode, stream, and say where a failure happened."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Any, Unpack

from understudy.config.models.generation import ProviderSettings
from understudy.domain.capabilities import Capabilities, check_request
from understudy.domain.errors import (
    InvalidRequestError,
    MaxRetriesExceededError,
    NotFoundError,
    OverloadedError,
    ProviderError,
    QuotaExceededError,
    RateLimitError,
    RequestTimeoutError,
    ResponseDecodeError,
    StreamInterruptedError,
)
from understudy.domain.generation import ModelInfo
from understudy.domain.health import Health, HealthStatus
from understudy.domain.redaction import Redactor
from understudy.domain.requests import GenerationOptions, GenerationRequest, Prompt
from understudy.domain.results import FinishEvent, GenerationResult, GenerationStream, StreamEvent
from understudy.providers.generation.wire.codec import Codec, WireRequest
from understudy.providers.generation.wire.frame_reading import FrameReading
from understudy.providers.generation.wire.reading import Reading, without_frames
from understudy.providers.generation.wire.token_estimate import estimate_tokens
from understudy.providers.http.answers import request_id_of
from understudy.providers.http.frames import Frame
from understudy.providers.spec import ProviderSpec

if TYPE_CHECKING:
    from understudy.providers.http.client import HttpClient
    from understudy.providers.http.limiter import Permit

__all__ = ["HttpGenerator"]

HEALTH_TIMEOUT = 10.0
"""Seconds that a health check may take in all."""

_NO_FRAME = Frame(None, b"")
# A body that is JSON but not the protocol's shape shows as one of these when a codec reads it.
_SHAPE_ERRORS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class HttpGenerator:
    """A TextGenerator over one HTTP client and one wire format."""

    def __init__(self, *, spec: ProviderSpec, settings: ProviderSettings, client: HttpClient, codec: Codec) -> None:
        self._spec = spec
        self._settings = settings
        self._client = client
        self._codec = codec
        self._capabilities = spec.capabilities_for(settings)

    @property
    def name(self) -> str:
        """The provider's name in the registry."""
        return self._spec.name

    @property
    def model(self) -> str:
        """The model that answers when a request names none."""
        return self._settings.model

    @property
    def capabilities(self) -> Capabilities:
        """What this provider can do."""
        return self._capabilities

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r}, model={self.model!r})"

    async def generate(self, prompt: Prompt, /, **options: Unpack[GenerationOptions]) -> GenerationResult:
        """The whole answer.

        Raises UnsupportedCapabilityError and InvalidRequestError before any traffic, else the service's ProviderError.
        """
        started = perf_counter()
        request = GenerationRequest.of(prompt, **options)
        model = request.model or self._settings.model
        wire = self._encode(request, model=model, stream=False)
        response = await self._client.request(
            "POST",
            wire.path,
            operation="generate",
            json=wire.body,
            headers=wire.headers,
            timeout=request.timeout,
            idempotency_key=self._idempotency_key(request),
            user=request.user,
            tokens=self._tokens(request),
        )
        with self._reading("generate", response.headers):
            result = self._codec.decode(response.json())
        if response.permit is not None:
            _settle(response.permit, result)
        return replace(
            result,
            provider=self.name,
            model=result.model or model,
            request_id=result.request_id or response.request_id,
            latency=perf_counter() - started,
            raw=response.content,
        )

    def stream(self, prompt: Prompt, /, **options: Unpack[GenerationOptions]) -> GenerationStream:
        """The answer as typed events, FinishEvent last. The request goes out when the first event is asked for.

        Raises UnsupportedCapabilityError and InvalidRequestError at once. While events are read, a service's error and
        a broken connection are raised with ``partial_text``; a stream without its end marker is a
        StreamInterruptedError.
        """
        request = GenerationRequest.of(prompt, **options)
        model = request.model or self._settings.model
        wire = self._encode(request, model=model, stream=True)
        return GenerationStream(self._events(request, wire, model))

    def generate_stream(self, prompt: Prompt, /, **options: Unpack[GenerationOptions]) -> AsyncIterator[str]:
        """The answer's text, piece by piece; raises what ``stream`` raises."""
        return self.stream(prompt, **options).text()

    async def health_check(self) -> Health:
        """Whether the service answers a list of its models, within ten seconds.

        Degraded: it answers, but limits the rate, is overloaded, or does not list models; or the check found no turn
        in the provider's own ``http.rate``. Everything else that fails, a refused credential included, is unhealthy.
        ``details`` has ``host`` and, where the provider has a circuit breaker, its state as ``breaker``.
        """
        started = perf_counter()
        try:
            models = await self._list_models(operation="health_check", limit=HEALTH_TIMEOUT)
        except ProviderError as error:
            cause = error.last_error if isinstance(error, MaxRetriesExceededError) else error
            return Health(
                provider=self.name,
                status=_status(cause),
                latency=perf_counter() - started,
                error=str(cause),
                details={"error": type(cause).__name__, **self._details()},
            )
        return Health(
            provider=self.name,
            status=HealthStatus.HEALTHY,
            latency=perf_counter() - started,
            details={"models": len(models), **self._details()},
        )

    def _details(self) -> dict[str, Any]:
        state = self._client.breaker_state
        host = {"host": self._client.host}
        return host if state is None else {**host, "breaker": str(state)}

    async def list_models(self) -> tuple[ModelInfo, ...]:
        """The models that this credential may use. Raises ProviderError subclasses."""
        return await self._list_models(operation="list_models", limit=None)

    async def aclose(self) -> None:
        """Nothing of its own to release: the pool belongs to whoever made it."""

    async def _list_models(self, *, operation: str, limit: float | None) -> tuple[ModelInfo, ...]:
        response = await self._client.request("GET", self._codec.models_path, operation=operation, timeout=limit)
        with self._reading(operation, response.headers):
            return self._codec.models(response.json())

    def _encode(self, request: GenerationRequest, *, model: str, stream: bool) -> WireRequest:
        check_request(request, self._capabilities, provider=self.name, model=model)
        try:
            wire = self._codec.encode(request, model=model, stream=stream)
        except ProviderError as error:
            self._place(error, operation="stream" if stream else "generate", phase=None, headers={})
            raise
        except ValueError as error:  # text with half a surrogate pair, which no JSON can hold
            raise InvalidRequestError(
                f"The request cannot be written as JSON: {error}; nothing was sent.", provider=self.name, phase="send"
            ) from error
        options = {**self._settings.options, **request.options}
        return replace(wire, body={**wire.body, **options}) if options else wire

    def _tokens(self, request: GenerationRequest) -> int | None:
        return estimate_tokens(request) if self._client.counts_tokens else None

    def _idempotency_key(self, request: GenerationRequest) -> str | None:
        """The caller's; else, where the service knows repeated requests by one, a fresh one for all attempts."""
        if request.idempotency_key is None and self._capabilities.idempotency_keys:
            return os.urandom(16).hex()
        return request.idempotency_key

    async def _events(self, request: GenerationRequest, wire: WireRequest, model: str) -> AsyncIterator[StreamEvent]:
        started = perf_counter()
        reading = FrameReading(self._codec.decoder())
        take = reading.take
        headers: Mapping[str, str] = {}
        batch: Sequence[Frame] = ()
        frame = _NO_FRAME
        failure: ProviderError
        try:
            async with self._client.stream(
                "POST",
                wire.path,
                operation="stream",
                framing=self._codec.framing,
                json=wire.body,
                headers=wire.headers,
                timeout=request.timeout,
                idempotency_key=self._idempotency_key(request),
                user=request.user,
                tokens=self._tokens(request),
            ) as stream:
                headers = stream.headers
                try:
                    async for batch in stream.batches():
                        for frame in batch:
                            for event in take(frame):
                                yield event
                except (RequestTimeoutError, StreamInterruptedError):
                    if not reading.whole:
                        raise
            result = reading.result()
            if stream.permit is not None:
                _settle(stream.permit, result)
        except ProviderError as error:
            failure = error
            if failure.partial_text is None:
                failure.partial_text = reading.text
            self._place(failure, operation="stream", phase="stream", headers=headers)
        except _SHAPE_ERRORS as error:
            failure = self._misshapen(
                error, operation="stream", phase="stream", headers=headers, partial_text=reading.text
            )
        else:
            yield FinishEvent(
                replace(
                    result,
                    provider=self.name,
                    model=result.model or model,
                    request_id=result.request_id or request_id_of(headers),
                    latency=perf_counter() - started,
                )
            )
            return
        batch, frame = (), _NO_FRAME  # this frame's own locals are shown too
        raise without_frames(failure)

    def _reading(self, operation: str, headers: Mapping[str, str]) -> Reading:
        """Around the reading of a whole answer: every failure becomes a ProviderError that knows where it happened."""

        def failure(error: BaseException | None) -> ProviderError | None:
            if isinstance(error, ProviderError):
                self._place(error, operation=operation, phase="decode", headers=headers)
                return error
            if isinstance(error, _SHAPE_ERRORS):
                return self._misshapen(error, operation=operation, phase="decode", headers=headers)
            return None

        return Reading(failure)

    def _place(self, error: ProviderError, *, operation: str, phase: str | None, headers: Mapping[str, str]) -> None:
        """Say where it happened, where the error itself does not know."""
        error.provider = error.provider or self.name
        error.operation = error.operation or operation
        error.host = error.host or self._client.host
        error.phase = error.phase or phase
        error.request_id = error.request_id or request_id_of(headers)
        # What the service said came through a codec, not through the client that knows its credential.
        redactor = Redactor([self._settings.api_key] if self._settings.api_key else ())
        error.message = redactor.text(error.message)
        error.args = (error.message,)
        if error.body is not None:
            error.body = redactor.text(error.body)

    def _misshapen(
        self,
        cause: Exception,
        *,
        operation: str,
        phase: str,
        headers: Mapping[str, str],
        partial_text: str | None = None,
    ) -> ResponseDecodeError:
        error = ResponseDecodeError(
            f"The answer is not what {self._spec.title} sends: {type(cause).__name__}: {cause}.",
            partial_text=partial_text,
        )
        error.__cause__ = cause
        self._place(error, operation=operation, phase=phase, headers=headers)
        return error


def _status(error: ProviderError) -> HealthStatus:
    """What a failed check says of the service: those that answer at all are degraded."""
    if isinstance(error, QuotaExceededError) or error.phase == "breaker":
        return HealthStatus.UNHEALTHY
    if error.phase == "queue":
        return HealthStatus.DEGRADED
    answers = (RateLimitError, OverloadedError, NotFoundError, InvalidRequestError)
    return HealthStatus.DEGRADED if isinstance(error, answers) else HealthStatus.UNHEALTHY


def _settle(permit: Permit, result: GenerationResult) -> None:
    if result.usage is not None:
        permit.settle(result.usage.total_tokens)
