"""The fixed answers of the benchmark's server: one whole answer and one stream of 500 pieces in each wire format."""

from __future__ import annotations

import json
from typing import Any

TEXT = "Hello! What would you like to talk about today?"
PIECES = 500
WORDS = [f" word{number % 10}" for number in range(PIECES)]


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _sse(events: list[dict[str, Any]], *, named: bool = False, end: bytes | None = None) -> list[bytes]:
    frames = [
        (b"event: " + event["type"].encode() + b"\n" if named else b"") + b"data: " + _json(event) + b"\n\n"
        for event in events
    ]
    return frames if end is None else [*frames, b"data: " + end + b"\n\n"]


def _chat() -> tuple[bytes, list[bytes]]:
    head = {"id": "chatcmpl-bench", "created": 1780000000, "model": "bench-model", "system_fingerprint": "fp_bench"}
    usage = {
        "prompt_tokens": 8,
        "completion_tokens": 11,
        "total_tokens": 19,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }
    message: dict[str, Any] = {"role": "assistant", "content": TEXT, "refusal": None, "annotations": []}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    whole = {**head, "object": "chat.completion", "choices": [choice], "usage": usage}

    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        choices = [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
        return {**head, "object": "chat.completion.chunk", "choices": choices, "usage": None}

    chunks = [chunk({"role": "assistant", "content": "", "refusal": None})]
    chunks += [chunk({"content": word}) for word in WORDS]
    chunks += [chunk({}, "stop"), {**chunk({}), "choices": [], "usage": {**usage, "completion_tokens": PIECES}}]
    return _json(whole), _sse(chunks, end=b"[DONE]")


def _messages() -> tuple[bytes, list[bytes]]:
    usage = {"input_tokens": 8, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 11}
    head = {"id": "msg_bench", "type": "message", "role": "assistant", "model": "bench-model", "stop_sequence": None}
    whole = {**head, "content": [{"type": "text", "text": TEXT}], "stop_reason": "end_turn", "usage": usage}
    opening: dict[str, Any] = {**head, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": opening},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    ]
    events += [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": word}} for word in WORDS
    ]
    ending = {"stop_reason": "end_turn", "stop_sequence": None}
    events += [
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": ending, "usage": {"output_tokens": PIECES}},
        {"type": "message_stop"},
    ]
    return _json(whole), _sse(events, named=True)


def _gemini() -> tuple[bytes, list[bytes]]:
    def answer(text: str, finish: str | None) -> dict[str, Any]:
        candidate: dict[str, Any] = {"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}
        if finish:
            candidate["finishReason"] = finish
        usage = {"promptTokenCount": 8, "candidatesTokenCount": 11, "totalTokenCount": 19}
        return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "bench-model", "responseId": "bench"}

    return _json(answer(TEXT, "STOP")), _sse(
        [answer(word, "STOP" if number == PIECES - 1 else None) for number, word in enumerate(WORDS)]
    )


def _ollama() -> tuple[bytes, list[bytes]]:
    head = {"model": "bench-model", "created_at": "2026-01-01T00:00:00.000000Z"}
    end = {
        "done": True,
        "done_reason": "stop",
        "total_duration": 1_000_000,
        "load_duration": 1_000,
        "prompt_eval_count": 8,
        "prompt_eval_duration": 1_000,
        "eval_count": 11,
        "eval_duration": 1_000,
    }
    lines = [{**head, "message": {"role": "assistant", "content": word}, "done": False} for word in WORDS]
    last = {**head, "message": {"role": "assistant", "content": ""}, **end}
    whole = {**head, "message": {"role": "assistant", "content": TEXT}, **end}
    return _json(whole), [_json(line) + b"\n" for line in [*lines, last]]


def _responses() -> tuple[bytes, list[bytes]]:
    usage = {
        "input_tokens": 8,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 11,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 19,
    }
    head: dict[str, Any] = {"id": "resp_bench", "object": "response", "model": "bench-model", "error": None}

    def message(text: str, status: str = "completed") -> dict[str, Any]:
        part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
        content = [part] if text else []
        return {"type": "message", "id": "msg_bench", "role": "assistant", "status": status, "content": content}

    whole = {**head, "status": "completed", "output": [message(TEXT)], "usage": usage}
    place = {"item_id": "msg_bench", "output_index": 0, "content_index": 0}
    text = "".join(WORDS)
    opened = message("", "in_progress")
    begun = {**head, "status": "in_progress", "output": [], "usage": None}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": begun},
        {"type": "response.output_item.added", "output_index": 0, "item": opened},
    ]
    events += [{"type": "response.output_text.delta", **place, "delta": word, "logprobs": []} for word in WORDS]
    ended = {**whole, "output": [message(text)]}
    events += [
        {"type": "response.output_text.done", **place, "text": text, "logprobs": []},
        {"type": "response.output_item.done", "output_index": 0, "item": message(text)},
        {"type": "response.completed", "response": ended},
    ]
    numbered = [{**event, "sequence_number": number} for number, event in enumerate(events)]
    return _json(whole), _sse(numbered, named=True)


CHAT, RESPONSES, MESSAGES, GEMINI, OLLAMA = _chat(), _responses(), _messages(), _gemini(), _ollama()
