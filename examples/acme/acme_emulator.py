"""Acme's API seen from its own side: what the contract plays on. Only tests need it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from acme import CODES, SPEC, AcmeSettings

from understudy import GenerationRequest, GenerationResult, Message, ModelInfo, ProviderError, TextEvent
from understudy.providers.generation.mock import Dialect
from understudy.providers.generation.mock.events import events_of
from understudy.testing.emulators import Emulator
from understudy.testing.emulators.exchange import Asked, Piece, Received, Whole, json_bytes
from understudy.testing.emulators.wire import Route, Wire


class AcmeWire(Wire):
    """Reads requests and writes answers; script, credentials and broken connections are the emulator's."""

    dialect = Dialect()
    stream_type = "application/x-ndjson"
    garbage = b"<html>\n"

    def route(self, received: Received) -> Route | None:
        routes = {("POST", "/v1/answer"): Route("generate"), ("GET", "/v1/models"): Route("models")}
        return routes.get((received.method, received.path))

    def key(self, secrets: Mapping[str, str]) -> str | None:
        return secrets.get("x-api-key")

    def read(self, received: Received) -> Asked:
        body = received.fields
        request = GenerationRequest(
            messages=tuple(Message(turn["role"], turn["text"]) for turn in body["messages"]),
            model=body["model"],
            system=body.get("system"),
            temperature=body.get("temperature"),
            top_p=body.get("top_p"),
            stop=tuple(body.get("stop", ())),
            max_output_tokens=body.get("limit"),
        )
        return Asked(request=request, model=body["model"], stream=body["stream"])

    def whole(self, asked: Asked, result: GenerationResult) -> dict[str, Any]:  # noqa: ARG002 - the port's signature
        return {"text": result.text, **end_of(result)}

    def pieces(self, asked: Asked, result: GenerationResult, chunks: Sequence[str] | None) -> Iterator[Piece]:  # noqa: ARG002
        for event in events_of(result, chunks=chunks, call_deltas=False):
            if isinstance(event, TextEvent):
                yield Piece(line({"piece": event.text}), said=True)
        yield Piece(line(end_of(result)), last=True)

    def error(self, error: ProviderError, *, param: str | None = None) -> Whole:  # noqa: ARG002 - it names no field
        headers = {} if error.retry_after is None else {"retry-after": f"{error.retry_after:g}"}
        return Whole(status=error.status or 500, body=told(error), headers=headers)

    def stream_error(self, error: ProviderError) -> bytes:
        return line(told(error))

    def models(self, models: Sequence[ModelInfo]) -> dict[str, Any]:
        return {"models": [model.id for model in models]}

    def model(self, model: ModelInfo) -> dict[str, Any]:
        return {"model": model.id}


def emulate_acme(settings: AcmeSettings) -> Emulator:
    return Emulator(spec=SPEC, settings=settings, wires=[AcmeWire()], keys=frozenset({"a-key"}))


def end_of(result: GenerationResult) -> dict[str, Any]:
    usage = result.usage
    tokens = {"in": usage.input_tokens, "out": usage.output_tokens, "cached": usage.cached_tokens} if usage else None
    return {
        "why": result.finish_reason_raw,
        "model": result.model,
        "tokens": tokens,
        "declined": result.refusal,
    }


def told(error: ProviderError) -> dict[str, Any]:
    code = next((word for word, kind in CODES.items() if kind is type(error)), "other")
    return {"error": {"code": code, "message": error.message}}


def line(value: Mapping[str, Any]) -> bytes:
    return json_bytes(value) + b"\n"
