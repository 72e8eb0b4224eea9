"""What a test leaves open or overridden fails it, by name and place; what belongs to a fixture does not."""

from __future__ import annotations

GUARD = {"understudy_guard": "true"}

SERVICE = """
import asyncio
import pytest
import understudy
from understudy.testing.emulators import emulate
from understudy.testing.serving import serve

def settings(url):
    return {"generation": {"default": "claude", "claude": {"api_key": "k", "base_url": url}}}
"""

OPEN = (
    SERVICE
    + """
from understudy.config.models.http import HttpSettings
from understudy.containers.opening import build_container
from understudy.providers.http import HttpClients

async def test_that_leaves_a_container_open():
    async with serve(emulate("claude")) as url:
        container, _ = build_container(settings(url))
        await container.generator().generate("hi")

async def test_that_leaves_clients_open():
    async with serve(emulate("claude")) as url:
        client = HttpClients(HttpSettings()).client(provider="any", base_url=url)
        with pytest.raises(understudy.ProviderError):
            await client.request("GET", "/nothing", operation="test")

async def test_that_closes_what_it_opens():
    async with serve(emulate("claude")) as url, understudy.open_container(settings(url)) as container:
        assert (await container.generator().generate("hi")).text

async def test_that_opens_nothing():
    container, _ = build_container({"generation": {"use": "mock", "default": "claude"}})
    assert (await container.generator().generate("hi")).text

def test_with_a_blocking_container_that_is_closed():
    async def ask():
        async with serve(emulate("claude")) as url:
            def blocking():
                with understudy.blocking.open_container(settings(url)) as container:
                    return container.generator().generate("hi").text
            return await asyncio.to_thread(blocking)
    assert asyncio.run(ask())
"""
)

SHARED = (
    SERVICE
    + """
import threading
from understudy.containers.opening import build_container

@pytest.fixture(scope="module")
def container():
    with understudy.blocking.open_container({"generation": {"use": "mock", "default": "claude"}}) as opened:
        yield opened

def test_that_overrides_what_others_use(container):
    container.container.generation.claude.override("left")

def test_that_finds_it_gone(container):
    assert container.generator().generate("hi").text

def test_that_overrides_for_a_block(container):
    with container.container.generation.claude.override("for a block"):
        assert container.container.generation.claude() == "for a block"
"""
)

WIDER = """
import asyncio, threading
import pytest
import understudy
from understudy.testing.emulators import emulate
from understudy.testing.serving import serve

@pytest.fixture(scope="module")
def url():
    ready, done, found = threading.Event(), threading.Event(), []
    async def run():
        async with serve(emulate("claude")) as url:
            found.append(url)
            ready.set()
            await asyncio.to_thread(done.wait)
    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    ready.wait(10)
    yield found[0]
    done.set()
    thread.join(10)

@pytest.fixture(scope="module")
def container(url):
    settings = {"generation": {"default": "claude", "claude": {"api_key": "k", "base_url": url}}}
    opened = understudy.blocking.open_container(settings)
    opened.__enter__()
    yield opened
    %s

def test_one(container):
    assert container.generator().generate("hi").text

def test_two(container):
    assert container.generator().generate("hi").text
"""


def test_connections_left_open_fail_the_test_that_opened_them(project):
    """With the line that opened them; what is closed, and what never opens any, passes."""
    done = project(OPEN, ini=GUARD)
    done.assert_outcomes(passed=5, errors=2)
    done.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_that_leaves_a_container_open*",
            "HTTP connections were left open, opened at:",
            "  test_*.py:*, test_that_leaves_a_container_open (in *)",
            "Close what opened them: *",
            "*ERROR at teardown of test_that_leaves_clients_open*",
        ]
    )


def test_connections_of_a_wider_fixture_may_stay_until_its_end(project):
    """The fixture closes them, so nothing is left."""
    project(WIDER % "opened.__exit__(None, None, None)", ini=GUARD).assert_outcomes(passed=2)


def test_connections_that_a_wider_fixture_never_closes_are_told_at_the_end(project):
    """By the last test, with the one that opened them."""
    done = project(WIDER % "pass", ini=GUARD)
    done.assert_outcomes(passed=2, errors=1)
    done.stdout.fnmatch_lines(["*ERROR at teardown of test_two*", "HTTP connections were left open*", "*test_one*"])


def test_overrides_of_a_shared_container_fail_the_test_that_left_them(project):
    """By the fixture's name and the node's path; the next test has the container as it was."""
    done = project(SHARED, ini=GUARD)
    done.assert_outcomes(passed=3, errors=1)
    done.stdout.fnmatch_lines(["*left overrides behind: container.generation.claude.*"])


def test_in_several_processes_the_same_is_told(project):
    """With pytest-xdist."""
    project(OPEN, "-n", "2", ini=GUARD).assert_outcomes(passed=5, errors=2)


def test_without_the_option_nothing_is_looked_for(project):
    """Projects that have not asked for it are left alone."""
    project(OPEN).assert_outcomes(passed=5)
