"""Ollama's errors, which are a sentence each, as errors of the tree."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from understudy.domain.errors import ProviderError
from understudy.providers.generation.wire.statuses import provider_error
from understudy.providers.generation.wire.values import as_mapping, error_words
from understudy.providers.http.answers import ErrorAnswer

__all__ = ["answer_error", "line_error"]

_NO_MODEL = re.compile(r"model ['\"]?([^'\"\s]+)['\"]? (?:is )?not found", re.IGNORECASE)
_CANNOT = re.compile(r"does not support|not capable", re.IGNORECASE)
_NO_MEMORY = re.compile(r"requires more (?:system |gpu )?memory|out of memory", re.IGNORECASE)
_TOO_MANY = re.compile(r"server busy|maximum pending requests", re.IGNORECASE)
_LIMITED = re.compile(r"usage limit|rate limit|too many requests", re.IGNORECASE)


def answer_error(answer: ErrorAnswer) -> ProviderError:
    """The error that an answer with status 400 and above stands for."""
    return _error(answer.body, status=answer.status, operation=answer.operation)


def line_error(line: Mapping[str, Any]) -> ProviderError:
    """The error that came with status 200, in a stream or instead of a message. It has no status: its words decide."""
    stated = line.get("status_code")
    status = stated if isinstance(stated, int) and stated >= 400 else _status(error_words(line))
    return _error(line, status=status, operation="")


def _status(message: str) -> int | None:
    """The status that the server would have answered, had it known before it began to stream."""
    for words, status in ((_NO_MODEL, 404), (_CANNOT, 400), (_TOO_MANY, 503), (_LIMITED, 429), (_NO_MEMORY, 500)):
        if words.search(message):
            return status
    return None


def _error(body: Any, *, status: int | None, operation: str) -> ProviderError:
    message = error_words(body)
    return provider_error(message, status=status, operation=operation, hint=_hint(message, body))


def _hint(message: str, body: Any) -> str | None:
    missing = _NO_MODEL.search(message)
    if missing is not None:
        return f"Pull it first: ollama pull {missing.group(1)}"
    if _CANNOT.search(message):
        return "Choose a model that can; `ollama show MODEL` lists what a model can do."
    if _NO_MEMORY.search(message):
        return "Choose a smaller model, or a lower options.num_ctx."
    if "signin_url" in as_mapping(body):
        return "Sign in with `ollama signin`, or set an API key."
    return None
