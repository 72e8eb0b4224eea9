"""Promise 5: what has no end, or unfolds without end, costs at most 64 MB. One process for each row and provider."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import understudy
from understudy.testing.faults import FAULTS

PROVIDERS = ["claude", "codex", "gemini", "ollama", "deepseek"]
ENDLESS = [(fault, way) for fault in FAULTS.values() if fault.strain == "memory" for way in fault.ways]
MOST = 64  # MB over what the process had after a healthy call
SCRIPT = """
import asyncio, sys
from understudy.config.models.http import HttpSettings
from understudy.domain.errors import MaxRetriesExceededError, ProviderError
from understudy.providers.generation.choosing.build import build_real
from understudy.providers.generation.choosing.catalog import builtin_registry
from understudy.providers.generation.choosing.sections import validate
from understudy.providers.http import HttpClients
from understudy.testing.faults import peak_memory

name, way, healthy, endless = sys.argv[1:]
async def ask(clients, url):
    spec = builtin_registry().get(name)
    generator = build_real(spec, validate(spec, {"api_key": "sk-test-key", "base_url": url}), clients)
    try:
        if way == "whole":
            await generator.generate("ping")
        else:
            async for _ in generator.generate_stream("ping"):
                pass
    except MaxRetriesExceededError as error:
        return type(error.last_error).__name__
    except ProviderError as error:
        return type(error).__name__
    return "answer"

async def main():
    sections = {"timeout": {"total": 40}, "retry": {"max_retries": 2, "backoff_base": 0.01}}
    settings = HttpSettings.model_validate(sections)
    async with HttpClients(settings) as clients:
        await ask(clients, healthy)
        before = peak_memory()
        print(await ask(clients, endless), round((peak_memory() - before) / 1_000_000))

asyncio.run(main())
"""


@pytest.mark.slow
@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(("fault", "way"), ENDLESS, ids=[f"{fault.name}-{way}" for fault, way in ENDLESS])
def test_promise_05_what_has_no_end_costs_little(fault_server, fault, way, provider, tmp_path):
    urls = [fault_server.url("healthy", "memory"), fault_server.url(fault, "memory")]
    done = subprocess.run(  # noqa: S603 # the test's own script
        [sys.executable, "-c", SCRIPT, provider, way, *urls],
        # The same package that the tests run against: the tree, or the installed wheel.
        env=os.environ | {"PYTHONPATH": str(Path(understudy.__file__).parents[1])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    ending, megabytes = done.stdout.split()
    assert ending in [end.__name__ for end in fault.ends]
    assert int(megabytes) <= MOST
