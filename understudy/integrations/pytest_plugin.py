"""The pytest plugin: containers, handles of the stand-ins, a marker, and guards that a project turns on.

pytest loads this module wherever understudy is installed, so it imports nothing of it before a fixture is asked for.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

    from understudy.blocking import BlockingContainer
    from understudy.containers.application import ApplicationContainer
    from understudy.containers.opening import SettingsSource
    from understudy.integrations.pytest_handles import StandIns
    from understudy.integrations.pytest_leaks import Leftovers, Opened

__all__ = [
    "pytest_addoption",
    "pytest_configure",
    "pytest_runtest_protocol",
    "pytest_runtest_setup",
    "pytest_runtest_teardown",
    "understudy_blocking",
    "understudy_container",
    "understudy_mocks",
    "understudy_settings",
    "understudy_transport",
]

_MARKER = "understudy"
_GUARD = "understudy_guard"
_BEFORE: pytest.StashKey[Leftovers] = pytest.StashKey()
_OPENED: pytest.StashKey[Opened] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The ini option ``understudy_guard``, off by default."""
    parser.addini(
        _GUARD,
        "No test reaches a network other than loopback unless its marker says network=True, and none leaves an "
        "override or an open connection of understudy's behind.",
        type="bool",
        default=False,
    )


def pytest_configure(config: pytest.Config) -> None:
    """The marker, so that --strict-markers knows it."""
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(profile=None, set={{}}, use={{}}, network=False): the profile, single settings and implementations "
        "of understudy's fixtures in this test, and whether it may reach the network.",
    )
    told = _OldRecordings(config)
    logger = logging.getLogger("understudy.recording")
    logger.addHandler(told)
    config.add_cleanup(lambda: logger.removeHandler(told))


class _OldRecordings(logging.Handler):
    """Puts old recordings that a test plays into pytest's summary of warnings.

    Not by ``warnings.warn``: where warnings are errors, a recording's birthday would fail a test.
    """

    def __init__(self, config: pytest.Config) -> None:
        super().__init__(logging.WARNING)
        self._config = config

    def emit(self, record: logging.LogRecord) -> None:
        """Tell pytest of a recording that is old; other records are none of its business."""
        path = getattr(record, "expired_recording", None)
        if path is None:
            return
        warning = pytest.PytestWarning(record.getMessage())
        message = warnings.WarningMessage(warning, pytest.PytestWarning, path, 1)
        nodeid = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
        self._config.hook.pytest_warning_recorded.call_historic(
            kwargs={"warning_message": message, "when": "runtest", "nodeid": nodeid, "location": None}
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Guard the network around a test and its fixtures, and notice what they open, where the project asked for it."""
    if not item.config.getini(_GUARD):
        return (yield)
    from understudy.integrations.pytest_guard import no_network
    from understudy.integrations.pytest_leaks import Opened

    with ExitStack() as stack:
        if not _may_use_network(item):
            stack.enter_context(no_network())
        stack.enter_context(item.config.stash.setdefault(_OPENED, Opened()).watching(item))
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Refuse a marker with a slip in it, and remember the overrides that were there before the test."""
    if item.get_closest_marker(_MARKER) is not None:
        from understudy.integrations.pytest_marks import Marks

        Marks.of(item)
    result = yield
    if item.config.getini(_GUARD):
        from understudy.integrations.pytest_leaks import Leftovers

        item.stash[_BEFORE] = Leftovers(item)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Fail a test that leaves overrides behind, and take them away; fail one that leaves connections open."""
    result = yield
    if _BEFORE in item.stash:
        item.stash[_BEFORE].refuse()
    if _OPENED in item.config.stash:
        item.config.stash[_OPENED].refuse(item, last=nextitem is None)
    return result


@pytest.fixture
def understudy_settings() -> SettingsSource:
    """Where the fixtures' settings come from; override it with a file, a folder or a mapping. None: settings.yaml."""
    return None


@pytest.fixture
def understudy_transport() -> httpx.AsyncBaseTransport | None:
    """What takes the place of the network for real providers; override it. None: the network."""
    return None


@pytest.fixture
def understudy_container(
    request: pytest.FixtureRequest,
    understudy_settings: SettingsSource,
    understudy_transport: httpx.AsyncBaseTransport | None,
) -> Iterator[ApplicationContainer]:
    """A container of this test's own, under the profile ``test``; closed in the test's own event loop."""
    from understudy.integrations.pytest_containers import verified_container

    yield from verified_container(request, understudy_settings, transport=understudy_transport)


@pytest.fixture
def understudy_blocking(
    request: pytest.FixtureRequest,
    understudy_settings: SettingsSource,
    understudy_transport: httpx.AsyncBaseTransport | None,
) -> Iterator[BlockingContainer]:
    """The same for tests that are no coroutines: ``understudy_blocking.generator().generate("hi").text``."""
    from understudy.integrations.pytest_containers import blocking_container

    with blocking_container(request, understudy_settings, transport=understudy_transport) as container:
        yield container


@pytest.fixture
def understudy_mocks(request: pytest.FixtureRequest) -> StandIns:
    """The stand-ins by provider: ``understudy_mocks.claude.assert_called_once_with(text="hi")``.

    They are those of ``understudy_blocking`` where the test uses that and no other, else of ``understudy_container``.
    """
    from understudy.integrations.pytest_handles import StandIns

    names = request.fixturenames
    if "understudy_blocking" in names and "understudy_container" not in names:
        blocking: BlockingContainer = request.getfixturevalue("understudy_blocking")
        return StandIns(blocking.container)
    container: Any = request.getfixturevalue("understudy_container")
    return StandIns(container)


def _may_use_network(item: pytest.Item) -> bool:
    said = (mark.kwargs["network"] for mark in item.iter_markers(_MARKER) if "network" in mark.kwargs)
    return bool(next(said, False))
