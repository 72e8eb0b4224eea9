"""Tokens, counted alike on every machine: not any provider's tokeniser, but near to what they count for prose."""

from __future__ import annotations

import json
import re
import zlib

from understudy.domain.messages import ImagePart, Message, ReasoningPart, TextPart, ToolCallPart
from understudy.domain.requests import GenerationRequest, json_schema

__all__ = ["Measure", "count", "cut", "measure"]

# Each piece can be read without looking at what follows it, so the first n pieces of a text are n tokens again.
_PIECE = re.compile(r"\s*(?:\w{1,6}|[^\w\s])|\s+")

_PER_MESSAGE = 4
_PER_IMAGE = 258


def count(text: str) -> int:
    """The tokens of ``text``."""
    return len(_PIECE.findall(text))


def cut(text: str, tokens: int) -> str:
    """The beginning of ``text`` that has at most ``tokens`` tokens."""
    return "".join(_PIECE.findall(text)[:tokens])


class Measure:
    """A request's size in tokens, and a mark of eight hexadecimal digits that is the same for the same content."""

    __slots__ = ("mark", "tokens")

    def __init__(self, tokens: int, mark: str) -> None:
        self.tokens = tokens
        self.mark = mark


def measure(request: GenerationRequest) -> Measure:
    """Counts all that a provider would: every message with all its parts, the system text, the tools, the schema.

    What differs between a request and its wire form without being said differently (where the system text stands, how
    arguments are spaced) does not count, so that a stand-in and an emulator count alike.
    """
    texts: list[str] = []
    extra = 0
    told = request.system is not None
    for message in request.messages:
        if message.role == "system":
            told = True
        else:
            extra += _PER_MESSAGE + _gather(message, texts)
    if told:
        extra += _PER_MESSAGE
        texts.append(request.system_text)
    for tool in request.tools:
        texts += (tool.name, tool.description, json.dumps(tool.parameters, default=str))
    if request.response_schema is not None:
        texts.append(json.dumps(json_schema(request.response_schema), default=str))
    joined = "\n".join(texts) if len(texts) != 1 else texts[0]
    return Measure(len(_PIECE.findall(joined)) + extra, f"{zlib.crc32(joined.encode('utf-8', 'surrogatepass')):08x}")


def _gather(message: Message, texts: list[str]) -> int:
    """Puts the message's texts into ``texts``; returns the tokens of what is not text."""
    extra = 0
    for part in message.content:
        if isinstance(part, TextPart | ReasoningPart):
            texts.append(part.text)
        elif isinstance(part, ImagePart):
            extra += _PER_IMAGE
        elif isinstance(part, ToolCallPart):
            unread = part.arguments_text if part.arguments_error is not None else None
            texts += (part.name, unread or json.dumps(part.arguments, default=str))
        else:
            texts.append(part.content)
    return extra
