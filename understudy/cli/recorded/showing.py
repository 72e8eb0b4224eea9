"""One conversation as a text that a person reads."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterator

from understudy.cli.terminal import printable, style
from understudy.providers.recording.exchanges import Recorded
from understudy.providers.recording.shelf import Conversation

__all__ = ["readable"]


def readable(conversation: Conversation) -> str:
    """All exchanges, one below the other."""
    lines = [style(conversation.name, bold=True)]
    for number, exchange in enumerate(conversation.exchanges, 1):
        lines += ["", *_exchange(number, exchange)]
    return "\n".join(lines)


def _exchange(number: int, exchange: Recorded) -> Iterator[str]:
    asked = exchange.asked
    head = f"{number}. {asked.method} {asked.url}"
    yield style(printable(head, sys.stdout), bold=True)
    yield style(f"   recorded {exchange.at or 'at an unknown time'}", dim=True)
    if asked.is_json:
        yield _indented(json.dumps(asked.body, indent=2, ensure_ascii=False))
    elif asked.body:
        yield _indented(_text(asked.body))
    yield style(f"   {_answer_head(exchange)}", bold=True)
    yield from _answer_body(exchange)
    if not exchange.complete:
        yield style("   (it was not read further)", dim=True)


def _answer_head(exchange: Recorded) -> str:
    kind = exchange.headers.get("content-type", "no content type")
    pieces = f", in {len(exchange.chunks)} pieces" if len(exchange.chunks) > 1 else ""
    return f"-> {exchange.status} after {exchange.began:g} s, {kind}, {len(exchange.body)} bytes{pieces}"


def _answer_body(exchange: Recorded) -> Iterator[str]:
    try:
        yield _indented(json.dumps(json.loads(exchange.body), indent=2, ensure_ascii=False))
    except (ValueError, RecursionError):
        yield from _pieces(exchange)


def _pieces(exchange: Recorded) -> Iterator[str]:
    """The pieces of a body that is no JSON document, each with its time where there are several."""
    if len(exchange.chunks) < 2:
        if exchange.body:
            yield _indented(_text(exchange.body))
        return
    start = 0
    last = len(exchange.chunks) - 1
    for number, (at, size) in enumerate(exchange.chunks):
        end = None if number == last else start + size
        yield style(f"   at {at:g} s:", dim=True)
        yield _indented(_text(exchange.body[start:end]))
        start += size


def _text(content: bytes) -> str:
    """The text; of a piece that ends within a character, that one is shown as U+FFFD."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        text = content.decode("utf-8", "replace")
        return text if text.count("\ufffd") <= 2 else f"({len(content)} bytes that are no text)"


def _indented(text: str) -> str:
    return textwrap.indent(printable(text.rstrip("\n"), sys.stdout), "     ")
