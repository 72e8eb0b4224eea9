"""Requests of the Gemini API, read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from understudy.domain.messages import ImagePart, Part, ReasoningPart, Role, TextPart, ToolCallPart, ToolResultPart
from understudy.domain.requests import GenerationRequest, ReasoningEffort, Tool
from understudy.providers.generation.wire.call_ids import generated_id
from understudy.testing.emulators.exchange import Asked, BadRequestError
from understudy.testing.emulators.reading import Turns, decoded_image, field, items, needed

__all__ = ["read_contents", "read_texts"]

_UNDERSCORE = re.compile(r"(?<=.)_([a-z])")
_EFFORTS: Mapping[str, ReasoningEffort] = {
    "minimal": "minimal",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "xhigh": "xhigh",
}


def read_contents(body: Mapping[str, Any], *, model: str, stream: bool, as_events: bool) -> Asked:
    """The request. Raises BadRequestError for what the API would refuse."""
    body = _camel(body)
    turns = Turns()
    for place, content in enumerate(items(body, "contents")):
        parts = list(_parts(content, f"contents[{place}]"))
        turns.add(_role(content, parts), parts)
    if not turns.messages():
        raise BadRequestError("* GenerateContentRequest.contents: contents is not specified")
    config: Mapping[str, Any] = field(body, "generationConfig", dict) or {}
    request = GenerationRequest(
        messages=turns.messages(),
        model=model,
        system=_system(field(body, "systemInstruction", dict)),
        tools=tuple(_tool(tool) for group in items(body, "tools") for tool in items(group, "functionDeclarations")),
        tool_choice=_choice(body),
        response_schema=_schema(config),
        temperature=field(config, "temperature", float),
        top_p=field(config, "topP", float),
        stop=tuple(field(config, "stopSequences", list) or ()),
        seed=field(config, "seed", int),
        max_output_tokens=field(config, "maxOutputTokens", int),
        reasoning_effort=_effort(field(config, "thinkingConfig", dict) or {}),
    )
    return Asked(request=request, model=model, stream=stream, extra={"as_events": as_events})


def read_texts(body: Mapping[str, Any], *, several: bool) -> tuple[tuple[str, ...], int | None]:
    """The texts to embed, and the dimensions asked for. Raises BadRequestError."""
    body = _camel(body)
    requests = items(body, "requests") if several else [body]
    texts = tuple(
        "".join(part.get("text", "") for part in items(needed(request, "content", dict), "parts"))
        for request in requests
    )
    if not texts or not all(texts):
        raise BadRequestError("* EmbedContentRequest.content: contents is not specified")
    dimensions = {field(request, "outputDimensionality", int) for request in requests}
    return texts, next(iter(dimensions))


# What is in these is the caller's own, so its names are left as they are.
_OPAQUE = frozenset({"args", "response", "parameters", "parametersJsonSchema", "responseSchema", "responseJsonSchema"})


def _camel(value: Any) -> Any:
    """The names of the fields as the API documents them; it takes them with underscores too."""
    if isinstance(value, list):
        return [_camel(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    named = ((_UNDERSCORE.sub(lambda found: found.group(1).upper(), name), item) for name, item in value.items())
    return {name: item if name in _OPAQUE else _camel(item) for name, item in named}


def _system(content: Mapping[str, Any] | None) -> str | None:
    if content is None:
        return None
    return "\n\n".join(part.get("text", "") for part in items(content, "parts"))


def _role(content: Mapping[str, Any], parts: list[Part]) -> Role:
    if any(isinstance(part, ToolResultPart) for part in parts):
        return "tool"
    return "assistant" if content.get("role") == "model" else "user"


def _tool(declaration: Mapping[str, Any]) -> Tool:
    parameters = declaration.get("parametersJsonSchema") or _plain(declaration.get("parameters") or {})
    return Tool(
        name=needed(declaration, "name", str),
        description=declaration.get("description") or "",
        parameters=parameters or {"type": "object", "properties": {}},
    )


def _choice(body: Mapping[str, Any]) -> str | None:
    config: Mapping[str, Any] = (field(body, "toolConfig", dict) or {}).get("functionCallingConfig") or {}
    allowed = config.get("allowedFunctionNames") or []
    match config.get("mode"):
        case "ANY":
            return str(allowed[0]) if len(allowed) == 1 else "required"
        case "NONE":
            return "none"
        case "AUTO" | "VALIDATED":
            return "auto"
    return None


def _schema(config: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if config.get("responseMimeType") != "application/json":
        return None
    schema = config.get("responseJsonSchema") or config.get("_responseJsonSchema")
    if schema is not None:
        return dict(schema)
    given = field(config, "responseSchema", dict)
    return {"type": "object"} if given is None else _plain(given)


def _plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Gemini's own form of schemas as JSON Schema: types in capitals, ``nullable``, numbers written as text."""
    plain: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "type" and isinstance(value, str):
            plain[key] = value.lower()
        elif key == "properties":
            plain[key] = {name: _plain(part) for name, part in value.items()}
        elif key == "items":
            plain[key] = _plain(value)
        elif key == "anyOf":
            plain[key] = [_plain(part) for part in value]
        elif key.startswith(("min", "max")) and isinstance(value, str):
            plain[key] = json.loads(value)
        elif key not in ("nullable", "propertyOrdering"):
            plain[key] = value
    if schema.get("nullable") and isinstance(plain.get("type"), str):
        plain["type"] = [plain["type"], "null"]
    return plain


def _effort(thinking: Mapping[str, Any]) -> ReasoningEffort | None:
    """Only thoughts that are to be shown make a difference to the answer."""
    if not thinking.get("includeThoughts"):
        return None
    return _EFFORTS.get(str(thinking.get("thinkingLevel", "medium")).lower(), "medium")


def _parts(content: Mapping[str, Any], place: str) -> Iterator[Part]:
    for number, part in enumerate(items(content, "parts")):
        yield _part(part, f"{place}.parts[{number}]", number)


def _part(part: Mapping[str, Any], place: str, number: int) -> Part:
    signature = field(part, "thoughtSignature", str)
    if "functionCall" in part:
        call = needed(part, "functionCall", dict)
        call_id = call.get("id") or generated_id(call.get("name", ""), number)
        arguments = call.get("args") or {}
        return ToolCallPart(id=call_id, name=needed(call, "name", str), arguments=arguments, signature=signature)
    if "functionResponse" in part:
        return _result(needed(part, "functionResponse", dict))
    if "inlineData" in part:
        data = needed(part, "inlineData", dict)
        return decoded_image(needed(data, "data", str), needed(data, "mimeType", str))
    if "fileData" in part:
        return ImagePart(url=needed(needed(part, "fileData", dict), "fileUri", str))
    if "text" in part:
        text = needed(part, "text", str)
        return ReasoningPart(text=text, signature=signature) if part.get("thought") else TextPart(text)
    raise BadRequestError(f"* {place}: the emulator reads text, images, function calls and their responses")


def _result(response: Mapping[str, Any]) -> ToolResultPart:
    name = needed(response, "name", str)
    answer = needed(response, "response", dict)
    said = answer.get("output", answer.get("result", answer.get("error", answer)))
    content = said if isinstance(said, str) else json.dumps(said)
    return ToolResultPart(
        tool_call_id=response.get("id") or name, content=content, name=name, is_error="error" in answer
    )
