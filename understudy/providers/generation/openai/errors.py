"""OpenAI's errors, and those of the services that follow its APIs: bodies, stream events, codes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from understudy.domain.errors import (
    AuthenticationError,
    ContentFilteredError,
    ContextLengthExceededError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    ProviderError,
    QuotaExceededError,
    RateLimitError,
    ServerError,
)
from understudy.providers.generation.wire.statuses import provider_error

__all__ = ["openai_error"]

_EXACT: Mapping[str, type[ProviderError]] = MappingProxyType(
    {
        "context_length_exceeded": ContextLengthExceededError,
        "exceed_context_size_error": ContextLengthExceededError,
        "content_filter": ContentFilteredError,
        "content_policy_violation": ContentFilteredError,
        "image_content_policy_violation": ContentFilteredError,
        "ResponsibleAIPolicyViolation": ContentFilteredError,
        "invalid_prompt": ContentFilteredError,
        "bio_policy": ContentFilteredError,
        "misalignment_policy_violation": ContentFilteredError,
        "insufficient_quota": QuotaExceededError,
        "billing_hard_limit_reached": QuotaExceededError,
        "billing_not_active": QuotaExceededError,
        "model_not_found": NotFoundError,
        "invalid_model": NotFoundError,
        "DeploymentNotFound": NotFoundError,
        "invalid_api_key": AuthenticationError,
        "unsupported_country_region_territory": PermissionDeniedError,
    }
)
"""Words that say more than a status does, whatever the status is: several services answer 400 to most faults."""

_ANY: Mapping[str, type[ProviderError]] = MappingProxyType(
    {
        **_EXACT,
        "authentication_error": AuthenticationError,
        "permission_error": PermissionDeniedError,
        "rate_limit_exceeded": RateLimitError,
        "rate_limit_error": RateLimitError,
        "overloaded": OverloadedError,
        "overloaded_error": OverloadedError,
        "server_is_overloaded": OverloadedError,
        "insufficient_system_resource": OverloadedError,
        "server_error": ServerError,
    }
)
"""With the words that say what a status says too: for errors inside a stream, which have none."""


def openai_error(
    body: Any, *, status: int | None, operation: str = "generate", request_id: str | None = None
) -> ProviderError:
    """The error behind an answer's body or a stream's event; ``status`` is None where the answer began with 200.

    Reads ``{"error": {…}}``, ``{"error": "text"}``, ``{"message": …}``, ``{"detail": …}``, a list around any of them,
    and plain text.
    """
    if isinstance(body, list) and body:
        body = body[0]
    outer: Mapping[str, Any] = body if isinstance(body, Mapping) else {}
    inner = outer.get("error")
    fields: Mapping[str, Any] = inner if isinstance(inner, Mapping) else outer
    words = _codes(fields) or _codes(outer)
    status = _status(fields) if status is None else status
    codes = _ANY if status is None else _EXACT
    known = next((word for word in words if word in codes), None)
    return provider_error(
        _message(body, inner, fields),
        status=status,
        code=known or next(iter(words), None),
        codes=codes,
        operation=operation,
        request_id=request_id,
    )


def _codes(fields: Mapping[str, Any]) -> list[str]:
    """The words that may name the fault, the most exact first. Some services put the status there, as a number."""
    nested = fields.get("innererror")
    candidates = (
        nested.get("code") if isinstance(nested, Mapping) else None,
        fields.get("code"),
        fields.get("type"),
    )
    return [word for word in candidates if isinstance(word, str) and word and not word.isdigit() and word != "error"]


def _status(fields: Mapping[str, Any]) -> int | None:
    """The status that an error inside a stream stands for, where it says so."""
    for key in ("code", "status", "status_code"):
        value = fields.get(key)
        if isinstance(value, int | str) and str(value).isdigit() and 400 <= int(value) < 600:
            return int(value)
    return None


def _message(body: Any, inner: Any, fields: Mapping[str, Any]) -> str:
    candidates = (fields.get("message"), inner, fields.get("detail"), body)
    found = next((text for text in candidates if isinstance(text, str) and text.strip()), None)
    if found is None:
        return "The service refused the request without saying why."
    return found.strip()[:2000]
