"""OpenAI's Chat Completions, and the dialects of the services that follow it."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from understudy.domain.errors import InvalidRequestError, ProviderError, ResponseDecodeError
from understudy.domain.generation import ModelInfo
from understudy.domain.messages import ImagePart, Message, Part, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from understudy.domain.requests import GenerationRequest, ReasoningEffort, Tool, json_schema
from understudy.domain.results import GenerationResult
from understudy.providers.generation.openai.chat_stream import ChatDecoder
from understudy.providers.generation.openai.errors import openai_error
from understudy.providers.generation.openai.fields import as_word, chat_usage, content_texts, finish_reason, model_list
from understudy.providers.generation.openai.schema import named_schema
from understudy.providers.generation.wire.arguments import arguments_text, tool_call
from understudy.providers.generation.wire.call_ids import generated_id
from understudy.providers.generation.wire.codec import ErrorAnswer, Framing, WireRequest
from understudy.providers.generation.wire.values import as_optional_text, as_text

__all__ = ["ChatCodec", "ChatDialect", "image_url"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatDialect:
    """Where the followers of Chat Completions differ in what they take.

    ``max_tokens`` names the field of the output limit. ``json_schemas`` is whether a schema can be sent as such; where
    not, the answer is asked to be JSON and the schema is put into words. ``thinking_switch`` is whether reasoning is
    turned off by DeepSeek's ``thinking`` object and not by an effort of "none". ``returns_reasoning`` is whether the
    reasoning of a turn that called tools has to come back with it.
    """

    max_tokens: Literal["max_completion_tokens", "max_tokens"] = "max_completion_tokens"
    json_schemas: bool = True
    thinking_switch: bool = False
    returns_reasoning: bool = False


class ChatCodec:
    """Chat Completions as pure functions."""

    framing: Framing = "sse"
    models_path = "/models"

    def __init__(self, dialect: ChatDialect | None = None) -> None:
        self._dialect = dialect or ChatDialect()

    def encode(self, request: GenerationRequest, *, model: str, stream: bool) -> WireRequest:
        """The wire form. Raises InvalidRequestError for an image in an assistant's message."""
        dialect = self._dialect
        body: dict[str, Any] = {"model": model, "messages": self._messages(request)}
        _sample(body, request)
        if request.max_output_tokens is not None:
            body[dialect.max_tokens] = request.max_output_tokens
        if request.reasoning_effort is not None:
            self._think(body, request.reasoning_effort)
        if request.user is not None:
            body["user"] = request.user
        if request.metadata:
            body["metadata"] = dict(request.metadata)
        if request.tools:
            body["tools"] = [_tool(tool) for tool in request.tools]
        if request.tool_choice is not None:
            body["tool_choice"] = _tool_choice(request.tool_choice)
        if request.response_schema is not None:
            body["response_format"] = (
                {"type": "json_schema", "json_schema": named_schema(request.response_schema)}
                if dialect.json_schemas
                else {"type": "json_object"}
            )
        if stream:
            body["stream"] = True
            body["stream_options"] = {"include_usage": True}
        return WireRequest(path="/chat/completions", body=body)

    def _think(self, body: dict[str, Any], effort: ReasoningEffort) -> None:
        if effort == "none" and self._dialect.thinking_switch:
            body["thinking"] = {"type": "disabled"}
        else:
            body["reasoning_effort"] = effort

    def decode(self, body: Any) -> GenerationResult:
        """The first choice. Raises ProviderError for an error object, ResponseDecodeError where there is no choice."""
        if not isinstance(body, dict):
            raise ResponseDecodeError("The answer is JSON, but not a chat completion.")
        choices = body.get("choices")
        if body.get("error") or ("choices" not in body and "message" in body):
            raise openai_error(body, status=None)
        if not choices:
            raise ResponseDecodeError("The answer has no choices, so it is not a chat completion.")
        choice = choices[0]
        if len(choices) > 1:
            choice = next((one for one in choices if one.get("index") in (0, None)), choice)
        if choice.get("error"):
            raise openai_error(choice, status=None)
        message = choice.get("message") or {}
        parts = _parts(message, answer=as_text(body.get("id")))
        word = as_word(choice.get("finish_reason"))
        return GenerationResult(
            parts=parts,
            finish_reason=finish_reason(word, has_calls=bool(parts) and type(parts[-1]) is ToolCallPart),
            finish_reason_raw=word,
            usage=chat_usage(body.get("usage")),
            model=as_text(body.get("model")),
            response_id=as_optional_text(body.get("id")),
            refusal=as_optional_text(message.get("refusal")),
        )

    def decoder(self) -> ChatDecoder:
        """A reader for one stream."""
        return ChatDecoder()

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

    def _messages(self, request: GenerationRequest) -> list[dict[str, Any]]:
        system = request.system_text
        if request.response_schema is not None and not self._dialect.json_schemas:
            schema = msgspec.json.encode(json_schema(request.response_schema)).decode()
            words = f"Answer with one JSON object, and nothing else, that satisfies this JSON Schema:\n{schema}"
            system = f"{system}\n\n{words}" if system else words
        messages: list[dict[str, Any]] = [{"role": "system", "content": system}] if system else []
        for message in request.turns:
            part = message.content[0] if len(message.content) == 1 else None
            if message.role == "user" and type(part) is TextPart:  # the message that there are most of
                messages.append({"role": "user", "content": part.text})
            else:
                messages.extend(self._message(message))
        return messages

    def _message(self, message: Message) -> Iterator[dict[str, Any]]:
        """Tool results go first, each as a message of its own: they answer the turn before."""
        rest: list[Part] = []
        for part in message.content:
            if isinstance(part, ToolResultPart):
                yield {"role": "tool", "tool_call_id": part.tool_call_id, "content": part.content}
            else:
                rest.append(part)
        if message.role == "assistant":
            yield self._assistant(message)
        elif rest:
            yield {"role": "user", "content": _user_content(rest)}

    def _assistant(self, message: Message) -> dict[str, Any]:
        if any(isinstance(part, ImagePart) for part in message.content):
            raise InvalidRequestError("An assistant's message cannot carry an image here; nothing was sent.")
        calls = [part for part in message.content if isinstance(part, ToolCallPart)]
        made: dict[str, Any] = {"role": "assistant", "content": message.text or (None if calls else "")}
        if calls:
            made["tool_calls"] = [
                {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments_text(call)}}
                for call in calls
            ]
            reasoning = "".join(part.text for part in message.content if isinstance(part, ReasoningPart))
            if self._dialect.returns_reasoning and reasoning:
                made["reasoning_content"] = reasoning
        return made


