"""The stand-in's models: responses, whole and event by event, in the order in which real servers send them."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from understudy.config.models.llama_stack_mock import LlamaStackMockSettings, StackAnswerSettings
from understudy.providers.llama_stack.mock.state import Heard, RefusalError, Said, Stamps, not_found, wrong_field
from understudy.providers.llama_stack.mock.stores import Stores

__all__ = ["Answers", "Responses"]

_UNSAID = (
    "completed_at",
    "error",
    "incomplete_details",
    "max_output_tokens",
    "max_tool_calls",
    "prompt",
    "prompt_cache_key",
    "reasoning",
    "safety_identifier",
    "skills",
    "usage",
)
_DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "background": False,
        "frequency_penalty": 0.0,
        "parallel_tool_calls": True,
        "presence_penalty": 0.0,
        "service_tier": "default",
        "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "tool_choice": "auto",
        "top_logprobs": 0,
        "truncation": "disabled",
    }
)


@dataclass(slots=True)
class _Rule:
    said: StackAnswerSettings
    used: int = 0


class Answers:
    """What the models answer: the first rule that takes a request, else a text made from it."""

    def __init__(self, rules: tuple[StackAnswerSettings, ...]) -> None:
        self._rules = [_Rule(each) for each in rules]

    def answer(self, answer: str | None = None, **conditions: Any) -> None:
        """Add a rule before the others; the fields are those of the settings' ``answers``."""
        self._rules.insert(0, _Rule(StackAnswerSettings(answer=answer, **conditions)))

    def take(self, text: str, model: str) -> StackAnswerSettings:
        """The rule for a request."""
        for rule in self._rules:
            said = rule.said
            spent = said.times is not None and rule.used >= said.times
            if not spent and (said.text is None or said.text in text) and fnmatch.fnmatchcase(model, said.model):
                rule.used += 1
                return said
        return StackAnswerSettings(answer=f"Mock answer of {model} to: {text[:200]}")


@dataclass(slots=True)
class _Turn:
    """One response in the making."""

    response: dict[str, Any]
    said: StackAnswerSettings
    searches: list[dict[str, Any]] = field(default_factory=list)


