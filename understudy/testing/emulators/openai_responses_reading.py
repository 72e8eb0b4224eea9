"""Requests of the Responses API, read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from understudy.domain.messages import Message, Part, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from understudy.domain.requests import GenerationRequest, ReasoningEffort, Schema
from understudy.testing.emulators.exchange import Asked, BadRequestError
from understudy.testing.emulators.openai_chat_reading import read_function, read_tool_choice
from understudy.testing.emulators.reading import Turns, field, image_of_url, items, needed, schema_in_words

__all__ = ["read_response"]


def read_response(body: Mapping[str, Any]) -> Asked:
    """The request. Raises BadRequestError for what the API would refuse, and for conversations kept at the service."""
    model = needed(body, "model", str)
    if body.get("previous_response_id") or body.get("conversation"):
        raise BadRequestError("The emulator keeps no conversations.", param="previous_response_id")
    turns = Turns()
    given = body.get("input")
    if isinstance(given, str):
        turns.add("user", [TextPart(given)])
    else:
        for place, item in enumerate(items(body, "input")):
            _read(item, turns, f"input[{place}]")
    messages = turns.messages()
    if not messages:
        raise BadRequestError("Missing required parameter: 'input'.", param="input")
    reasoning: Mapping[str, Any] = field(body, "reasoning", dict) or {}
    text: Mapping[str, Any] = field(body, "text", dict) or {}
    request = GenerationRequest(
        messages=messages,
        model=model,
        system=field(body, "instructions", str),
        tools=tuple(read_function(tool) for tool in items(body, "tools") if tool.get("type") == "function"),
        tool_choice=read_tool_choice(body.get("tool_choice")),
        response_schema=_schema(text.get("format") or {}, messages),
        temperature=field(body, "temperature", float),
        top_p=field(body, "top_p", float),
        max_output_tokens=field(body, "max_output_tokens", int),
        reasoning_effort=cast("ReasoningEffort | None", reasoning.get("effort")),
        user=field(body, "user", str),
        metadata=field(body, "metadata", dict) or {},
    )
    return Asked(request=request, model=model, stream=body.get("stream") is True, extra={"body": body})


def _schema(wanted: Mapping[str, Any], messages: tuple[Message, ...]) -> Schema | None:
    match wanted.get("type"):
        case "json_schema":
            return cast("Schema", needed(wanted, "schema", dict))
        case "json_object":
            return schema_in_words(messages)
    return None


def _read(item: Mapping[str, Any], turns: Turns, place: str) -> None:
    match item.get("type", "message"):
        case "message":
            role = needed(item, "role", str)
            if role not in ("user", "assistant", "system", "developer"):
                raise BadRequestError(f"Invalid value: '{role}'.", param=f"{place}.role")
            parts = _content(item.get("content"), f"{place}.content")
            turns.add("system" if role == "developer" else cast("Any", role), parts)
        case "function_call":
            turns.add("assistant", [_call(item)])
        case "function_call_output":
            turns.add("tool", [_output(item)])
        case "reasoning":
            text = "".join(part.get("text", "") for part in items(item, "summary"))
            signature = field(item, "encrypted_content", str)
            turns.add("assistant", [ReasoningPart(text=text, id=field(item, "id", str), signature=signature)])
        case kind:
            raise BadRequestError(f"Invalid value: {kind!r}.", param=f"{place}.type")


def _call(item: Mapping[str, Any]) -> ToolCallPart:
    text = needed(item, "arguments", str)
    try:
        arguments = json.loads(text or "{}")
    except ValueError:
        arguments = {}
    return ToolCallPart(
        id=needed(item, "call_id", str), name=needed(item, "name", str), arguments=arguments, arguments_text=text
    )


def _output(item: Mapping[str, Any]) -> ToolResultPart:
    output = item.get("output")
    if not isinstance(output, str):
        output = "".join(part.text for part in _content(output, "output") if isinstance(part, TextPart))
    return ToolResultPart(tool_call_id=needed(item, "call_id", str), content=output)


def _content(content: Any, place: str) -> Iterator[Part]:
    if isinstance(content, str):
        yield TextPart(content)
        return
    if not isinstance(content, list):
        raise BadRequestError("Invalid type: expected a string or an array.", param=place)
    for number, part in enumerate(content):
        match part.get("type"):
            case "input_text" | "output_text":
                yield TextPart(needed(part, "text", str))
            case "refusal":
                yield TextPart(needed(part, "refusal", str))
            case "input_image":
                yield image_of_url(needed(part, "image_url", str))
            case kind:
                raise BadRequestError(f"Invalid value: {kind!r}.", param=f"{place}[{number}].type")
