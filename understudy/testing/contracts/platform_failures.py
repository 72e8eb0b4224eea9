"""What every client of a platform service keeps when the service fails, and about who asks: real or stand-in.

from understudy.testing.contracts.platform_failures import FailingStage, PlatformFailureContract

class TestMine(PlatformFailureContract):
    @pytest.fixture
    def stage(self) -> FailingStage:
        ...
"""

# ruff: noqa: S101 - pytest shows what an assertion compared
from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pytest

from understudy.config.models.scenarios import Scenario
from understudy.domain.errors import (
    AuthenticationError,
    ConnectionFailedError,
    InvalidRequestError,
    MissingIdentityError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    ProviderError,
    RateLimitError,
    ServerError,
)
from understudy.domain.identity import RequestIdentity
from understudy.providers.scenarios import Scenarios

__all__ = ["FailingStage", "PlatformFailureContract"]

ALICE = RequestIdentity.of("alice-token-1234", user="alice")

_ANSWERED: Mapping[Scenario, tuple[type[ProviderError], int, bool]] = MappingProxyType(
    {
        "unavailable": (OverloadedError, 503, True),
        "unauthorised": (AuthenticationError, 401, False),
        "forbidden": (PermissionDeniedError, 403, False),
        "not_found": (NotFoundError, 404, False),
        "invalid_request": (InvalidRequestError, 400, False),
        "rate_limited": (RateLimitError, 429, True),
        "internal_error": (ServerError, 500, True),
    }
)
"""By scenario: the error, its status, and whether the same call may succeed later."""
_WORDS = "as the contract says"


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingStage:
    """Clients that make no retries, and the service that answers them.

    ``client`` makes a client for an identity; ``scenarios`` are the service's; ``operations`` call each operation of a
    client in its simplest form; ``codes`` are the port's words for what a scenario does; ``asked`` says how many
    requests have reached the service.
    """

    provider: str
    client: Callable[[RequestIdentity], Any]
    scenarios: Scenarios
    operations: Mapping[str, Callable[[Any], Awaitable[object]]]
    codes: Mapping[Scenario, str]
    asked: Callable[[], int]


class PlatformFailureContract:
    """Errors by their class, and users told apart."""

    @pytest.fixture
    def stage(self) -> FailingStage:
        """What is played on; a class that derives from this one has its own."""
        raise NotImplementedError("give the contract a `stage` fixture")

    @pytest.mark.parametrize("scenario", _ANSWERED)
    async def test_refusals_are_errors_of_the_tree(self, stage: FailingStage, scenario: Scenario) -> None:
        """For each operation the exact class, with status, code, the service's words, and whose call it was."""
        kind, status, retryable = _ANSWERED[scenario]
        for operation in stage.operations:
            error = await _failure(stage, operation, scenario)
            assert type(error) is kind, operation
            assert (error.provider, error.operation) == (stage.provider, operation)
            assert (error.status, error.code) == (status, stage.codes[scenario]), operation
            assert (error.retryable, error.message) == (retryable, _WORDS), operation
            assert error.phase == "answer"

    async def test_a_lost_connection_is_one(self, stage: FailingStage) -> None:
        """Worth a retry, and without a status."""
        for operation in stage.operations:
            error = await _failure(stage, operation, "connection_failed")
            assert isinstance(error, ConnectionFailedError), operation
            assert (error.status, error.retryable) == (None, True)
            assert (error.provider, error.operation) == (stage.provider, operation)
            assert error.code == stage.codes["connection_failed"]

    async def test_the_service_s_advice_arrives(self, stage: FailingStage) -> None:
        """In seconds."""
        for operation in stage.operations:
            assert (await _failure(stage, operation, "rate_limited", retry_after=7)).retry_after == 7, operation

    async def test_a_failure_is_of_its_own_operation(self, stage: FailingStage) -> None:
        """The others are not touched, and the next call is answered."""
        first, *others = stage.operations
        stage.scenarios.fail(first, "forbidden", times=1)
        for operation in others:
            assert not isinstance(await _outcome(stage, operation), PermissionDeniedError), operation
        assert isinstance(await _outcome(stage, first), PermissionDeniedError)
        assert not isinstance(await _outcome(stage, first), PermissionDeniedError)

    async def test_without_a_user_nothing_is_sent(self, stage: FailingStage) -> None:
        """MissingIdentityError, whatever is asked."""
        client = stage.client(RequestIdentity.of(None))
        for operation, ask in stage.operations.items():
            with pytest.raises(MissingIdentityError) as caught:
                await ask(client)
            assert (caught.value.provider, caught.value.operation) == (stage.provider, operation)
            assert caught.value.code == "UNAUTHORIZED"
        assert stage.asked() == 0


async def _failure(
    stage: FailingStage, operation: str, scenario: Scenario, *, retry_after: float | None = None
) -> ProviderError:
    stage.scenarios.fail(operation, scenario, message=_WORDS, retry_after=retry_after, times=1)
    error = await _outcome(stage, operation)
    assert isinstance(error, ProviderError), operation
    return error


async def _outcome(stage: FailingStage, operation: str) -> ProviderError | None:
    """The error that an operation ends with, if any: the service may also refuse by itself what does not exist."""
    try:
        await stage.operations[operation](stage.client(ALICE))
    except ProviderError as error:
        return error
    return None