def image_url(image: ImagePart) -> str:
    """The image's URL, or its bytes as a data URL."""
    if image.url is not None:
        return image.url
    data = base64.b64encode(image.data or b"").decode()
    return f"data:{image.media_type};base64,{data}"


def _sample(body: dict[str, Any], request: GenerationRequest) -> None:
    if request.temperature is not None:
        body["temperature"] = request.temperature
    if request.top_p is not None:
        body["top_p"] = request.top_p
    if request.seed is not None:
        body["seed"] = request.seed
    if request.stop:
        body["stop"] = list(request.stop)


def _user_content(parts: list[Part]) -> str | list[dict[str, Any]]:
    if all(isinstance(part, TextPart) for part in parts):
        return "".join(part.text for part in parts if isinstance(part, TextPart))
    content: list[dict[str, Any]] = []
    for part in parts:
        if isinstance(part, TextPart):
            content.append({"type": "text", "text": part.text})
        elif isinstance(part, ImagePart):
            content.append({"type": "image_url", "image_url": {"url": image_url(part)}})
    return content


def _tool(tool: Tool) -> dict[str, Any]:
    function: dict[str, Any] = {"name": tool.name, "parameters": dict(tool.parameters)}
    if tool.description:
        function["description"] = tool.description
    if tool.strict is not None:
        function["strict"] = tool.strict
    return {"type": "function", "function": function}


def _tool_choice(choice: str) -> str | dict[str, Any]:
    if choice in ("auto", "none", "required"):
        return choice
    return {"type": "function", "function": {"name": choice}}


def _parts(message: Mapping[str, Any], *, answer: str) -> tuple[Part, ...]:
    content = message.get("content")
    reasoning = message.get("reasoning_content") or message.get("reasoning") or ""
    if isinstance(content, str):
        text = content
    else:
        texts = list(content_texts(content))
        reasoning += "".join(text for kind, text in texts if kind == "reasoning")
        text = "".join(text for kind, text in texts if kind == "text")
    parts: list[Part] = []
    if reasoning:
        parts.append(ReasoningPart(text=reasoning))
    if text:
        parts.append(TextPart(text))
    parts.extend(_calls(message, answer=answer))
    return tuple(parts)


def _calls(message: Mapping[str, Any], *, answer: str) -> Iterator[ToolCallPart]:
    """The tool calls; the single ``function_call`` of older models counts as one where it names a function."""
    calls = message.get("tool_calls") or ()
    for index, call in enumerate(calls):
        function = call.get("function") or {}
        yield tool_call(
            call_id=as_text(call.get("id")) or generated_id(answer, index),
            name=as_text(function.get("name")),
            arguments=function.get("arguments"),
        )
    legacy = message.get("function_call")
    if legacy and as_text(legacy.get("name")) and not calls:
        yield tool_call(call_id=generated_id(answer, 0), name=legacy["name"], arguments=legacy.get("arguments"))
