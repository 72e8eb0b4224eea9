"""A request in the words of Ollama's /api/chat."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from understudy.domain.messages import ImagePart, Message, ReasoningPart, ToolCallPart, ToolResultPart
from understudy.domain.requests import GenerationRequest, Tool, json_schema
from understudy.providers.generation.wire.call_ids import is_generated

__all__ = ["encode_request"]


def encode_request(request: GenerationRequest, *, model: str, stream: bool) -> dict[str, Any]:
    """The body. ``stream`` is always said: a server that is not told streams."""
    body: dict[str, Any] = {"model": model, "messages": _messages(request), "stream": stream}
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
    if request.response_schema is not None:
        body["format"] = json_schema(request.response_schema)
    if request.reasoning_effort is not None:
        body["think"] = False if request.reasoning_effort == "none" else request.reasoning_effort
    options = {
        "temperature": request.temperature,
        "top_p": request.top_p,
        "stop": list(request.stop) or None,
        "seed": request.seed,
        "num_predict": request.max_output_tokens,
    }
    if chosen := {name: value for name, value in options.items() if value is not None}:
        body["options"] = chosen
    return body


def _tool(tool: Tool) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": function}


def _messages(request: GenerationRequest) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    if system := request.system_text:
        messages.append({"role": "system", "content": system})
    names: dict[str, str] = {}
    for turn in request.turns:
        names.update({part.id: part.name for part in turn.content if isinstance(part, ToolCallPart)})
        messages.extend(_results(turn, names))
        said = _said(turn)
        if said is not None:
            messages.append(said)
    return messages


def _results(turn: Message, names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """One message for each tool result; Ollama has no field for a failure, so the text says it."""
    for part in turn.content:
        if isinstance(part, ToolResultPart):
            message = {"role": "tool", "content": f"Error: {part.content}" if part.is_error else part.content}
            if name := part.name or names.get(part.tool_call_id):
                message["tool_name"] = name
            if not is_generated(part.tool_call_id):
                message["tool_call_id"] = part.tool_call_id
            yield message


def _said(turn: Message) -> dict[str, Any] | None:
    """What the turn says besides tool results; None where that is nothing."""
    role = "assistant" if turn.role == "assistant" else "user"
    message: dict[str, Any] = {"role": role, "content": turn.text}
    thinking = "".join(part.text for part in turn.content if isinstance(part, ReasoningPart))
    if thinking and role == "assistant":
        message["thinking"] = thinking
    images = [part.data for part in turn.content if isinstance(part, ImagePart) and part.data is not None]
    if images:
        message["images"] = [base64.b64encode(image).decode() for image in images]
    calls = [_call(part) for part in turn.content if isinstance(part, ToolCallPart)]
    if calls:
        message["tool_calls"] = calls
    return message if turn.text or len(message) > 2 else None


def _call(part: ToolCallPart) -> dict[str, Any]:
    call: dict[str, Any] = {"function": {"name": part.name, "arguments": dict(part.arguments)}}
    if not is_generated(part.id):
        call["id"] = part.id
    return call
