"""What may be imported when: lists of packages are the gate, times are only shown.

CPU budgets of the whole process: importing the package 20 ms over bare Python, one call by a stand-in 250 ms, by a real
provider 400 ms. Machines differ, so the tests hold what repeats: which packages are imported for it. The times are
printed (``pytest -s``), and only a gross excess, which no slow machine explains, fails.
"""

import sys
from collections.abc import Callable
from typing import Any

import pytest

Measure = Callable[[str], Any]

FRAMEWORKS = {"fastapi", "starlette", "fast_depends", "werkzeug", "flask", "django"}
VENDORS = {"anthropic", "openai", "google", "ollama", "mcp", "litellm", "langchain"}
TOOLS = {"click", "rich", "pytest", "hypothesis", "jsonschema"}
NETWORK = {"httpx", "httpcore", "aiohttp", "yarl", "multidict", "requests", "urllib3", "anyio", "h11"}

# The standard library apart, a call by a stand-in takes the container, the settings and the JSON decoder.
STAND_IN = {
    "annotated_types",
    "dependency_injector",
    "msgspec",
    "pydantic",
    "pydantic_core",
    "typing_extensions",
    "typing_inspection",
    "yaml",
}
# What dependency-injector looks for by itself, where it happens to be installed.
ELSEWHERE = {"pydantic_settings", "dotenv"}

MOCK_CALL = """
import asyncio, understudy
async def main():
    async with understudy.open_container({"generation": {"use": "mock", "default": "claude"}}) as container:
        return (await container.generation.generator().generate("hi")).text
assert asyncio.run(main())
"""

REAL_CALL = """
import asyncio, understudy
BODY = (b'{"id":"m","type":"message","role":"assistant","model":"c","content":[{"type":"text","text":"hello"}],'
        b'"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1}}')
async def serve(reader, writer):
    await reader.readuntil(b"\\r\\n\\r\\n")
    head = b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(BODY)
    writer.write(head + BODY)
    await writer.drain()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = "http://127.0.0.1:%d" % server.sockets[0].getsockname()[1]
    settings = {"generation": {"default": "claude", "claude": {"api_key": "sk-1", "base_url": url}}}
    async with understudy.open_container(settings) as container:
        text = (await container.generation.generator().generate("hi")).text
    server.close()
    return text
assert asyncio.run(main()) == "hello"
"""


def third_party(measured: Any, bare: Any) -> set[str]:
    """The packages that came with the script and are neither Python's own nor helpers of compiled modules."""
    found = measured.packages - bare.packages - sys.stdlib_module_names - {"understudy", "cython_runtime"}
    return {name for name in found if not name.startswith("_")}


@pytest.fixture
def bare(measure: Measure) -> Any:
    return measure("pass")


def show(what: str, measured: Any, bare: Any, budget: float) -> None:
    spent = (measured.cpu - bare.cpu) * 1000
    print(f"\n{what}: {spent:.1f} ms over bare Python, {measured.cpu * 1000:.0f} ms in all (budget {budget:.0f} ms)")


def test_importing_the_package_imports_nothing_else(measure: Measure, bare: Any) -> None:
    measured = measure("import understudy")
    show("import understudy", measured, bare, 20)
    assert measured.modules - bare.modules <= {"__future__", "understudy", "understudy._version"}
    assert measured.script_cpu < 0.2


def test_the_domain_imports_only_the_standard_library(measure: Measure, bare: Any) -> None:
    measured = measure("from understudy import Message, Tool, GenerationRequest, UnderstudyError, TextGenerator")
    assert third_party(measured, bare) == set()


def test_settings_import_no_container_and_no_network(measure: Measure, bare: Any) -> None:
    measured = measure("import understudy\nunderstudy.load_settings(profile='')")
    assert not third_party(measured, bare) & (FRAMEWORKS | VENDORS | TOOLS | NETWORK)
    assert "dependency_injector" not in measured.packages


def test_a_call_by_a_stand_in_imports_no_network_library(measure: Measure, bare: Any) -> None:
    measured = measure(MOCK_CALL)
    show("one call by a stand-in", measured, bare, 250)
    assert third_party(measured, bare) <= STAND_IN | ELSEWHERE
    assert measured.cpu < 2.5


def test_a_call_by_a_real_provider_imports_its_engine_and_no_framework_or_vendor(measure: Measure, bare: Any) -> None:
    measured = measure(REAL_CALL)
    show("one call by a real provider", measured, bare, 400)
    imported = third_party(measured, bare)
    assert not imported & (FRAMEWORKS | VENDORS | TOOLS)
    assert "aiohttp" in imported
    assert measured.cpu < 4
