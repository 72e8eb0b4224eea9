"""A request in the words of Gemini's generateContent."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from understudy.domain.messages import ImagePart, Message, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from understudy.domain.requests import GenerationRequest, ReasoningEffort, Tool, json_schema
from understudy.providers.generation.wire.call_ids import is_generated

__all__ = ["encode_request", "model_path"]

# Models of before Gemini 3 know no thinking level, only a budget of tokens.
_BUDGET_MODELS = ("gemini-1", "gemini-2")
_BUDGETS: Mapping[ReasoningEffort, int] = MappingProxyType(
    {"minimal": 512, "low": 1_024, "medium": 8_192, "high": 24_576, "xhigh": 24_576}
)

_MODES: Mapping[str, str] = MappingProxyType({"auto": "AUTO", "none": "NONE", "required": "ANY"})


def model_path(model: str) -> str:
    """The model's resource below the base URL: ``models/…`` unless the name says another collection."""
    return model if "/" in model else f"models/{model}"


def encode_request(request: GenerationRequest, *, model: str) -> dict[str, Any]:
    """The body; whether it is streamed is in the path."""
    body: dict[str, Any] = {"contents": _contents(request.turns)}
    if system := request.system_text:
        body["systemInstruction"] = {"parts": [{"text": system}]}
    if request.tools:
        body["tools"] = [{"functionDeclarations": [_declaration(tool) for tool in request.tools]}]
    if (calling := _calling(request)) is not None:
        body["toolConfig"] = {"functionCallingConfig": calling}
    if config := _config(request, model):
        body["generationConfig"] = config
    return body


def _config(request: GenerationRequest, model: str) -> dict[str, Any]:
    config: dict[str, Any] = {
        "temperature": request.temperature,
        "topP": request.top_p,
        "stopSequences": list(request.stop) or None,
        "seed": request.seed,
        "maxOutputTokens": request.max_output_tokens,
    }
    if request.response_schema is not None:
        config["responseMimeType"] = "application/json"
        config["responseJsonSchema"] = json_schema(request.response_schema)
    if (effort := request.reasoning_effort) is not None:
        budgeted = model.rpartition("/")[2].startswith(_BUDGET_MODELS)
        depth: dict[str, Any] = {"thinkingBudget": _BUDGETS[effort]} if budgeted else {"thinkingLevel": effort}
        config["thinkingConfig"] = {"includeThoughts": True, **depth}
    return {name: value for name, value in config.items() if value is not None}


def _declaration(tool: Tool) -> dict[str, Any]:
    declaration: dict[str, Any] = {"name": tool.name, "parametersJsonSchema": dict(tool.parameters)}
    if tool.description:
        declaration["description"] = tool.description
    return declaration


def _calling(request: GenerationRequest) -> dict[str, Any] | None:
    """How tools are chosen. Gemini has no strict tools, only a mode in which all calls fit their schemas."""
    choice = request.tool_choice
    if choice in (None, "auto") and any(tool.strict for tool in request.tools):
        return {"mode": "VALIDATED"}
    if choice is None:
        return None
    return {"mode": _MODES[choice]} if choice in _MODES else {"mode": "ANY", "allowedFunctionNames": [choice]}


def _contents(turns: tuple[Message, ...]) -> list[dict[str, Any]]:
    """The turns, alternating: tool results are the user's, and two turns of one side are one."""
    names: dict[str, str] = {}
    contents: list[dict[str, Any]] = []
    for turn in turns:
        role = "model" if turn.role == "assistant" else "user"
        parts = _parts(turn, names)
        if not parts:
            continue
        if contents and contents[-1]["role"] == role:
            contents[-1]["parts"].extend(parts)
        else:
            contents.append({"role": role, "parts": parts})
    return contents


def _parts(turn: Message, names: dict[str, str]) -> list[dict[str, Any]]:
    """The turn's parts. ``names`` remembers what each call's id called, since a result must say it by name."""
    parts: list[dict[str, Any]] = []
    for part in turn.content:
        match part:
            case TextPart(text=text):
                parts.append({"text": text})
            case ImagePart():
                parts.append(_image(part))
            case ReasoningPart():
                _put_reasoning(part, parts)
            case ToolCallPart():
                names[part.id] = part.name
                parts.append(_call(part))
            case ToolResultPart():
                parts.append(_response(part, names))
    return parts


def _put_reasoning(part: ReasoningPart, parts: list[dict[str, Any]]) -> None:
    """Thoughts go back only with their signature; a signature alone is that of the text before it."""
    if part.signature is None:
        return
    if not part.redacted:
        parts.append({"text": part.text, "thought": True, "thoughtSignature": part.signature})
    elif parts and "text" in parts[-1] and "thoughtSignature" not in parts[-1]:
        parts[-1]["thoughtSignature"] = part.signature
    else:
        parts.append({"text": "", "thoughtSignature": part.signature})


def _call(part: ToolCallPart) -> dict[str, Any]:
    call: dict[str, Any] = {"name": part.name, "args": dict(part.arguments), **_id(part.id)}
    encoded: dict[str, Any] = {"functionCall": call}
    if part.signature is not None:
        encoded["thoughtSignature"] = part.signature
    return encoded


def _response(part: ToolResultPart, names: Mapping[str, str]) -> dict[str, Any]:
    name = part.name or names.get(part.tool_call_id) or part.tool_call_id
    key = "error" if part.is_error else "output"
    return {"functionResponse": {"name": name, "response": {key: part.content}, **_id(part.tool_call_id)}}


def _id(call_id: str) -> dict[str, str]:
    return {} if not call_id or is_generated(call_id) else {"id": call_id}


def _image(image: ImagePart) -> dict[str, Any]:
    if image.data is None:
        return {"fileData": {"mimeType": image.media_type, "fileUri": image.url}}
    return {"inlineData": {"mimeType": image.media_type, "data": base64.b64encode(image.data).decode()}}
