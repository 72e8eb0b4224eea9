"""What a server advises, and how little a dead one is asked: promises 9, 11, 14 and 16 through the five providers."""

import asyncio

import pytest

from understudy.config.models.http import HttpSettings
from understudy.domain.errors import ProviderError
from understudy.providers.generation.choosing.build import build_real
from understudy.providers.generation.choosing.sections import validate
from understudy.providers.http import HttpClients
from understudy.testing.faults import FAULTS, drive

PROVIDERS = ["claude", "codex", "gemini", "ollama", "deepseek"]


async def nothing(seconds):
    await asyncio.sleep(0)


@pytest.fixture
def generator_of(fault_server, specs):
    """A provider at the address of a fault, without retries unless told otherwise."""

    def make(name, fault, run, clients):
        values = {"api_key": "sk-test-key", "base_url": fault_server.url(fault, run)}
        return build_real(specs[name], validate(specs[name], values), clients)

    return make


@pytest.mark.parametrize("way", ["whole", "stream"])
@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("fault", "least", "most"),
    [
        ("advice_seconds", 1, 1),
        ("advice_ms", 1.5, 1.5),
        ("advice_date", 0, 2),
        ("advice_past", 0, 0),
        ("advice_yes", 0.01, 0.01),
    ],
)
async def test_promise_11_advice_is_obeyed(fault_server, specs, provider, way, fault, least, most):
    outcome = await drive(specs[provider], FAULTS[fault], server=fault_server, way=way, deadline=30, sleep=nothing)
    assert outcome.text == "pong"
    assert len(outcome.waits) == 1
    assert least <= outcome.waits[0] <= most


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_promise_11_advice_that_is_too_long_is_an_error_at_once(fault_server, specs, provider):
    fault = FAULTS["advice_hour"]
    outcome = await drive(specs[provider], fault, server=fault_server, way="whole", deadline=30, sleep=nothing)
    assert outcome.error.retry_after == 3600
    assert (outcome.waits, outcome.requests) == ((), 1)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_promise_11_advice_that_is_none_leaves_the_backoff(fault_server, specs, provider):
    fault = FAULTS["advice_nonsense"]
    outcome = await drive(specs[provider], fault, server=fault_server, way="stream", deadline=30, sleep=nothing)
    assert outcome.waits == (0.01, 0.02)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_promise_14_every_attempt_carries_the_same_idempotency_key(fault_server, generator_of, specs, provider):
    settings = HttpSettings.model_validate({"retry": {"max_retries": 2}})
    async with HttpClients(settings, sleep=nothing) as clients:
        generator = generator_of(provider, "twice_500", f"key-{provider}", clients)
        await generator.generate("ping", idempotency_key="one-and-only")
    keys = [each.headers.get("idempotency-key") for each in fault_server.arrivals(f"key-{provider}")]
    assert keys == ["one-and-only"] * 3


@pytest.mark.slow
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_promise_09_a_dead_service_is_not_stormed(fault_server, generator_of, provider):
    """300 calls against a permanent 503 make at most 336 requests."""
    async with HttpClients(HttpSettings(), sleep=nothing) as clients:
        generator = generator_of(provider, "status_503", f"storm-{provider}", clients)
        for _ in range(300):
            with pytest.raises(ProviderError):
                await generator.generate("ping")
    assert len(fault_server.arrivals(f"storm-{provider}")) <= 300 * 1.12


@pytest.mark.slow
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_promise_16_a_closed_idle_connection_is_invisible(fault_server, generator_of, provider):
    """300 calls to a server that closes after each answer, without a retry: none fails."""
    settings = HttpSettings.model_validate({"retry": {"max_retries": 0}})
    async with HttpClients(settings) as clients:
        generator = generator_of(provider, "closed_idle", f"idle-{provider}", clients)
        texts = [(await generator.generate("ping")).text for _ in range(300)]
    assert texts == ["pong"] * 300
