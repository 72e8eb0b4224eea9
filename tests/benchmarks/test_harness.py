"""The benchmark works: every figure of ours comes out, and the competitor for other harnesses answers."""
# ruff: noqa: S603 - it starts the benchmark's own programs

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import understudy

PACKAGE_PARENT = str(Path(understudy.__file__).resolve().parents[1])
HOME = Path(__file__).resolve().parents[2] / "benchmarks"
pytestmark = pytest.mark.skipif(not HOME.is_dir(), reason="the benchmarks are not part of this copy")

SHORT = {"warm": 1, "calls": 2, "batches": 1}


@pytest.fixture
def catalog(monkeypatch):
    """The catalog; its modules have common names, so they are forgotten afterwards."""
    monkeypatch.syspath_prepend(str(HOME))
    import catalog

    yield catalog
    for name in ("catalog", "plot", "report", "targets"):
        sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def addresses():
    """The static server's two: large writes, and a write per event."""
    process = subprocess.Popen(
        [sys.executable, str(HOME / "server.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        yield [f"http://127.0.0.1:{port}" for port in process.stdout.readline().split()]
        process.stdin.close()


def run(command, *paths, **more):
    """The command to its end, with the package under test, wherever it comes from, and ``paths`` to import from."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=False, **more)


def measured(addresses, bench, route, parameters=SHORT):
    job = {
        "module": "ours",
        "bench": bench,
        "base": addresses[bench == "stream_paced"],
        "options": {"route": route},
        "parameters": parameters,
    }
    command = [sys.executable, "-W", "error", str(HOME / "measure.py"), json.dumps(job)]
    done = run(command, PACKAGE_PARENT)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("route", ["chat", "responses", "messages", "gemini", "ollama"])
def test_a_stream_of_each_wire_format_is_measured(addresses, route):
    assert measured(addresses, "stream_paced", route)["cpu_us_piece"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("bench", ["call", "blocking", "stream", "identity", "resolve", "stand_in", "lifecycle"])
def test_each_figure_of_ours_comes_out(addresses, bench):
    found = measured(addresses, bench, "chat")
    assert found.get("cpu_us", found.get("cpu_us_piece")) > 0
    assert found["memory_mb"] > 1


@pytest.mark.slow
def test_calls_in_flight_are_measured(addresses):
    found = measured(addresses, "flight64", "chat", {"flight": 8, "calls": 16})
    assert found["rate"] > 0
    assert found["p99_ms"] >= found["p50_ms"]


def test_a_whole_process_answers(addresses):
    assert measured(addresses, "process", "chat")["memory_mb"] > 1
    assert measured(addresses, "process_stand_in", "chat")["memory_mb"] > 1


@pytest.mark.slow
def test_an_answer_that_is_not_the_servers_is_no_figure():
    """A closed port: the measurement fails, and nobody takes an error for speed."""
    with pytest.raises(AssertionError, match="understudy"):
        measured(["http://127.0.0.1:1"] * 2, "call", "chat")


def test_every_peer_has_a_module_an_environment_and_known_benches(catalog):
    for peer in catalog.PEERS:
        assert (HOME / "peers" / f"{peer.module}.py").is_file()
        assert peer.module == "ours" or (HOME / "requirements" / f"{peer.environment}.txt").is_file()
        assert peer.benches <= set(catalog.BENCHES)


def test_every_environment_is_pinned_and_names_no_index():
    for path in (HOME / "requirements").glob("*.txt"):
        lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
        assert lines
        assert all("==" in line and "://" not in line and not line.startswith("-") for line in lines), path.name


def test_the_report_tells_met_from_missed_and_names_what_is_missing(catalog, tmp_path, capsys):
    import report

    rows = [
        {"round": number, "peer": "ours", "bench": "call", "cpu_us": 100.0 * number, "memory_mb": 50.0}
        for number in (1, 2, 3)
    ]
    rows += [{"round": number, "peer": "raw_httpx", "bench": "call", "cpu_us": 1000.0} for number in (1, 2, 3)]
    rows += [{"round": 1, "peer": "openai", "bench": "call", "error": "it fell over"}]
    rows += [{"round": 1, "peer": "ours", "bench": "identity", "cpu_us": 25.0}]
    found = {
        "machine": {"python": "3.11", "system": "Linux", "cores": 2, "date": "2026-01-01"},
        "rounds": 3,
        "quick": False,
        "versions": {"ours": "0.1.0"},
        "not_installed": {"litellm": "no network"},
        "rows": rows,
    }
    report.write(found, tmp_path)
    table = (tmp_path / "table.md").read_text()
    assert "| async call, CPU ÷ httpx | 0.20 (0.10 to 0.30) | ≤ 0.35 | met |" in table
    assert "| per-request client, CPU µs | 25.0 | ≤ 20 | **missed** |" in table
    assert "LiteLLM: not installed: no network" in table
    assert "openai SDK, calls one after the other, async: it fell over" in table
    assert (tmp_path / "plot.svg").read_text().startswith("<svg")
    assert "**missed**" in capsys.readouterr().out


COMMON = """
MSG = [{"role": "user", "content": "Hello"}]
J, S = BASES
M = dict.fromkeys(("openai", "responses", "anthropic", "gemini", "ollama", "deepseek"), "bench-model")
"""

TRY = """
import asyncio, sys
import competitor
base, text = sys.argv[1:]
async def both(route):
    call, stream = await competitor.async_call(route, base), await competitor.async_stream(route, base)
    assert await call() == text, route
    assert await stream() >= 500, route
async def construct():
    for make in competitor.CONSTRUCT.values():
        one = make()
        await one()
        await one()
    for context in competitor.KEPT:
        if hasattr(context, "__aexit__"):
            await context.__aexit__(None, None, None)
async def main():
    for route in competitor.ROUTES:
        await both(route)
    await construct()
asyncio.run(main())
for route in competitor.ROUTES:
    assert competitor.sync_call(route, base)() == text, route
    assert competitor.sync_stream(route, base)() >= 500, route
"""


@pytest.mark.slow
def test_the_competitor_answers_on_every_route_in_the_form_of_other_harnesses(addresses, tmp_path):
    text = "Hello! What would you like to talk about today?"
    (tmp_path / "common.py").write_text(f"BASES = {addresses!r}\n{COMMON}")
    command = [sys.executable, "-W", "error", "-c", TRY, addresses[0], text]
    done = run(command, PACKAGE_PARENT, str(tmp_path), str(HOME), cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_competitors_facts_are_literals_on_one_line():
    facts = {}
    for line in (HOME / "competitor.py").read_text().splitlines():
        name, _, value = line.partition(" = ")
        if name in ("VENV", "IMPORTS", "ROUTES"):
            facts[name] = ast.literal_eval(value)
    assert facts["VENV"] == "understudy"
    compile(facts["IMPORTS"], "IMPORTS", "exec")
    assert set(facts["ROUTES"]) == {"openai", "responses", "anthropic", "gemini", "ollama", "deepseek"}
