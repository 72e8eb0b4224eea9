"""Requests of Ollama's API, read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from understudy.domain.messages import Message, Part, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from understudy.domain.requests import GenerationRequest, ReasoningEffort, Schema
from understudy.testing.emulators.exchange import Asked, BadRequestError
from understudy.testing.emulators.openai_chat_reading import read_function
from understudy.testing.emulators.reading import Turns, decoded_image, field, items, needed, schema_in_words

__all__ = ["read_chat", "read_prompt"]


def read_chat(body: Mapping[str, Any]) -> Asked:
    """The request to ``/api/chat``. Raises BadRequestError for what the server would refuse."""
    turns = Turns()
    for message in items(body, "messages"):
        role = message.get("role")
        if role not in ("system", "user", "assistant", "tool"):
            raise BadRequestError(f"invalid role: {role}")
        turns.add(role, _parts(message))
    return _asked(body, turns, extra={})


def read_prompt(body: Mapping[str, Any]) -> Asked:
    """The request to ``/api/generate``. Raises BadRequestError for what the server would refuse."""
    turns = Turns()
    if body.get("system"):
        turns.add("system", [TextPart(needed(body, "system", str))])
    turns.add("user", _parts({"role": "user", "content": needed(body, "prompt", str), "images": body.get("images")}))
    return _asked(body, turns, extra={"prompt": True})


def _asked(body: Mapping[str, Any], turns: Turns, *, extra: Mapping[str, Any]) -> Asked:
    model = needed(body, "model", str)
    options: Mapping[str, Any] = field(body, "options", dict) or {}
    messages = turns.messages()
    stop = options.get("stop")
    request = GenerationRequest(
        messages=messages,
        model=model,
        tools=tuple(read_function(needed(tool, "function", dict)) for tool in items(body, "tools")),
        response_schema=_schema(body.get("format"), messages),
        temperature=field(options, "temperature", float),
        top_p=field(options, "top_p", float),
        stop=(stop,) if isinstance(stop, str) else tuple(stop or ()),
        seed=field(options, "seed", int),
        max_output_tokens=field(options, "num_predict", int),
        reasoning_effort=_effort(body.get("think")),
    )
    return Asked(request=request, model=model, stream=body.get("stream") is not False, extra=extra)


def _schema(wanted: Any, messages: tuple[Message, ...]) -> Schema | None:
    if wanted == "json":
        return schema_in_words(messages)
    return cast("Schema", wanted) if isinstance(wanted, Mapping) else None


def _effort(think: Any) -> ReasoningEffort | None:
    if think is True:
        return "medium"
    return "none" if think is False else cast("ReasoningEffort | None", think)


def _parts(message: Mapping[str, Any]) -> Iterator[Part]:
    content = field(message, "content", str) or ""
    if message["role"] == "tool":
        name = field(message, "tool_name", str)
        yield ToolResultPart(tool_call_id=message.get("tool_call_id") or name or "", content=content, name=name)
        return
    if message.get("thinking"):
        yield ReasoningPart(text=needed(message, "thinking", str))
    if content:
        yield TextPart(content)
    for image in field(message, "images", list) or ():
        yield decoded_image(image)
    for place, call in enumerate(items(message, "tool_calls")):
        function = needed(call, "function", dict)
        arguments = needed(function, "arguments", dict)
        yield ToolCallPart(
            id=call.get("id") or f"call_{place}", name=needed(function, "name", str), arguments=arguments
        )
