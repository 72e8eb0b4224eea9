"""Requests of Anthropic's Messages API, read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from understudy.domain.messages import ImagePart, Part, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from understudy.domain.requests import GenerationRequest, ReasoningEffort, Tool
from understudy.testing.emulators.exchange import Asked, BadRequestError
from understudy.testing.emulators.reading import Turns, decoded_image, field, items, needed

__all__ = ["read_message"]


def read_message(body: Mapping[str, Any]) -> Asked:
    """The request. Raises BadRequestError for what the API would refuse."""
    model = needed(body, "model", str)
    limit = needed(body, "max_tokens", int)
    if limit < 1:
        raise BadRequestError("Input should be greater than or equal to 1", param="max_tokens")
    turns = Turns()
    for place, message in enumerate(items(body, "messages")):
        role = message.get("role")
        if role not in ("user", "assistant"):
            raise BadRequestError("Input should be 'user' or 'assistant'", param=f"messages.{place}.role")
        parts = list(_parts(message.get("content"), f"messages.{place}.content"))
        answers = any(isinstance(part, ToolResultPart) for part in parts)
        turns.add("tool" if answers else role, parts)
    if not turns.messages():
        raise BadRequestError("at least one message is required", param="messages")
    output: Mapping[str, Any] = field(body, "output_config", dict) or {}
    format_: Mapping[str, Any] = output.get("format") or {}
    metadata: Mapping[str, Any] = field(body, "metadata", dict) or {}
    request = GenerationRequest(
        messages=turns.messages(),
        model=model,
        system=_system(body.get("system")),
        tools=tuple(_tool(tool) for tool in items(body, "tools") if "input_schema" in tool),
        tool_choice=_choice(field(body, "tool_choice", dict)),
        response_schema=format_.get("schema"),
        temperature=field(body, "temperature", float),
        top_p=field(body, "top_p", float),
        stop=tuple(field(body, "stop_sequences", list) or ()),
        max_output_tokens=limit,
        reasoning_effort=_effort(body, output),
        user=metadata.get("user_id"),
    )
    return Asked(request=request, model=model, stream=body.get("stream") is True)


def _system(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return "\n\n".join(block.get("text", "") for block in value)


def _tool(tool: Mapping[str, Any]) -> Tool:
    return Tool(
        name=needed(tool, "name", str),
        description=tool.get("description") or "",
        parameters=needed(tool, "input_schema", dict),
        strict=tool.get("strict"),
    )


def _choice(choice: Mapping[str, Any] | None) -> str | None:
    if choice is None:
        return None
    kind = choice.get("type")
    return {"any": "required", "tool": choice.get("name"), "auto": "auto", "none": "none"}.get(str(kind))


def _effort(body: Mapping[str, Any], output: Mapping[str, Any]) -> ReasoningEffort | None:
    thinking: Mapping[str, Any] = field(body, "thinking", dict) or {}
    kind = thinking.get("type")
    if kind in ("enabled", "adaptive"):
        return cast("ReasoningEffort", output.get("effort", "medium"))
    return "none" if kind is not None else None


def _parts(content: Any, place: str) -> Iterator[Part]:
    if isinstance(content, str):
        yield TextPart(content)
        return
    if not isinstance(content, list):
        raise BadRequestError("Input should be a valid list", param=place)
    for number, block in enumerate(content):
        yield _part(block, f"{place}.{number}")


def _part(block: Mapping[str, Any], place: str) -> Part:
    match block.get("type"):
        case "text":
            return TextPart(needed(block, "text", str))
        case "image":
            return _image(needed(block, "source", dict))
        case "thinking":
            return ReasoningPart(text=needed(block, "thinking", str), signature=needed(block, "signature", str))
        case "redacted_thinking":
            return ReasoningPart(signature=needed(block, "data", str), redacted=True)
        case "tool_use":
            arguments = needed(block, "input", dict)
            return ToolCallPart(id=needed(block, "id", str), name=needed(block, "name", str), arguments=arguments)
        case "tool_result":
            return _result(block, place)
        case kind:
            raise BadRequestError(f"the emulator does not read blocks of type {kind!r}", param=place)


def _result(block: Mapping[str, Any], place: str) -> ToolResultPart:
    content = block.get("content") or ""
    if not isinstance(content, str):
        content = "".join(part.text for part in _parts(content, place) if isinstance(part, TextPart))
    call = needed(block, "tool_use_id", str)
    return ToolResultPart(tool_call_id=call, content=content, is_error=block.get("is_error") is True)


def _image(source: Mapping[str, Any]) -> ImagePart:
    if source.get("type") == "url":
        return ImagePart(url=needed(source, "url", str))
    return decoded_image(needed(source, "data", str), needed(source, "media_type", str))
