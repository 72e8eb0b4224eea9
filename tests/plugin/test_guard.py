"""The guards, in projects that ask for them."""

from __future__ import annotations

GUARD = {"understudy_guard": "true"}

REACHING = """
import contextlib, socket
import pytest

@pytest.mark.understudy(use={"claude": "real"})
async def test_a_real_provider(understudy_container):
    with contextlib.suppress(Exception):
        await understudy_container.generator().generate("hi")

@pytest.mark.understudy(use={"claude": "real"})
def test_a_real_provider_without_asyncio(understudy_blocking):
    with contextlib.suppress(Exception):
        understudy_blocking.generator().generate("hi")

def test_a_socket():
    with socket.socket() as connection, contextlib.suppress(OSError):
        connection.settimeout(0.01)
        connection.connect(("192.0.2.1", 9))

def test_a_name():
    with contextlib.suppress(OSError):
        socket.getaddrinfo("host.invalid", 80)
"""

ALLOWED = """
import contextlib, socket
import pytest

def test_loopback():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass

async def test_a_stand_in(understudy_container):
    assert (await understudy_container.generator().generate("hi")).text

@pytest.mark.understudy(network=True)
def test_one_that_says_so():
    with socket.socket() as connection:
        connection.settimeout(0.01)
        with contextlib.suppress(OSError):
            connection.connect(("192.0.2.1", 9))
"""

LEFT = """
import understudy
from understudy import ApplicationContainer

def test_that_leaves_one():
    ApplicationContainer.generator.override("left")

def test_that_finds_it_gone(understudy_container):
    assert understudy_container.generator().name == "claude"

def test_that_takes_it_away(understudy_container):
    with ApplicationContainer.generator.override("for a block"):
        assert ApplicationContainer.generator() == "for a block"
    with understudy.override(understudy_container, {"generator": "mine"}):
        assert understudy_container.generator() == "mine"
"""

LIVE = """
import contextlib, os, socket
import pytest
from understudy.providers.generation.anthropic.spec import SPEC
from understudy.testing.contracts.generation import RequestContract
from understudy.testing.contracts.live import live_settings, live_stage

GIVEN = live_settings(SPEC, {"UNDERSTUDY_LIVE": "1", "ANTHROPIC_API_KEY": "k"})

class Live(RequestContract):
    @pytest.fixture
    async def stage(self):
        async with live_stage(SPEC, GIVEN) as stage:
            yield stage

    def test_of_a_socket(self):
        with socket.socket() as connection, contextlib.suppress(OSError):
            connection.settimeout(0.01)
            connection.connect(("192.0.2.1", 9))

class TestUnmarked(Live):
    pass

@pytest.mark.understudy(network=True)
class TestLive(Live):
    pass
"""


def test_live_contracts_are_let_through_by_their_mark(project):
    """The class says so once, for every test that it inherits; without the mark the same test fails."""
    done = project(LIVE, "-k", "of_a_socket or no_service_takes", ini=GUARD)
    done.assert_outcomes(passed=11, failed=1)
    done.stdout.fnmatch_lines(["*tried to reach 192.0.2.1*", "FAILED*TestUnmarked::test_of_a_socket*"])


def test_no_test_reaches_the_network(project):
    """Neither a real provider nor a plain socket, even where the test swallows exceptions."""
    done = project(REACHING, ini=GUARD)
    done.assert_outcomes(failed=4)
    done.stdout.fnmatch_lines(["*tried to reach api.anthropic.com*", "*network=True*"])


def test_loopback_stand_ins_and_marked_tests_are_let_through(project):
    """So that emulators can be used."""
    project(ALLOWED, ini=GUARD).assert_outcomes(passed=3)


def test_overrides_left_behind_fail_the_test_that_left_them(project):
    """And hold for no other."""
    done = project(LEFT, ini=GUARD)
    done.assert_outcomes(passed=3, errors=1)
    done.stdout.fnmatch_lines(["*left overrides behind: *ApplicationContainer.generator.*"])


def test_without_the_option_nothing_is_guarded(project):
    """Projects that have not asked for it are left alone."""
    done = project(
        "import socket\n"
        "def test_it():\n"
        "    assert 'connect' not in vars(socket.socket)\n"
        "    assert 'understudy.integrations.pytest_guard' not in __import__('sys').modules\n"
    )
    done.assert_outcomes(passed=1)
