"""Which conversation a request belongs to, as a file's name: turns that begin alike share one."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from understudy.providers.recording.exchanges import Asked

__all__ = ["conversation"]

_TURNS = ("messages", "contents", "input", "prompt")  # what the APIs call the turns of a conversation
_SYSTEM = ("system", "instructions", "systemInstruction")
_LONGEST = 48


def conversation(asked: Asked) -> str:
    """The name of the conversation's file, without its suffix.

    A conversation is known by its system prompt and its first turns up to the user's first; a call of MCP by what it
    calls; any other request by its method and path, and by its body where there is one.
    """
    if asked.is_json and isinstance(asked.body, dict) and "jsonrpc" in asked.body:
        return _of_rpc(asked.body)
    opening = _opening(asked.body) if asked.is_json and isinstance(asked.body, dict) else None
    if opening is not None:
        said = _words(opening[-1])
        return f"{_slug(said) or 'conversation'}-{_digest(opening)}"
    name = f"{asked.method.lower()}-{_slug(asked.path.partition('?')[0]) or 'root'}"
    body = asked.body if asked.is_json else bytes(asked.body).decode("latin-1")
    rest = [asked.path.partition("?")[2], body]
    return f"{name}-{_digest(rest)}" if any(rest) else name


def _of_rpc(body: dict[str, Any]) -> str:
    """A call of MCP, by its method, the tool's name and what it is asked; its number in the session does not count."""
    params = body.get("params") or {}
    named = params.get("name") if isinstance(params, dict) else None
    name = _slug(f"{body.get('method', 'answer')} {named or ''}")
    return f"{name}-{_digest(params)}" if params and body.get("method") != "initialize" else name


def _opening(body: dict[str, Any]) -> list[Any] | None:
    turns = next((body[name] for name in _TURNS if body.get(name)), None)
    if isinstance(turns, str):
        turns = [turns]
    if not isinstance(turns, list):
        return None
    first = next((place for place, turn in enumerate(turns) if _is_users(turn)), 0)
    return [*(body.get(name) for name in _SYSTEM), *turns[: first + 1]]


def _is_users(turn: Any) -> bool:
    return isinstance(turn, str) or (isinstance(turn, dict) and turn.get("role", "user") == "user")


def _words(turn: Any) -> str:
    """The first text in a turn, whatever the API calls it."""
    if isinstance(turn, str):
        return turn
    if isinstance(turn, list):
        return next(filter(None, map(_words, turn)), "")
    if isinstance(turn, dict):
        return next(filter(None, (_words(turn.get(name)) for name in ("text", "content", "parts"))), "")
    return ""


def _slug(text: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", text[:400].lower()).strip("-")
    return words if len(words) <= _LONGEST else words[:_LONGEST].rpartition("-")[0] or words[:_LONGEST]


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:8]
