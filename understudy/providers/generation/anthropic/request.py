"""A request in the words of Anthropic's Messages API."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from understudy.domain.errors import InvalidRequestError
from understudy.domain.messages import ImagePart, Message, Part, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from understudy.domain.requests import GenerationRequest, ReasoningEffort, Tool, ToolChoice, json_schema
from understudy.providers.generation.anthropic.schema import closed_schema

__all__ = ["encode_request"]

# Models of before 4.6 know no effort, only a budget of thinking tokens; those of after 4.6 refuse a budget.
_BUDGET_MODELS = (
    "claude-3",
    "claude-opus-4-0",
    "claude-opus-4-1",
    "claude-opus-4-2025",
    "claude-opus-4-5",
    "claude-sonnet-4-0",
    "claude-sonnet-4-2025",
    "claude-sonnet-4-5",
    "claude-haiku-4-5",
)
_BUDGETS: Mapping[ReasoningEffort, int] = MappingProxyType(
    {"low": 2_048, "medium": 8_192, "high": 16_384, "xhigh": 24_576, "max": 32_000}
)
_LEAST_BUDGET = 1_024

# Here "no thinking" has another name: only that before the first tool call can be turned off.
_BETWEEN_TOOLS_MODELS = ("claude-sonnet-5-5",)


def encode_request(
    request: GenerationRequest, *, model: str, stream: bool, default_max_output_tokens: int
) -> dict[str, Any]:
    """The body. Raises InvalidRequestError where max_output_tokens leaves no room for the thinking asked for."""
    body: dict[str, Any] = {
        "model": model,
        "max_tokens": request.max_output_tokens or default_max_output_tokens,
        "messages": _messages(request.turns),
    }
    if stream:
        body["stream"] = True
    if system := request.system_text:
        body["system"] = system
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
    if request.tool_choice is not None:
        body["tool_choice"] = _tool_choice(request.tool_choice)
    if request.temperature is not None:
        body["temperature"] = request.temperature
    if request.top_p is not None:
        body["top_p"] = request.top_p
    if request.stop:
        body["stop_sequences"] = list(request.stop)
    if request.user is not None:
        body["metadata"] = {"user_id": request.user}
    if request.response_schema is not None:
        schema = closed_schema(json_schema(request.response_schema))
        body["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
    if request.reasoning_effort is not None:
        _think(body, request.reasoning_effort, limited=request.max_output_tokens is not None)
    return body


def _think(body: dict[str, Any], effort: ReasoningEffort, *, limited: bool) -> None:
    model: str = body["model"]
    if effort == "none":
        off = "between_tools" if model.startswith(_BETWEEN_TOOLS_MODELS) else "disabled"
        body["thinking"] = {"type": off}
    elif model.startswith(_BUDGET_MODELS):
        budget = _BUDGETS[effort]
        if limited:
            # The limit is the caller's and holds for thinking and answer together.
            budget = min(budget, max(_LEAST_BUDGET, body["max_tokens"] // 2))
            if budget >= body["max_tokens"]:
                raise InvalidRequestError(
                    f"max_output_tokens {body['max_tokens']} leaves no room for thinking, which takes at least "
                    f"{_LEAST_BUDGET} tokens of it with {model}; nothing was sent.",
                    operation="generate",
                    hint="Raise max_output_tokens or leave reasoning_effort out.",
                )
        else:
            body["max_tokens"] += budget
        body["thinking"] = {"type": "enabled", "budget_tokens": budget}
    else:
        body["thinking"] = {"type": "adaptive", "display": "summarized"}
        body["output_config"] = {**body.get("output_config", {}), "effort": effort}


def _tool(tool: Tool) -> dict[str, Any]:
    encoded: dict[str, Any] = {"name": tool.name, "input_schema": dict(tool.parameters)}
    if tool.description:
        encoded["description"] = tool.description
    if tool.strict is not None:
        encoded["strict"] = tool.strict
    if tool.strict:
        encoded["input_schema"] = closed_schema(tool.parameters)
    return encoded


def _tool_choice(choice: ToolChoice) -> dict[str, Any]:
    if choice in ("auto", "none"):
        return {"type": choice}
    return {"type": "any"} if choice == "required" else {"type": "tool", "name": choice}


def _messages(turns: tuple[Message, ...]) -> list[dict[str, Any]]:
    """The turns, alternating: tool results are the user's, and two turns of one side are one."""
    messages: list[dict[str, Any]] = []
    for turn in turns:
        role = "assistant" if turn.role == "assistant" else "user"
        blocks = [block for part in turn.content if (block := _block(part)) is not None]
        if not blocks:
            continue
        if messages and messages[-1]["role"] == role:
            messages[-1]["content"].extend(blocks)
        else:
            messages.append({"role": role, "content": blocks})
    return messages


def _block(part: Part) -> dict[str, Any] | None:
    """The content block, or None for what the API refuses: empty text, and thinking that it has not signed."""
    match part:
        case TextPart(text=text):
            return {"type": "text", "text": text} if text else None
        case ImagePart():
            return {"type": "image", "source": _image_source(part)}
        case ReasoningPart(signature=None):
            return None
        case ReasoningPart(redacted=True, signature=data):
            return {"type": "redacted_thinking", "data": data}
        case ReasoningPart(text=text, signature=signature):
            return {"type": "thinking", "thinking": text, "signature": signature}
        case ToolCallPart():
            return {"type": "tool_use", "id": part.id, "name": part.name, "input": dict(part.arguments)}
        case ToolResultPart():
            block = {"type": "tool_result", "tool_use_id": part.tool_call_id, "content": part.content}
            return {**block, "is_error": True} if part.is_error else block


def _image_source(image: ImagePart) -> dict[str, str]:
    if image.data is None:
        return {"type": "url", "url": image.url or ""}
    return {"type": "base64", "media_type": image.media_type, "data": base64.b64encode(image.data).decode()}
