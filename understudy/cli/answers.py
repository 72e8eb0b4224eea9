"""Answers as JSON, and as they stream onto a terminal."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from understudy.cli.terminal import note, printable, style, write
from understudy.domain.messages import ToolCallPart
from understudy.domain.results import FinishReason, GenerationResult, GenerationStream, TextEvent

__all__ = ["as_json", "dump", "print_remarks", "print_stream", "print_text"]


def dump(value: Any) -> str:
    """``value`` as indented JSON, readable in any language."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def as_json(result: GenerationResult) -> dict[str, Any]:
    """The result as plain data; latency in milliseconds, tokens as the library counts them."""
    usage = {**asdict(result.usage), "total_tokens": result.usage.total_tokens} if result.usage else None
    return {
        "text": result.text,
        "reasoning": result.reasoning or None,
        "tool_calls": [_call(call) for call in result.tool_calls],
        "refusal": result.refusal,
        "finish_reason": str(result.finish_reason),
        "finish_reason_raw": result.finish_reason_raw,
        "usage": usage,
        "provider": result.provider,
        "model": result.model,
        "response_id": result.response_id,
        "request_id": result.request_id,
        "latency_ms": round(result.latency * 1000, 1),
    }


def _call(call: ToolCallPart) -> dict[str, Any]:
    return {"id": call.id, "name": call.name, "arguments": dict(call.arguments), "error": call.arguments_error}


def print_text(result: GenerationResult) -> None:
    """The whole answer on standard output."""
    write(printable(result.text, sys.stdout))


async def print_stream(stream: GenerationStream) -> GenerationResult:
    """Write the text as it comes and return the whole answer.

    Whatever ends the stream early, the line is ended and the connection goes back.
    """
    out = sys.stdout
    open_line = False
    async with stream:
        try:
            async for event in stream:
                if isinstance(event, TextEvent) and event.text:
                    write(printable(event.text, out), newline=False)
                    open_line = not event.text.endswith("\n")
        finally:
            if open_line:
                write("")
        return await stream.result()


def print_remarks(result: GenerationResult) -> None:
    """On standard error, what the text alone does not say: tool calls, a refusal, an end before the end."""
    for call in result.tool_calls:
        note(
            style(f"tool call: {call.name}({json.dumps(dict(call.arguments), ensure_ascii=False)})", err=True, dim=True)
        )
    if result.refusal:
        note(style(f"refused: {result.refusal}", err=True, fg="yellow"))
    if result.finish_reason in (FinishReason.LENGTH, FinishReason.CONTENT_FILTER, FinishReason.ERROR):
        note(style(f"The answer is not complete: {result.finish_reason}.", err=True, fg="yellow"))
