"""Contracts run twice: what fails on the recording fails, and what is listed as failing has to fail."""

from __future__ import annotations

import inspect
from types import SimpleNamespace
from typing import Any

import pytest

from understudy.testing.contracts.replayed import over_recordings


class Contract:
    """Its tests note what they were given."""

    async def test_it(self, stage: list[str], case: str) -> None:
        stage.append(case)
        assert "fails" not in stage

    def test_without_waiting(self, stage: list[str]) -> None:
        stage.append("plain")

    async def test_that_raises_is_seen(self, stage: list[str]) -> None:
        with pytest.raises(KeyError):
            {"fails": 1}[stage[0]]

    async def test_of_its_own_name(self, request: Any, stage: list[str]) -> None:
        stage.append(request.node.name)

    def helper(self) -> None:
        raise NotImplementedError


def request(name: str) -> Any:
    return SimpleNamespace(node=SimpleNamespace(name=name))


async def run(test: str, first: list[str], second: list[str], *, cannot: Any = None, **more: Any) -> None:
    contract = over_recordings(Contract, **({"cannot": cannot} if cannot else {}))
    turned = {"stage": second, "unknown": 1}
    await getattr(contract(), test)(replay=lambda: turned, request=request(f"{test}[a-x]"), stage=first, **more)


@pytest.mark.parametrize(("test", "more"), [("test_it", {"case": "x"}), ("test_without_waiting", {})])
async def test_both_runs_are_made_each_with_its_own_fixtures(test: str, more: dict[str, str]) -> None:
    first: list[str] = []
    second: list[str] = []
    await run(test, first, second, **more)
    assert first == second == list(more.values() or ["plain"])


async def test_a_test_that_asks_for_its_own_request_gets_it() -> None:
    first: list[str] = []
    await run("test_of_its_own_name", first, [])
    assert first == ["test_of_its_own_name[a-x]"]


async def test_what_fails_on_the_recording_fails() -> None:
    with pytest.raises(AssertionError):
        await run("test_it", [], ["fails"], case="x")


@pytest.mark.parametrize(("test", "more"), [("test_it", {"case": "x"}), ("test_that_raises_is_seen", {})])
async def test_what_is_listed_may_fail_there_and_only_there(test: str, more: dict[str, str]) -> None:
    """An assertion, or an error that pytest.raises has missed."""
    listed = {r"\[a-x": "for the test"}
    await run(test, ["ok"], ["fails"], cannot=listed, **more)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        await run(test, ["fails"], ["fails"], cannot=listed, **more)


async def test_what_is_listed_and_holds_has_to_come_off_the_list() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"take it off the list .*\(for the test\)"):
        await run("test_it", [], [], cannot={"test_it": "for the test"}, case="x")


def test_pytest_sees_the_fixtures_of_both() -> None:
    """And nothing but the tests is changed."""
    contract = over_recordings(Contract)
    asked = inspect.signature(contract.test_of_its_own_name).parameters
    assert list(asked) == ["self", "stage", "replay", "request"]
    assert contract.helper is Contract.helper
