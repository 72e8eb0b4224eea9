"""Promise 2: limits for one attempt and for a silent stream beside the deadline for all."""

import asyncio

import pytest

from understudy.testing.faults import FAULTS, drive

PROVIDERS = ["claude", "codex", "gemini", "ollama", "deepseek"]


async def nothing(seconds):
    await asyncio.sleep(0)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_promise_02_each_attempt_has_its_own_limit(fault_server, specs, provider):
    limits = {"timeout": {"attempt": 0.2, "total": 30}}
    outcome = await drive(
        specs[provider], FAULTS["silence"], server=fault_server, way="whole", deadline=30, http=limits, sleep=nothing
    )
    assert (outcome.cause.phase, outcome.requests) == ("attempt", 3)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_promise_02_a_silent_stream_has_its_own_limit(fault_server, specs, provider):
    limits = {"timeout": {"read": 0.5, "total": 30}}
    outcome = await drive(
        specs[provider], FAULTS["stream_stalls"], server=fault_server, way="stream", deadline=30, http=limits
    )
    assert (outcome.error.phase, outcome.error.partial_text, outcome.requests) == ("idle", "pong", 1)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_promise_02_the_deadline_covers_attempts_and_waits(fault_server, specs, provider):
    """Three attempts of 0.4 s each would fit their own limits; the deadline of 0.6 s ends the second."""
    limits = {"timeout": {"attempt": 0.4, "total": 0.6}}
    outcome = await drive(
        specs[provider], FAULTS["silence"], server=fault_server, way="whole", deadline=0.6, http=limits, sleep=nothing
    )
    assert outcome.error.phase == "total"
    assert outcome.requests <= 2
