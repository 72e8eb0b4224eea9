"""A container closes what it has built: newest first, each attempted, nothing else."""

import asyncio
import os
import threading

import pytest

from understudy.containers._injector import containers, providers
from understudy.containers.lifetime import Lifetime, kept


class Thing:
    def __init__(self, name: str, closed: list[str], below: object = None, error: BaseException | None = None) -> None:
        self.name, self.closed, self.below, self.error = name, closed, below, error

    async def aclose(self) -> None:
        self.closed.append(self.name)
        if self.error is not None:
            raise self.error


@pytest.fixture
def closed() -> list[str]:
    return []


async def test_only_what_was_built_is_closed_newest_first(closed: list[str]) -> None:
    class Container(containers.DeclarativeContainer):
        log = providers.Object(closed)
        lifetime: providers.Provider[Lifetime] = providers.ThreadSafeSingleton(Lifetime)
        below = kept(lifetime, Thing, "below", log)
        above = kept(lifetime, Thing, "above", log, below=below)
        never = kept(lifetime, Thing, "never", log)

    container = Container()
    assert container.above() is container.above()
    await container.lifetime().aclose()
    assert closed == ["above", "below"]
    await container.lifetime().aclose()
    assert closed == ["above", "below"]


async def test_one_failing_close_is_raised_and_the_others_are_made(closed: list[str]) -> None:
    lifetime = Lifetime()
    for name in "abc":
        lifetime.add(Thing(name, closed, error=OSError(name) if name == "b" else None))
    with pytest.raises(OSError, match="b") as caught:
        await lifetime.aclose()
    assert closed == ["c", "b", "a"]
    assert "while closing Thing" in caught.value.__notes__


async def test_several_failing_closes_are_raised_together(closed: list[str]) -> None:
    lifetime = Lifetime()
    for name in "abc":
        lifetime.add(Thing(name, closed, error=OSError(name) if name != "b" else None))
    with pytest.raises(ExceptionGroup) as caught:
        await lifetime.aclose()
    assert closed == ["c", "b", "a"]
    assert [str(error) for error in caught.value.exceptions] == ["c", "a"]


async def test_a_cancelled_close_still_closes_the_rest(closed: list[str]) -> None:
    lifetime = Lifetime()
    lifetime.add(Thing("below", closed))
    lifetime.add(Thing("above", closed, error=asyncio.CancelledError()))
    with pytest.raises(asyncio.CancelledError):
        await lifetime.aclose()
    assert closed == ["above", "below"]


async def test_things_are_closed_by_aclose_else_close_else_not_at_all(closed: list[str]) -> None:
    class File:
        def close(self) -> None:
            closed.append("file")

    lifetime = Lifetime()
    for thing in (File(), object(), Thing("thing", closed)):
        assert lifetime.add(thing) is thing
    await lifetime.aclose()
    assert closed == ["thing", "file"]


def test_what_is_kept_shows_its_own_name_and_nothing_else_of_it() -> None:
    class Making:
        """Makes."""

        make = "an attribute that must not be taken for the constructor"

    node = kept(providers.ThreadSafeSingleton(Lifetime), Making)
    assert isinstance(node(), Making)
    assert node.provides.__qualname__ == Making.__qualname__  # type: ignore[attr-defined]  # it is a singleton


def test_eight_threads_build_one_thing(closed: list[str]) -> None:
    class Container(containers.DeclarativeContainer):
        lifetime: providers.Provider[Lifetime] = providers.ThreadSafeSingleton(Lifetime)
        thing = kept(lifetime, Thing, "thing", closed)

    container, start, found = Container(), threading.Barrier(8), []

    def resolve() -> None:
        start.wait()
        found.append(container.thing())

    threads = [threading.Thread(target=resolve) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, found))) == 1
    assert len(container.lifetime().built) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)  # forking with threads is what is tested
def test_a_fork_while_another_thread_builds_leaves_the_child_able_to_build() -> None:
    building, go_on = threading.Event(), threading.Event()

    def slow() -> object:
        building.set()
        go_on.wait(5)
        return object()

    class Container(containers.DeclarativeContainer):
        slow_one = providers.ThreadSafeSingleton(slow)
        quick_one = providers.ThreadSafeSingleton(object)

    container = Container()
    thread = threading.Thread(target=container.slow_one)
    thread.start()
    building.wait(5)
    threading.Timer(0.05, go_on.set).start()
    child = os.fork()
    if child == 0:
        container.quick_one()  # would wait for ever for the builder's lock
        os._exit(0)
    _, status = os.waitpid(child, 0)
    thread.join()
    assert status == 0
