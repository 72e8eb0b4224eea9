"""The manager: one of each, however many ask at once; a cancelled caller harms nobody; every close is attempted."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections import Counter
from typing import Any

import pytest

from understudy.config.models.generation import GenerationSettings
from understudy.domain.errors import (
    MissingCredentialsError,
    NoProviderAvailableError,
    ProviderNotFoundError,
    UnderstudyError,
)
from understudy.providers.generation.choosing.factory import ProviderFactory
from understudy.providers.generation.choosing.manager import ProviderManager
from understudy.providers.registry import ProviderRegistry


class Workshop:
    """Makes the real providers of the registry; counts them, waits at a gate, fails on demand."""

    def __init__(self, fake: Any) -> None:
        self.fake = fake
        self.made: Counter[str] = Counter()
        self.providers: dict[str, Any] = {}
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self.faults: dict[str, list[BaseException]] = {}

    def real(self, name: str) -> Any:
        def make(settings: Any, http: Any) -> Any:
            self.made[name] += 1
            self.entered.set()
            assert self.gate.wait(5)
            if self.faults.get(name):
                raise self.faults[name].pop(0)
            self.providers[name] = self.fake(name=name)
            return self.providers[name]

        return make


@pytest.fixture
def workshop(fake: Any) -> Workshop:
    return Workshop(fake)


@pytest.fixture
def manager(workshop: Workshop, make_spec: Any, http: Any) -> ProviderManager:
    registry = ProviderRegistry("generation")
    for name in ("alpha", "beta", "gamma"):
        spec = make_spec(name, aliases=(f"{name}-1",), real=workshop.real(name), needs_credentials=False)
        registry.register(spec)
    return ProviderManager(ProviderFactory(registry, GenerationSettings(), http))


async def test_a_provider_is_made_once_and_kept(manager: ProviderManager, workshop: Workshop) -> None:
    first = await manager.initialize("alpha")

    assert await manager.initialize("ALPHA-1") is first
    assert manager.get("alpha") is first
    assert dict(manager.all()) == {"alpha": first}
    assert workshop.made == {"alpha": 1}


async def test_another_maker_can_be_given(manager: ProviderManager, fake: Any) -> None:
    kept = {"alpha": fake(name="kept")}

    other = ProviderManager(manager.factory, create=kept.__getitem__)

    assert await other.initialize("alpha-1") is kept["alpha"]


async def test_get_makes_a_provider_that_is_not_there_yet(manager: ProviderManager, workshop: Workshop) -> None:
    made = manager.get("beta")

    assert await manager.initialize("beta") is made
    assert workshop.made == {"beta": 1}


async def test_an_unknown_name_says_what_there_is(manager: ProviderManager) -> None:
    with pytest.raises(ProviderNotFoundError, match="Did you mean 'alpha'"):
        await manager.initialize("alpah")
    with pytest.raises(ProviderNotFoundError):
        manager.get("nobody")


async def test_many_tasks_at_once_get_the_same_one(manager: ProviderManager, workshop: Workshop) -> None:
    workshop.gate.clear()
    tasks = [asyncio.create_task(manager.initialize("alpha")) for _ in range(20)]
    await asyncio.to_thread(workshop.entered.wait, 5)
    assert dict(manager.all()) == {}
    workshop.gate.set()

    found = await asyncio.gather(*tasks)

    assert {id(each) for each in found} == {id(manager.get("alpha"))}
    assert workshop.made == {"alpha": 1}


def test_many_threads_with_loops_of_their_own_get_the_same_one(manager: ProviderManager, workshop: Workshop) -> None:
    found: list[Any] = []
    workshop.gate.clear()

    def synchronous() -> None:
        found.append(manager.get("alpha"))

    def asynchronous() -> None:
        found.append(asyncio.run(manager.initialize("alpha")))

    threads = [threading.Thread(target=each) for each in (synchronous, asynchronous) * 4]
    for thread in threads:
        thread.start()
    assert workshop.entered.wait(5)
    workshop.gate.set()
    for thread in threads:
        thread.join(5)

    assert len(found) == 8
    assert len({id(each) for each in found}) == 1
    assert workshop.made == {"alpha": 1}


@pytest.mark.parametrize("victim", [0, 1])
async def test_a_cancelled_caller_takes_nothing_from_the_others(
    manager: ProviderManager, workshop: Workshop, victim: int
) -> None:
    """Neither the one who began nor one who waits."""
    workshop.gate.clear()
    tasks = [asyncio.create_task(manager.initialize("alpha")) for _ in range(3)]
    await asyncio.to_thread(workshop.entered.wait, 5)
    cancelled = tasks.pop(victim)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    workshop.gate.set()

    found = await asyncio.gather(*tasks)

    assert found == [manager.get("alpha")] * 2
    assert workshop.made == {"alpha": 1}


def test_a_caller_whose_loop_is_closed_meanwhile_harms_nobody(manager: ProviderManager, workshop: Workshop) -> None:
    workshop.gate.clear()

    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(manager.initialize("alpha"), 0.01)

    asyncio.run(give_up())
    workshop.gate.set()

    assert asyncio.run(manager.initialize("alpha")) is manager.get("alpha")
    assert workshop.made == {"alpha": 1}


async def test_a_failure_is_told_to_all_who_wait_and_the_next_caller_tries_again(
    manager: ProviderManager, workshop: Workshop
) -> None:
    workshop.faults["alpha"] = [OSError("no disk")]
    workshop.gate.clear()
    tasks = [asyncio.create_task(manager.initialize("alpha")) for _ in range(3)]
    await asyncio.to_thread(workshop.entered.wait, 5)
    workshop.gate.set()

    failed = await asyncio.gather(*tasks, return_exceptions=True)

    assert [str(each) for each in failed] == ["no disk"] * 3
    assert workshop.made == {"alpha": 1}
    assert dict(manager.all()) == {}
    assert (await manager.initialize("alpha")).name == "alpha"
    assert workshop.made == {"alpha": 2}


def test_an_interrupt_while_making_leaves_nobody_hanging(manager: ProviderManager, workshop: Workshop) -> None:
    workshop.faults["alpha"] = [KeyboardInterrupt()]

    with pytest.raises(KeyboardInterrupt):
        manager.get("alpha")

    assert manager.get("alpha").name == "alpha"


async def test_all_are_made_and_each_has_its_result(
    manager: ProviderManager, workshop: Workshop, make_spec: Any
) -> None:
    workshop.faults["beta"] = [OSError("no disk")]
    manager.factory.register(make_spec("keyed"))

    results = await manager.initialize_all()

    assert {name: result.ok for name, result in results.items()} == {
        "alpha": True,
        "beta": False,
        "gamma": True,
        "keyed": False,
    }
    assert results["alpha"].provider is manager.get("alpha")
    assert str(results["beta"].error) == "no disk"
    assert results["beta"].provider is None
    assert isinstance(results["keyed"].error, MissingCredentialsError)
    assert sorted(manager.all()) == ["alpha", "gamma"]


async def test_only_the_named_ones_are_made(manager: ProviderManager) -> None:
    results = await manager.initialize_all("beta", "nobody")

    assert results["beta"].ok
    assert isinstance(results["nobody"].error, ProviderNotFoundError)
    assert list(manager.all()) == ["beta"]


async def test_a_provider_is_made_in_the_context_of_its_caller(
    manager: ProviderManager, make_spec: Any, fake: Any
) -> None:
    user: contextvars.ContextVar[str] = contextvars.ContextVar("user", default="nobody")
    user.set("ada")
    spec = make_spec("local", real=lambda settings, http: fake(name=user.get()), needs_credentials=False)
    manager.factory.register(spec)

    assert (await manager.initialize("local")).name == "ada"


async def test_the_primary_is_the_factorys_choice_until_it_is_set(manager: ProviderManager) -> None:
    assert manager.primary.name == "alpha"
    assert manager.primary is manager.get("alpha")

    manager.set_primary("gamma-1")

    assert manager.primary is manager.get("gamma")
    with pytest.raises(ProviderNotFoundError):
        manager.set_primary("nobody")


async def test_a_primary_that_cannot_be_made_gives_way_once_and_for_all(
    manager: ProviderManager, workshop: Workshop
) -> None:
    workshop.faults["alpha"] = [OSError("no disk")]

    assert manager.primary.name == "beta"
    assert manager.primary.name == "beta"
    assert manager.get("alpha").name == "alpha"


async def test_without_any_usable_provider_there_is_no_primary(manager: ProviderManager, workshop: Workshop) -> None:
    workshop.faults = {name: [OSError(name)] for name in ("alpha", "beta", "gamma")}

    with pytest.raises(NoProviderAvailableError, match="beta: OSError: beta"):
        _ = manager.primary


async def test_closing_closes_each_once_the_latest_first(manager: ProviderManager, workshop: Workshop) -> None:
    order: list[str] = []
    for name in ("beta", "alpha"):
        provider = await manager.initialize(name)
        provider.aclose = lambda name=name: note(order, name)  # type: ignore[method-assign] # to see the order

    await manager.aclose()
    await manager.aclose()

    assert order == ["alpha", "beta"]
    assert dict(manager.all()) == {}


async def note(order: list[str], name: str) -> None:
    order.append(name)


async def test_nothing_is_made_after_closing(manager: ProviderManager) -> None:
    await manager.aclose()

    with pytest.raises(UnderstudyError, match="closed"):
        await manager.initialize("alpha")
    with pytest.raises(UnderstudyError, match="closed"):
        manager.get("alpha")


async def test_every_close_is_attempted_and_its_error_raised(manager: ProviderManager, workshop: Workshop) -> None:
    await manager.initialize_all()
    workshop.providers["beta"].close_error = OSError("stuck")

    with pytest.raises(OSError, match="stuck") as caught:
        await manager.aclose()

    assert caught.value.__notes__ == ["while closing the provider beta"]
    assert {name: each.closed for name, each in workshop.providers.items()} == {"alpha": 1, "beta": 1, "gamma": 1}


async def test_several_failed_closes_are_raised_as_a_group(manager: ProviderManager, workshop: Workshop) -> None:
    await manager.initialize_all()
    workshop.providers["alpha"].close_error = OSError("stuck")
    workshop.providers["gamma"].close_error = ValueError("odd")

    with pytest.raises(ExceptionGroup, match="2 providers failed to close") as caught:
        await manager.aclose()

    assert sorted(str(each) for each in caught.value.exceptions) == ["odd", "stuck"]
    assert workshop.providers["beta"].closed == 1


async def test_a_cancelled_close_still_attempts_the_others(manager: ProviderManager, workshop: Workshop) -> None:
    await manager.initialize_all()
    workshop.providers["alpha"].close_error = OSError("stuck")
    workshop.providers["beta"].close_error = asyncio.CancelledError()

    with pytest.raises(asyncio.CancelledError) as caught:
        await manager.aclose()

    assert str(caught.value.__cause__) == "stuck"
    assert {name: each.closed for name, each in workshop.providers.items()} == {"alpha": 1, "beta": 1, "gamma": 1}


async def test_one_that_is_being_made_is_waited_for_and_closed(manager: ProviderManager, workshop: Workshop) -> None:
    workshop.gate.clear()
    making = asyncio.create_task(manager.initialize("alpha"))
    await asyncio.to_thread(workshop.entered.wait, 5)
    closing = asyncio.create_task(manager.aclose())
    await asyncio.sleep(0)
    workshop.gate.set()

    await closing

    assert (await making).name == "alpha"
    assert workshop.providers["alpha"].closed == 1


async def test_one_that_fails_while_the_manager_closes_needs_no_close(
    manager: ProviderManager, workshop: Workshop
) -> None:
    workshop.faults["alpha"] = [OSError("no disk")]
    workshop.gate.clear()
    making = asyncio.create_task(manager.initialize("alpha"))
    await asyncio.to_thread(workshop.entered.wait, 5)
    closing = asyncio.create_task(manager.aclose())
    await asyncio.sleep(0)
    workshop.gate.set()

    await closing

    with pytest.raises(OSError, match="no disk"):
        await making


async def test_a_close_that_is_cancelled_while_it_waits_still_closes_what_is_there(
    manager: ProviderManager, workshop: Workshop
) -> None:
    await manager.initialize("beta")
    workshop.gate.clear()
    workshop.entered.clear()
    making = asyncio.create_task(manager.initialize("alpha"))
    await asyncio.to_thread(workshop.entered.wait, 5)
    closing = asyncio.create_task(manager.aclose())
    await asyncio.sleep(0)
    closing.cancel()

    with pytest.raises(asyncio.CancelledError):
        await closing

    assert workshop.providers["beta"].closed == 1
    workshop.gate.set()
    await making
