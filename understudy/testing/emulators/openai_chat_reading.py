"""Requests of Chat Completions, read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from understudy.domain.messages import Message, Part, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from understudy.domain.requests import GenerationRequest, ReasoningEffort, Schema, Tool
from understudy.testing.emulators.exchange import Asked, BadRequestError
from understudy.testing.emulators.reading import Turns, field, image_of_url, items, needed, schema_in_words

__all__ = ["read_chat", "read_function", "read_tool_choice"]


def read_chat(body: Mapping[str, Any]) -> Asked:
    """The request. Raises BadRequestError for what the API would refuse."""
    model = needed(body, "model", str)
    if field(body, "n", int) not in (None, 1):
        raise BadRequestError("The emulator answers with one choice.", param="n")
    turns = Turns()
    for place, message in enumerate(items(body, "messages")):
        _read(message, turns, f"messages[{place}]")
    messages = turns.messages()
    if not messages:
        raise BadRequestError("Missing required parameter: 'messages'.", param="messages")
    stop = body.get("stop")
    stream: Mapping[str, Any] = field(body, "stream_options", dict) or {}
    thinking: Mapping[str, Any] = field(body, "thinking", dict) or {}
    request = GenerationRequest(
        messages=messages,
        model=model,
        tools=tuple(read_function(needed(tool, "function", dict)) for tool in items(body, "tools")),
        tool_choice=read_tool_choice(body.get("tool_choice")),
        response_schema=_schema(field(body, "response_format", dict), messages),
        temperature=field(body, "temperature", float),
        top_p=field(body, "top_p", float),
        stop=(stop,) if isinstance(stop, str) else tuple(stop or ()),
        seed=field(body, "seed", int),
        max_output_tokens=field(body, "max_completion_tokens", int) or field(body, "max_tokens", int),
        reasoning_effort=cast("ReasoningEffort | None", body.get("reasoning_effort"))
        or ("none" if thinking.get("type") == "disabled" else None),
        user=field(body, "user", str),
        metadata=field(body, "metadata", dict) or {},
    )
    extra = {"include_usage": stream.get("include_usage") is True}
    return Asked(request=request, model=model, stream=body.get("stream") is True, extra=extra)


def read_function(function: Mapping[str, Any]) -> Tool:
    """A tool's name, description and parameters."""
    return Tool(
        name=needed(function, "name", str),
        description=function.get("description") or "",
        parameters=function.get("parameters") or {"type": "object", "properties": {}},
        strict=function.get("strict"),
    )


def read_tool_choice(choice: Any) -> str | None:
    """A word, or the name of the function that is demanded."""
    if choice is None or isinstance(choice, str):
        return choice
    return needed(choice.get("function") or choice, "name", str)


def _schema(wanted: Mapping[str, Any] | None, messages: tuple[Message, ...]) -> Schema | None:
    match (wanted or {}).get("type"):
        case "json_schema":
            return cast("Schema", needed(needed(wanted or {}, "json_schema", dict), "schema", dict))
        case "json_object":
            return schema_in_words(messages)
    return None


def _read(message: Mapping[str, Any], turns: Turns, place: str) -> None:
    match message.get("role"):
        case "system" | "developer":
            turns.add("system", _content(message.get("content"), place))
        case "user":
            turns.add("user", _content(message.get("content"), place))
        case "assistant":
            turns.add("assistant", _assistant(message, place))
        case "tool":
            text = "".join(part.text for part in _content(message.get("content"), place) if isinstance(part, TextPart))
            turns.add("tool", [ToolResultPart(tool_call_id=needed(message, "tool_call_id", str), content=text)])
        case role:
            raise BadRequestError(f"Invalid value: {role!r}.", param=f"{place}.role")


def _assistant(message: Mapping[str, Any], place: str) -> Iterator[Part]:
    if message.get("reasoning_content"):
        yield ReasoningPart(text=message["reasoning_content"])
    if message.get("content"):
        yield from _content(message["content"], place)
    for call in items(message, "tool_calls"):
        function = needed(call, "function", dict)
        text = needed(function, "arguments", str)
        try:
            arguments = json.loads(text or "{}")
        except ValueError:
            arguments = {}
        yield ToolCallPart(
            id=needed(call, "id", str), name=needed(function, "name", str), arguments=arguments, arguments_text=text
        )


def _content(content: Any, place: str) -> Iterator[Part]:
    if isinstance(content, str):
        yield TextPart(content)
        return
    if not isinstance(content, list):
        raise BadRequestError("Invalid type for 'content'.", param=f"{place}.content")
    for number, part in enumerate(content):
        match part.get("type"):
            case "text":
                yield TextPart(needed(part, "text", str))
            case "image_url":
                yield image_of_url(needed(needed(part, "image_url", dict), "url", str))
            case kind:
                raise BadRequestError(f"Invalid value: {kind!r}.", param=f"{place}.content[{number}].type")
