"""The fault table, driven once per row: every provider, whole and streamed, side by side."""

import asyncio
import os
import re
from pathlib import Path

import pytest

from understudy.providers.generation.choosing.catalog import builtin_registry
from understudy.testing.faults import FAULTS, FaultServer, LogTap, drive

PROVIDERS = ("claude", "codex", "gemini", "ollama", "deepseek")
GOLDEN = Path(__file__).parent / "golden"
WRITE = os.environ.get("UNDERSTUDY_GOLDEN") == "write"  # read now: the tests start without such variables
PATIENT, SHORT = 30.0, 1.0  # deadlines in seconds: no row waits for the first, the rows of time all do for the second


class Row:
    """What became of one fault: an outcome per provider and way, and everything that was logged meanwhile."""

    def __init__(self, fault, outcomes, lines):
        self.fault = fault
        self.outcomes = outcomes
        self.lines = lines

    def each(self, *endings):
        """The outcomes, or those that ended in one of these ways, each with a name for the assertion's message."""
        return [
            (f"{outcome.provider} {outcome.way}", outcome)
            for outcome in self.outcomes
            if not endings or outcome.ending in endings
        ]

    def golden(self):
        """What each caller is told; ports differ from run to run."""
        told = "".join(f"{name}: {_told(outcome.error)}\n" for name, outcome in self.each())
        return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", told)


def _told(error):
    return "the answer" if error is None else f"{type(error).__name__}: {error}"


async def _never_wait(seconds):
    await asyncio.sleep(0)


@pytest.fixture(scope="session")
def fault_server():
    """One for all tests of this worker."""
    with FaultServer() as server:
        yield server


@pytest.fixture(scope="session")
def specs():
    """The five built-in providers."""
    registry = builtin_registry()
    return {name: registry.get(name) for name in PROVIDERS}


ROWS = [fault for fault in FAULTS.values() if fault.strain != "memory"]


@pytest.fixture(scope="module", params=ROWS, ids=[fault.name for fault in ROWS])
def row(request, fault_server, specs):
    """One fault, all providers and ways at once. What strains the memory has a process of its own: test_memory.py."""
    fault = request.param
    deadline = SHORT if fault.strain == "time" else PATIENT

    async def run():
        cells = [
            drive(specs[name], fault, server=fault_server, way=way, deadline=deadline, sleep=_never_wait)
            for name in PROVIDERS
            for way in fault.ways
        ]
        return await asyncio.gather(*cells)

    with LogTap() as tap:
        outcomes = asyncio.run(run())
    return Row(fault, outcomes, tap.lines)


@pytest.fixture
def golden():
    """``golden(name, text)``: what the file holds; with UNDERSTUDY_GOLDEN=write it is written anew first."""

    def read(name, text):
        path = GOLDEN / f"{name}.txt"
        if WRITE:
            path.write_text(text, encoding="utf-8")
        return path.read_text(encoding="utf-8")

    return read
