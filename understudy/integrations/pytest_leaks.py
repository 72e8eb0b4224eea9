"""What ``understudy_guard = true`` looks for after each test: connections that nobody closed, overrides that stayed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, cast

import pytest

if TYPE_CHECKING:
    from understudy.containers.nodes import AnyProvider, HasProviders
    from understudy.providers.http.pools import Pool

__all__ = ["Leftovers", "Opened"]

_APPLICATION = "understudy.containers.application"
_OURS = str(Path(__file__).parents[1])


@dataclass(frozen=True, slots=True)
class _Pool:
    """A pool that a test has opened connections in, the test, and the line that did it where that can be told."""

    pool: Pool
    test: str
    place: str | None

    def __str__(self) -> str:
        return f"{self.place} (in {self.test})" if self.place else self.test


@dataclass(slots=True)
class Opened:
    """The pools of real connections that tests have opened and nobody has closed yet; one for a whole run.

    What a test opens may belong to a fixture that lives longer than the test. So a test that uses none is asked at its
    own end, and all others at the end of the run.
    """

    _pools: list[_Pool] = field(default_factory=list)

    @contextmanager
    def watching(self, item: pytest.Item) -> Iterator[None]:
        """Notice what is opened inside the block, in any thread."""
        from understudy.providers.http.pools import Pool

        give = Pool.engine

        def engine(pool: Pool) -> Any:
            fresh = not pool.left_open
            made = give(pool)
            if fresh and pool.left_open:
                self._pools.append(_Pool(pool, item.nodeid, _place(sys._getframe(1), item.path.parent)))  # noqa: SLF001 - the caller's line is what is wanted
            return made

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Pool, "engine", engine)
            yield

    def refuse(self, item: pytest.Item, *, last: bool) -> None:
        """Fail the test that left connections open, or the ``last`` one of a run for what any test has."""
        open_ = [each for each in self._pools if each.pool.left_open]
        if not last:
            left = [] if _shares(item) else [each for each in open_ if each.test == item.nodeid]
            self._pools = [each for each in open_ if each not in left]
        else:
            left, self._pools = open_, []
        if left:
            pytest.fail(
                "HTTP connections were left open, opened at:\n"
                + "\n".join(f"  {each}" for each in left)
                + "\nClose what opened them: `async with understudy.open_container(...)`, or `await clients.aclose()`.",
                pytrace=False,
            )


def _place(frame: FrameType | None, folder: Path) -> str | None:
    """The innermost line of the test's own folder, below which the connection was opened."""
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(folder) and not path.is_relative_to(_OURS):
            return f"{path.name}:{frame.f_lineno}, {frame.f_code.co_name}"
        frame = frame.f_back
    return None


def _shares(item: pytest.Item) -> bool:
    """Whether the test uses a fixture of the project's own that outlives it; those of plugins open nothing of ours."""
    return any(_is_wider(fixture) and fixture.baseid for fixture in _fixtures(item).values())


class Leftovers:
    """The overrides of ``ApplicationContainer`` itself, and of the containers of fixtures that outlive the test."""

    def __init__(self, item: pytest.Item) -> None:
        self._shared = _shared_containers(item)
        self._before = {path: len(node.overridden) for path, node in self._nodes().items()}

    def refuse(self) -> None:
        """Take away the overrides that were not there before the test, and fail it."""
        nodes = self._nodes()
        left = [path for path, node in nodes.items() if len(node.overridden) > self._before.get(path, 0)]
        for path in left:
            while len(nodes[path].overridden) > self._before.get(path, 0):
                nodes[path].reset_last_overriding()
        if left:
            pytest.fail(
                f"This test left overrides behind: {', '.join(sorted(left))}. They would hold for every later test; "
                "override a container of the test's own instead, or in a `with` block.",
                pytrace=False,
            )

    def _nodes(self) -> dict[str, AnyProvider]:
        if _APPLICATION not in sys.modules:
            return {}
        from understudy.containers.application import ApplicationContainer
        from understudy.containers.nodes import named

        # A class has `providers` as its instances do, which the protocol cannot say.
        owners = {"ApplicationContainer": cast("HasProviders", ApplicationContainer), **self._shared}
        return {f"{name}.{node.path}": node.provider for name, owner in owners.items() for node in named(owner)}


def _shared_containers(item: pytest.Item) -> dict[str, HasProviders]:
    """The containers of wider fixtures, by the fixtures' names."""
    if _APPLICATION not in sys.modules:
        return {}
    from understudy.blocking import BlockingContainer
    from understudy.containers._injector import containers

    fixtures = _fixtures(item)
    found: dict[str, HasProviders] = {}
    for name, value in getattr(item, "funcargs", {}).items():
        container = value.container if isinstance(value, BlockingContainer) else value
        if _is_wider(fixtures.get(name)) and isinstance(container, containers.DynamicContainer):
            found[name] = cast("HasProviders", container)
    return found


def _fixtures(item: pytest.Item) -> Mapping[str, Any]:
    """The definitions of the fixtures that a test uses, by name; pytest has no public way to them."""
    info = getattr(item, "_fixtureinfo", None)
    return {} if info is None else {name: each[-1] for name, each in info.name2fixturedefs.items() if each}


def _is_wider(fixture: Any) -> bool:
    return fixture is not None and fixture.scope != "function"
