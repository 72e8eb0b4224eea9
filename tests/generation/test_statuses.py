"""Statuses, codes and words become errors of the tree."""

import pytest

from understudy.domain.errors import (
    AuthenticationError,
    ContextLengthExceededError,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    QuotaExceededError,
    RateLimitError,
    RequestTimeoutError,
    ServerError,
)
from understudy.providers.generation.wire.statuses import provider_error


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [
        (400, InvalidRequestError, False),
        (401, AuthenticationError, False),
        (402, QuotaExceededError, False),
        (403, PermissionDeniedError, False),
        (404, NotFoundError, False),
        (408, RequestTimeoutError, True),
        (409, InvalidRequestError, True),
        (413, InvalidRequestError, False),
        (418, InvalidRequestError, False),
        (422, InvalidRequestError, False),
        (429, RateLimitError, True),
        (500, ServerError, True),
        (501, ServerError, False),
        (502, ServerError, True),
        (503, OverloadedError, True),
        (504, ServerError, True),
        (529, OverloadedError, True),
    ],
)
def test_each_status_has_its_class(status, kind, retryable):
    error = provider_error("no", status=status)
    assert type(error) is kind
    assert error.status == status
    assert error.retryable is retryable


def test_a_known_code_outweighs_the_status():
    error = provider_error(
        "no credit", status=429, code="insufficient_quota", codes={"insufficient_quota": QuotaExceededError}
    )
    assert type(error) is QuotaExceededError
    assert error.code == "insufficient_quota"
    assert not error.retryable


@pytest.mark.parametrize(
    "words",
    [
        "prompt is too long: 3333404 tokens > 200000 maximum",
        "prompt too long; exceeded max context length by 1119046 tokens",
        "This model's maximum context length is 8192 tokens.",
        "The input token count (1250074) exceeds the maximum number of tokens allowed (1048576).",
        "the request exceeds the available context size",
    ],
)
def test_a_context_that_is_too_long_is_known_by_its_words(words):
    assert type(provider_error(words, status=400)) is ContextLengthExceededError


def test_words_do_not_outweigh_a_status_that_is_exact():
    assert type(provider_error("maximum context length", status=404)) is NotFoundError


def test_a_refused_key_behind_a_400_keeps_its_status():
    error = provider_error("Incorrect API key provided.", status=400)
    assert type(error) is AuthenticationError
    assert error.status == 400


def test_an_error_without_a_status_is_the_services_and_may_pass():
    error = provider_error("something broke", status=None)
    assert type(error) is ServerError
    assert error.retryable