class Responses:
    """Makes responses and keeps those that are to be stored."""

    def __init__(self, stamps: Stamps, stores: Stores, answers: Answers, settings: LlamaStackMockSettings) -> None:
        self._stamps = stamps
        self._stores = stores
        self._answers = answers
        self._models = frozenset(settings.models)
        self._stored: dict[str, dict[str, Any]] = {}

    def get(self, response_id: str) -> Said:
        """A stored one."""
        if response_id not in self._stored:
            raise not_found("Response", response_id, plain=True, lists="responses")
        return Said(body=self._stored[response_id])

    def create(self, heard: Heard) -> Said:
        """Answer a prompt."""
        body = heard.body if isinstance(heard.body, Mapping) else {}
        _check(body)
        if body.get("stream"):
            return Said(events=self._numbered(self._events(body)))
        self._check_names(body)
        turn = self._begin(body)
        if turn.said.failed is not None:
            raise RefusalError(500, turn.said.failed, plain=True)
        for _ in self._work(turn):
            pass
        return Said(body=turn.response)

    def _events(self, body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        previous = body.get("previous_response_id")
        if previous is not None and previous not in self._stored:
            yield _error_event(not_found("Response", previous, lists="responses"))
            return
        turn = self._begin(body)
        for kind in ("created", "in_progress"):
            yield {"type": f"response.{kind}", "response": dict(turn.response)}
        if body["model"] not in self._models:
            yield _error_event(not_found("Model", body["model"], lists="models"))
            return
        if turn.said.failed is not None:
            turn.response |= {"status": "failed", "error": {"code": "server_error", "message": turn.said.failed}}
            yield {"type": "response.failed", "response": dict(turn.response)}
            return
        yield from self._work(turn)
        yield {"type": "response.completed", "response": dict(turn.response)}

    @staticmethod
    def _numbered(events: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for number, event in enumerate(events):
            yield {**event, "sequence_number": number}

    def _begin(self, body: Mapping[str, Any]) -> _Turn:
        text = _last_text(body["input"])
        response = {
            **dict.fromkeys(_UNSAID),
            **_DEFAULTS,
            "created_at": self._stamps.time(),
            "id": self._stamps.id("resp_"),
            "instructions": body.get("instructions"),
            "metadata": body.get("metadata"),
            "model": body["model"],
            "object": "response",
            "output": [],
            "previous_response_id": body.get("previous_response_id"),
            "status": "in_progress",
            "store": body.get("store", True),
            "temperature": body.get("temperature", 1.0),
            "tools": [_shown_tool(tool) for tool in body.get("tools") or ()],
            "top_p": body.get("top_p", 1.0),
        }
        turn = _Turn(response, self._answers.take(text, body["model"]))
        include = "file_search_call.results" in (body.get("include") or ())
        for tool in response["tools"]:
            if tool.get("type") == "file_search":
                turn.searches.append(self._search(tool, text, include=include))
        return turn

    def _search(self, tool: Mapping[str, Any], query: str, *, include: bool) -> dict[str, Any]:
        found = self._stores.search(list(tool["vector_store_ids"]), query)
        return {
            "id": self._stamps.id("fc_"),
            "queries": [query],
            "status": "completed",
            "type": "file_search_call",
            "results": found if include else None,
        }

    def _work(self, turn: _Turn) -> Iterator[dict[str, Any]]:
        """The events between the beginning and the end; the response is complete after the last."""
        response = turn.response
        output: list[dict[str, Any]] = []
        response["output"] = output
        for search in turn.searches:
            yield from _search_events(search, len(output), response["id"])
            output.append(search)
        yield from self._message(turn, output)
        text = output[-1]["content"][0]["text"]
        asked = sum(len(query.split()) for search in turn.searches for query in search["queries"]) + 1
        response |= {
            "status": "completed",
            "completed_at": self._stamps.time(),
            "usage": {
                "input_tokens": asked,
                "output_tokens": len(text.split()),
                "total_tokens": asked + len(text.split()),
                "input_tokens_details": {"cached_tokens": 0},
                "output_tokens_details": {"reasoning_tokens": 0},
            },
        }
        if response["store"]:
            self._stored[response["id"]] = response

    def _message(self, turn: _Turn, output: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        said = turn.said
        pieces = said.chunks or _pieces(said.answer or "")
        item_id = self._stamps.id("msg_")
        index = len(output)
        item = {"content": [], "role": "assistant", "type": "message", "id": item_id, "status": "in_progress"}
        response_id = turn.response["id"]
        place = {"content_index": 0, "item_id": item_id, "output_index": index}
        yield _item_event("added", item, index, response_id)
        yield {"type": "response.content_part.added", **place, "response_id": response_id, "part": _part("")}
        for number, piece in enumerate(pieces):
            if number == said.break_after:
                raise ConnectionAbortedError("The script breaks the stream here.")
            yield {"type": "response.output_text.delta", **place, "delta": piece, "logprobs": []}
        part = _part("".join(pieces))
        yield {"type": "response.content_part.done", **place, "response_id": response_id, "part": part}
        output.append({**item, "content": [part], "status": "completed"})
        yield _item_event("done", output[-1], index, response_id)

    def _check_names(self, body: Mapping[str, Any]) -> None:
        previous = body.get("previous_response_id")
        if previous is not None and previous not in self._stored:
            raise not_found("Response", previous, plain=True, lists="responses")
        if body["model"] not in self._models:
            raise not_found("Model", body["model"], plain=True, lists="models")


def _check(body: Mapping[str, Any]) -> None:
    for name in ("model", "input"):
        if name not in body:
            raise wrong_field("body", name, "Field required", "missing")
    for name, most in (("temperature", 2), ("top_p", 1)):
        value = body.get(name)
        if value is not None and value > most:
            raise wrong_field("body", name, f"Input should be less than or equal to {most}", "less_than_equal")
        if value is not None and value < 0:
            raise wrong_field("body", name, "Input should be greater than or equal to 0", "greater_than_equal")


def _last_text(asked: Any) -> str:
    if isinstance(asked, str):
        return asked
    last = next((item for item in reversed(asked) if isinstance(item, Mapping) and item.get("content")), {})
    content = last.get("content", "")
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content if isinstance(part, Mapping))


def _pieces(text: str) -> tuple[str, ...]:
    words = text.split(" ")
    return tuple(word if number == 0 else f" {word}" for number, word in enumerate(words)) if text else ()


def _part(text: str) -> dict[str, Any]:
    return {"text": text, "type": "output_text", "annotations": [], "logprobs": []}


def _item_event(state: str, item: Mapping[str, Any], index: int, response_id: str) -> dict[str, Any]:
    shown = {**item}
    return {
        "type": f"response.output_item.{state}",
        "response_id": response_id,
        "item": shown,
        "output_index": index,
    }


def _search_events(search: Mapping[str, Any], index: int, response_id: str) -> Iterator[dict[str, Any]]:
    begun = {**search, "status": "in_progress", "queries": [], "results": None}
    yield _item_event("added", begun, index, response_id)
    for state in ("in_progress", "searching", "completed"):
        kind = f"response.file_search_call.{state}"
        yield {"type": kind, "item_id": search["id"], "output_index": index}
    yield _item_event("done", search, index, response_id)


def _shown_tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    """A tool as the response repeats it: without its credential."""
    if tool.get("type") == "mcp":
        label, allowed = tool.get("server_label"), tool.get("allowed_tools")
        return {"type": "mcp", "server_label": label, "allowed_tools": allowed}
    if tool.get("type") == "file_search":
        return {"filters": None, "max_num_results": 10, "ranking_options": None, **tool}
    return dict(tool)


def _error_event(refusal: RefusalError) -> dict[str, Any]:
    return {"type": "error", "code": str(refusal.status), "message": str(refusal), "param": None}
