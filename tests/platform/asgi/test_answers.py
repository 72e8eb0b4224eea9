"""From the library's errors to HTTP answers."""

import pytest

from understudy import (
    AuthenticationError,
    ConfigurationError,
    ConnectionFailedError,
    Fault,
    InvalidIdentityError,
    InvalidRequestError,
    MaxRetriesExceededError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    ProviderError,
    RateLimitError,
    RequestTimeoutError,
    ResponseDecodeError,
    ServerError,
    UnderstudyError,
)
from understudy.integrations.answers import error_reply


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (AuthenticationError, 401, "UNAUTHORIZED"),
        (InvalidIdentityError, 401, "UNAUTHORIZED"),
        (PermissionDeniedError, 403, "FORBIDDEN"),
        (NotFoundError, 404, "NOT_FOUND"),
        (InvalidRequestError, 400, "INVALID_REQUEST"),
        (RateLimitError, 429, "RATE_LIMITED"),
        (OverloadedError, 503, "SERVER_UNAVAILABLE"),
        (ConnectionFailedError, 503, "SERVER_UNAVAILABLE"),
        (RequestTimeoutError, 504, "TIMEOUT"),
        (ServerError, 502, "BAD_GATEWAY"),
        (ResponseDecodeError, 502, "BAD_GATEWAY"),
    ],
)
def test_a_services_failure_keeps_its_meaning(kind: type[ProviderError], status: int, code: str) -> None:
    reply = error_reply(kind("what happened", provider="maas", operation="list_models"))

    assert reply.status == status
    assert reply.body == {"error": {"code": code, "message": "maas list_models: what happened"}}
    assert ("www-authenticate" in reply.headers) == (status == 401)


def test_the_services_own_code_counts_more() -> None:
    reply = error_reply(OverloadedError("full", code="SERVER_UNAVAILABLE", status=429))
    assert reply.body["error"] == {"code": "SERVER_UNAVAILABLE", "message": "full"}


@pytest.mark.parametrize("status", [409, 422])
def test_a_conflict_and_an_invalid_entity_stay_what_they_are(status: int) -> None:
    assert error_reply(InvalidRequestError("no", status=status)).status == status


def test_exhausted_retries_are_answered_as_their_last_failure() -> None:
    last = OverloadedError("full", retry_after=1.2)
    reply = error_reply(MaxRetriesExceededError("gave up", attempts=4, last_error=last))
    assert (reply.status, reply.headers["retry-after"]) == (503, "2")


@pytest.mark.parametrize("kind", [UnderstudyError, ConfigurationError])
def test_what_is_wrong_with_the_application_itself_is_not_told(kind: type[UnderstudyError]) -> None:
    error = ConfigurationError([Fault(where="a.b", reason="bad")]) if kind is ConfigurationError else kind("a.b is bad")
    reply = error_reply(error)
    assert reply.status == 500
    assert "bad" not in str(reply.body)
