"""A service in this process: an ASGI application that speaks a provider's wire formats and plays a script."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace

from understudy.config.models.generation import ProviderSettings
from understudy.config.models.mock import Operation
from understudy.domain.capabilities import check_request
from understudy.domain.errors import (
    AuthenticationError,
    ConnectionFailedError,
    InvalidRequestError,
    LimitExceededError,
    MaxRetriesExceededError,
    NotFoundError,
    ProviderError,
    RequestTimeoutError,
    ResponseDecodeError,
    ScriptError,
    StreamInterruptedError,
    UnsupportedCapabilityError,
)
from understudy.domain.generation import ModelInfo
from understudy.domain.messages import Message as Turn
from understudy.domain.messages import TextPart
from understudy.domain.requests import GenerationRequest
from understudy.providers.generation.mock.answers import Failure
from understudy.providers.generation.mock.calls import Call, CallLog
from understudy.providers.generation.mock.embeddings import unit_vector
from understudy.providers.generation.mock.engine import MockEngine, Plan
from understudy.providers.generation.mock.pace import Pace, Sleep
from understudy.providers.generation.mock.script import MockScript
from understudy.providers.generation.mock.tokens import Measure
from understudy.providers.spec import ProviderSpec
from understudy.testing.asgi import Message, Receive, Send
from understudy.testing.emulators.exchange import (
    Asked,
    BadRequestError,
    Received,
    Whole,
    read_request,
    send_head,
    send_whole,
)
from understudy.testing.emulators.wire import EmbeddingWire, Route, Wire

__all__ = ["Emulator"]

_HTML = b"<html><body><h1>Not the API</h1></body></html>"
_KEPT = 1000
_UNREAD = Measure(0, "00000000")
"""A request that was refused before it was read: its answer has an id all the same."""


class Emulator(CallLog):
    """An ASGI 3 application that stands in for the service of ``spec``.

    ``script`` says what it answers, as for the stand-in: rules see the request as it was read from the wire. Its errors
    are what the service answers, before the client's own retries. ``keys`` are the credentials that it accepts; None:
    any. ``requests`` are the HTTP requests as they came, credentials masked; ``calls`` what they asked for.
    """

    def __init__(
        self,
        *,
        spec: ProviderSpec,
        settings: ProviderSettings,
        wires: Sequence[Wire],
        script: MockScript | None = None,
        keys: frozenset[str] | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        super().__init__(name=f"the emulator of {spec.name}", kept=_KEPT)
        self.name = spec.name
        self.script = script or MockScript(settings.mock)
        self.requests: deque[Received] = deque(maxlen=_KEPT)
        self._spec = spec
        self._model = settings.model
        self._keys = keys
        self._sleep = sleep
        self._engines = [
            (
                wire,
                MockEngine(
                    provider=spec.name,
                    title=spec.title,
                    model=settings.model,
                    capabilities=spec.capabilities,
                    dialect=wire.dialect,
                    script=self.script,
                ),
            )
            for wire in wires
        ]

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        received, secrets = await read_request(scope, receive)
        self.requests.append(received)
        wire, engine, route = self._route(received)
        try:
            if route is None:
                raise wire.no_such_path()
            self._authorise(wire, engine, secrets)
            if route.kind == "generate":
                await self._generate(wire, engine, wire.read(received), receive, send)
            else:
                await send_whole(send, await self._other(wire, engine, route, received))
        except BadRequestError as refused:
            answer = wire.refusal(refused)
            kind = wire.stream_answers_errors_as(received) or answer.content_type
            await send_whole(send, replace(answer, content_type=kind))
        except ProviderError as error:
            await self._fail(wire, error, send, content_type=wire.stream_answers_errors_as(received))

    def reset(self) -> None:
        """Forget the calls and requests and begin the script again."""
        self._forget()
        self.requests.clear()
        self.script.reset()

    def _route(self, received: Received) -> tuple[Wire, MockEngine, Route | None]:
        for wire, engine in self._engines:
            route = wire.route(received)
            if route is not None:
                return wire, engine, route
        return (*self._engines[0], None)

    def _authorise(self, wire: Wire, engine: MockEngine, secrets: Mapping[str, str]) -> None:
        key = wire.key(secrets)
        if (key and (self._keys is None or key in self._keys)) or not (wire.needs_key or self._keys):
            return
        missing = wire.missing_key() if not key else None
        wrong = Failure(kind=AuthenticationError)
        raise missing or engine.error(wrong, operation="generate", model=self._model, size=_UNREAD)

    async def _generate(self, wire: Wire, engine: MockEngine, asked: Asked, receive: Receive, send: Send) -> None:
        call = self._record(Call(operation="generate", request=asked.request, model=asked.model, streamed=asked.stream))
        self._check(asked)
        plan = await engine.plan(asked.request, model=asked.model, streamed=asked.stream)
        asked = replace(asked, stopped_by=plan.stopped_by)
        call.error = plan.error
        pace = Pace(self.script.latency, limit=None, sleep=self._sleep, provider=self.name, operation="generate")
        await pace.first()
        if plan.error is not None and plan.after_chunks is None:
            raise plan.error
        call.result = plan.result if plan.error is None else None
        if asked.stream:
            await self._stream(wire, asked, plan, pace, receive, send)
            return
        said = sum(piece.said for piece in wire.pieces(asked, plan.result, plan.chunks))
        for _ in range(said - 1):
            await pace.further("")
        headers = wire.headers(plan.result.request_id)
        await send_whole(send, Whole(body=wire.whole(asked, plan.result), headers=headers))

    def _check(self, asked: Asked) -> None:
        """Refuse what the service refuses of this model. Raises BadRequestError."""
        capabilities = self._spec.capabilities
        try:
            check_request(asked.request, capabilities, provider=self.name, model=asked.model)
        except UnsupportedCapabilityError as refused:
            raise BadRequestError(f"{asked.model} does not support {refused.capability}.") from None
        except InvalidRequestError as refused:
            raise BadRequestError(refused.message.removesuffix("; nothing was sent.")) from None

    async def _stream(self, wire: Wire, asked: Asked, plan: Plan, pace: Pace, receive: Receive, send: Send) -> None:
        headers = {"content-type": wire.stream_type, **wire.headers(plan.result.request_id)}
        await send_head(send, 200, headers)
        said = 0
        for piece in wire.pieces(asked, plan.result, plan.chunks):
            if plan.error is not None and (piece.last or (piece.said and said == plan.after_chunks)):
                await _break(wire, plan.error, receive, send)
                return
            if piece.said and said:
                await pace.further("")
            said += piece.said
            await send({"type": "http.response.body", "body": piece.data, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _fail(self, wire: Wire, error: ProviderError, send: Send, *, content_type: str | None) -> None:
        """Answer with an error, in the way in which the client then sees one of this class."""
        error = _on_the_wire(error)
        if isinstance(error, ConnectionFailedError):
            return
        if isinstance(error, ResponseDecodeError):
            await send_whole(send, Whole(status=error.status or 200, body=_HTML, content_type="text/html"))
            return
        answer = wire.error(error)
        cut = isinstance(error, StreamInterruptedError)
        await send_whole(
            send,
            Whole(
                status=200 if cut else answer.status,
                body=answer.body,
                headers=answer.headers,
                content_type=content_type or answer.content_type,
                cut=cut,
            ),
        )

    async def _other(self, wire: Wire, engine: MockEngine, route: Route, received: Received) -> Whole:
        if route.kind == "alive":
            return wire.alive()
        if route.kind == "embed" and isinstance(wire, EmbeddingWire):
            asked = wire.read_embedding(received)
            message = Turn("user", [TextPart(text) for text in asked.texts])
            request = GenerationRequest(messages=(message,), model=asked.model)
            await self._scripted(engine, "embed", request, asked.model)
            vectors = [unit_vector(text, asked.dimensions or wire.dialect.dimensions) for text in asked.texts]
            return Whole(body=wire.embedded(asked, vectors))
        await self._scripted(engine, "list_models", GenerationRequest(messages=()), self._model)
        known = self._known_models()
        if route.kind == "models":
            return Whole(body=wire.models(known))
        found = next((model for model in known if model.id == route.argument), None)
        if found is None:
            missing = Failure(kind=NotFoundError)
            raise engine.error(missing, operation="list_models", model=route.argument, size=_UNREAD)
        return Whole(body=wire.model(found))

    async def _scripted(self, engine: MockEngine, operation: Operation, request: GenerationRequest, model: str) -> None:
        call = self._record(Call(operation=operation, request=request, model=model))
        call.error = await engine.scripted_error(request, operation=operation, model=model)
        if call.error is not None:
            raise call.error

    def _known_models(self) -> list[ModelInfo]:
        names = self.script.models or dict.fromkeys((self._model, *self._spec.capabilities.models))
        limits = [(name, self._spec.capabilities.limits(name)) for name in names]
        return [
            ModelInfo(id=name, context_tokens=known.context_tokens, max_output_tokens=known.max_output_tokens)
            for name, known in limits
        ]


def _on_the_wire(error: ProviderError) -> ProviderError:
    """What the service itself says where the client will report ``error``."""
    if isinstance(error, MaxRetriesExceededError):
        return _on_the_wire(error.last_error)
    if isinstance(error, LimitExceededError):
        raise ScriptError(
            "An emulator cannot answer a LimitExceededError: the limit is the client's.",
            hint="Lower http.limits and answer a long text.",
        )
    if isinstance(error, RequestTimeoutError) and error.status is None:
        error.status = 408
    return error


async def _break(wire: Wire, error: ProviderError, receive: Receive, send: Send) -> None:
    """End a stream that has begun in the way in which the client then sees an error of this class."""
    error = _on_the_wire(error)
    if isinstance(error, ConnectionFailedError):
        return
    if isinstance(error, RequestTimeoutError):
        while (await receive())["type"] != "http.disconnect":
            pass
        return
    if isinstance(error, ResponseDecodeError):
        # Twice: a stream that ends with a broken frame is a cut one, and no more than that.
        await send({"type": "http.response.body", "body": wire.garbage * 2, "more_body": True})
    elif not isinstance(error, StreamInterruptedError):
        await send({"type": "http.response.body", "body": wire.stream_error(error), "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
