"""OpenAI's Responses API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from understudy.domain.errors import InvalidRequestError, ProviderError, ResponseDecodeError
from understudy.domain.generation import ModelInfo
from understudy.domain.messages import ImagePart, Message, Part, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from understudy.domain.requests import GenerationRequest, Tool
from understudy.domain.results import GenerationResult
from understudy.providers.generation.openai.chat import image_url
from understudy.providers.generation.openai.errors import openai_error
from understudy.providers.generation.openai.fields import as_word, finish_reason, model_list, responses_usage
from understudy.providers.generation.openai.responses_stream import ResponsesDecoder
from understudy.providers.generation.openai.schema import named_schema
from understudy.providers.generation.wire.arguments import arguments_text, tool_call
from understudy.providers.generation.wire.codec import ErrorAnswer, Framing, WireRequest
from understudy.providers.generation.wire.values import as_optional_text, as_text

__all__ = ["ResponsesCodec", "response_result"]


class ResponsesCodec:
    """Responses as pure functions. The API has no stop sequences and no seed; the capabilities say so."""

    framing: Framing = "sse"
    models_path = "/models"

    def encode(self, request: GenerationRequest, *, model: str, stream: bool) -> WireRequest:
        """The wire form. Raises InvalidRequestError for an image in an assistant's message."""
        body: dict[str, Any] = {
            "model": model,
            "input": [item for message in request.turns for item in _items(message)],
        }
        if system := request.system_text:
            body["instructions"] = system
        if request.temperature is not None:
            body["temperature"] = request.temperature
        if request.top_p is not None:
            body["top_p"] = request.top_p
        if request.max_output_tokens is not None:
            body["max_output_tokens"] = request.max_output_tokens
        if request.user is not None:
            body["user"] = request.user
        if request.metadata:
            body["metadata"] = dict(request.metadata)
        if request.tools:
            body["tools"] = [_tool(tool) for tool in request.tools]
        if request.tool_choice is not None:
            body["tool_choice"] = _tool_choice(request.tool_choice)
        if request.reasoning_effort is not None:
            body["reasoning"] = {"effort": request.reasoning_effort}
        if request.response_schema is not None:
            body["text"] = {"format": {"type": "json_schema", **named_schema(request.response_schema)}}
        if stream:
            body["stream"] = True
        return WireRequest(path="/responses", body=body)

    def decode(self, body: Any) -> GenerationResult:
        """The response. Raises ProviderError for a failed one, ResponseDecodeError where it is another object."""
        if not isinstance(body, dict) or not (isinstance(body.get("output"), list) or body.get("error")):
            raise ResponseDecodeError("The answer has no output, so it is not a response.")
        return response_result(body, operation="generate")

    def decoder(self) -> ResponsesDecoder:
        """A reader for one stream."""
        return ResponsesDecoder(response_result)

    def error(self, answer: ErrorAnswer) -> ProviderError:
        """The error that an answer with status 400 and above stands for."""
        return openai_error(
            answer.body,
            status=answer.status,
            operation=answer.operation,
            request_id=answer.headers.get("x-request-id"),
        )

    def models(self, body: Any) -> tuple[ModelInfo, ...]:
        """The models in the answer to ``models_path``."""
        return model_list(body)


def response_result(response: Mapping[str, Any], *, operation: str) -> GenerationResult:
    """The result in a response object. Raises ProviderError where the response says that it failed."""
    status = response.get("status")
    if response.get("error") or status == "failed":
        raise openai_error(response, status=None, operation=operation)
    parts: list[Part] = []
    refusals: list[str] = []
    for item in response.get("output") or ():
        parts.extend(_parts(item, refusals))
    word = (response.get("incomplete_details") or {}).get("reason") if status == "incomplete" else None
    word = as_word(word or status)
    return GenerationResult(
        parts=tuple(parts),
        finish_reason=finish_reason(word, has_calls=any(type(part) is ToolCallPart for part in parts)),
        finish_reason_raw=word,
        usage=responses_usage(response.get("usage")),
        model=as_text(response.get("model")),
        response_id=as_optional_text(response.get("id")),
        refusal="".join(refusals) or None,
    )


def _parts(item: Mapping[str, Any], refusals: list[str]) -> Iterator[Part]:
    """What the shared vocabulary has a word for. Items of the service's own tools are in ``raw`` only."""
    kind = item.get("type")
    if kind == "message":
        for content in item.get("content") or ():
            if content.get("type") == "output_text" and content.get("text"):
                yield TextPart(content["text"])
            elif content.get("type") == "refusal":
                refusals.append(content.get("refusal") or "")
    elif kind == "function_call":
        yield tool_call(
            call_id=as_text(item.get("call_id")) or as_text(item.get("id")),
            name=as_text(item.get("name")),
            arguments=item.get("arguments"),
        )
    elif kind == "reasoning":
        text = _texts(item.get("summary")) or _texts(item.get("content"))
        signature = as_optional_text(item.get("encrypted_content"))
        yield ReasoningPart(
            text=text, signature=signature, redacted=bool(signature and not text), id=as_optional_text(item.get("id"))
        )


def _texts(entries: Any) -> str:
    return "".join(entry.get("text") or "" for entry in entries or ())


def _items(message: Message) -> Iterator[dict[str, Any]]:
    """One message as input items, in order; parts of text and images that stand together make one message item."""
    content: list[dict[str, Any]] = []
    said = message.role == "assistant"
    for part in message.content:
        if isinstance(part, TextPart):
            content.append({"type": "output_text" if said else "input_text", "text": part.text})
            continue
        if isinstance(part, ImagePart):
            if said:
                raise InvalidRequestError("An assistant's message cannot carry an image here; nothing was sent.")
            content.append({"type": "input_image", "image_url": image_url(part), "detail": "auto"})
            continue
        item = _item(part)
        if item is None:
            continue
        if content:
            yield _message(message, content)
            content = []
        yield item
    if content:
        yield _message(message, content)


def _message(message: Message, content: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "message", "role": "assistant" if message.role == "assistant" else "user", "content": content}


def _item(part: Part) -> dict[str, Any] | None:
    """An item of its own. Reasoning goes back only where it came from here, which its item id tells."""
    if isinstance(part, ToolCallPart):
        return {
            "type": "function_call",
            "call_id": part.id,
            "name": part.name,
            "arguments": arguments_text(part),
        }
    if isinstance(part, ToolResultPart):
        return {"type": "function_call_output", "call_id": part.tool_call_id, "output": part.content}
    if isinstance(part, ReasoningPart) and part.id is not None:
        item: dict[str, Any] = {
            "type": "reasoning",
            "id": part.id,
            "summary": [{"type": "summary_text", "text": part.text}] if part.text else [],
        }
        if part.signature is not None:
            item["encrypted_content"] = part.signature
        return item
    return None


def _tool(tool: Tool) -> dict[str, Any]:
    """Without ``strict`` this API takes a tool for strict, which most schemas are not made for."""
    made: dict[str, Any] = {
        "type": "function",
        "name": tool.name,
        "parameters": dict(tool.parameters),
        "strict": bool(tool.strict),
    }
    if tool.description:
        made["description"] = tool.description
    return made


def _tool_choice(choice: str) -> str | dict[str, Any]:
    if choice in ("auto", "none", "required"):
        return choice
    return {"type": "function", "name": choice}
