"""The benchmark: ``make bench``, or ``python benchmarks/run.py --help``.

Makes the environments, starts the static server, and visits every (peer, bench) once per round in random order, each in
a fresh process of its own environment. Slow figures never fail it; only a peer's wrong answer is told as an error.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import environments
import report
from catalog import BENCHES, BY_NAME, PEERS, Peer

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
TIMEOUT = 300

# What libraries would fetch or report, and a developer's own keys and proxies, have no part in this.
QUIET = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LANGSMITH_TRACING": "false",
    "NO_PROXY": "*",
    "PYTHONDONTWRITEBYTECODE": "",
}

Row = dict[str, Any]


def arguments() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="how often each thing is measured (5)")
    parser.add_argument("--rows", default="", help=f"only these, by comma: {', '.join(BENCHES)}")
    parser.add_argument("--peers", default="", help=f"only these, by comma: {', '.join(BY_NAME)}")
    parser.add_argument("--quick", action="store_true", help="a fifth of the calls: to see that everything works")
    parser.add_argument("--no-install", action="store_true", help="use the environments as they are")
    parser.add_argument("--results", type=Path, help="the folder to write to (a part of the whole: .bench/results)")
    parser.add_argument("--report-only", action="store_true", help="write the table and the plot from results.json")
    options = parser.parse_args()
    partial = bool(options.rows or options.peers or options.quick)
    options.results = options.results or (environments.HOME / "results" if partial else RESULTS)
    return options


def chosen(words: str, known: Any, what: str) -> list[str]:
    """The names in ``words``, all of them where it is empty; ends the program for one that there is not."""
    names = [word.strip() for word in words.split(",") if word.strip()]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SystemExit(f"no such {what}: {', '.join(unknown)}; there are: {', '.join(known)}")
    return names or list(known)


def install(peers: list[Peer], *, skip: bool) -> dict[str, str]:
    """Make the environments, one at a time; the reasons of those that could not be made."""
    missing: dict[str, str] = {}
    for name in dict.fromkeys(peer.environment for peer in peers):
        try:
            if skip:
                if not environments.python_of(name).exists():
                    missing[name] = "its environment was not made before"
                continue
            print(f"environment {name}", flush=True)
            environments.prepare(name)
        except (environments.NotInstalledError, OSError) as error:
            missing[name] = str(error)
            print(f"  not installed: {error}", flush=True)
    return missing


@contextmanager
def server() -> Iterator[tuple[str, str]]:
    """The static server's two addresses: large writes, and one write per event."""
    process = subprocess.Popen(
        [sys.executable, str(HERE / "server.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        whole, paced = process.stdout.readline().split()
        yield f"http://127.0.0.1:{whole}", f"http://127.0.0.1:{paced}"
    finally:
        process.stdin.close()
        process.wait(10)


def environment() -> dict[str, str]:
    """The peers' environment variables."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "SYSTEMROOT", "TMPDIR") if name in os.environ}
    return {**kept, **{name: value for name, value in QUIET.items() if value}}


def spawn(python: Path, code: list[str], folder: str) -> tuple[float, float, str, str]:
    """A process to its end: CPU and wall milliseconds of it and its children, its output and its errors."""
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.run(
        [str(python), "-I", "-W", "ignore", *code],
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        cwd=folder,
        env=environment(),
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    error = process.stderr.strip() or f"exit status {process.returncode}" if process.returncode else ""
    return cpu * 1e3, (time.perf_counter() - began) * 1e3, process.stdout, error


def imported(python: Path, statement: str, folder: str) -> Row:
    """The import beside a bare interpreter, three times in turn."""
    bare, whole = [], []
    for _ in range(3):
        bare.append(spawn(python, ["-c", "pass"], folder)[0])
        cpu, _, _, error = spawn(python, ["-c", statement], folder)
        if error:
            return {"error": error.splitlines()[-1][:300]}
        whole.append(cpu)
    return {"over_bare_ms": sorted(whole)[1] - sorted(bare)[1], "bare_ms": sorted(bare)[1], "cpu_ms": sorted(whole)[1]}


def measure(peer: Peer, bench: str, addresses: tuple[str, str], folder: str, *, quick: bool) -> Row:
    """One measurement: its figures, or what went wrong."""
    python = environments.python_of(peer.environment)
    if bench == "import":
        return imported(python, peer.imports, folder)
    parameters = dict(BENCHES[bench].parameters)
    if quick and parameters.get("calls"):
        parameters["calls"] = max(parameters["calls"] // 5, parameters.get("flight", 1))
    job = {
        "module": peer.module,
        "bench": bench,
        "options": {"route": peer.route} if peer.route else {},
        "base": addresses[bench == "stream_paced"],
        "parameters": parameters,
    }
    code = [str(HERE / "measure.py"), json.dumps(job)]
    try:
        # A whole process is short, so what else the machine does shows: the median of three.
        done = sorted(spawn(python, code, folder) for _ in range(3 if bench.startswith("process") else 1))
    except subprocess.TimeoutExpired:
        return {"error": f"no end within {TIMEOUT} s"}
    cpu, wall, output, error = done[len(done) // 2]
    if error:
        return {"error": error.splitlines()[-1][:300]}
    figures: Row = json.loads(output.strip().splitlines()[-1])
    return {**figures, "cpu_ms": cpu, "wall_ms": wall}


def rounds(peers: list[Peer], benches: list[str], options: argparse.Namespace) -> Iterator[Row]:
    """All measurements, round by round."""
    jobs = [(peer, bench) for peer in peers for bench in benches if bench in peer.benches]
    with server() as addresses, tempfile.TemporaryDirectory() as folder:
        for number in range(1, options.rounds + 1):
            random.shuffle(jobs)
            began = time.perf_counter()
            for peer, bench in jobs:
                figures = measure(peer, bench, addresses, folder, quick=options.quick)
                yield {"round": number, "peer": peer.name, "bench": bench, **figures}
            seconds, load = time.perf_counter() - began, os.getloadavg()[0]
            print(
                f"round {number} of {options.rounds}: {len(jobs)} processes, {seconds:.0f} s, load {load:.1f}",
                flush=True,
            )


def machine() -> Row:
    """Where this ran."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "date": datetime.now(UTC).date().isoformat(),
    }


def versions(peers: list[Peer]) -> dict[str, str]:
    """Each environment's version of what it was made for."""
    code = "import importlib.metadata as m, sys; print(m.version(sys.argv[1]))"
    found = {}
    for peer in peers:
        name = DISTRIBUTIONS.get(peer.environment, peer.environment)
        done = subprocess.run(
            [str(environments.python_of(peer.environment)), "-I", "-c", code, name],
            capture_output=True,
            text=True,
            check=False,
        )
        found[peer.name] = done.stdout.strip() or "?"
    return found


DISTRIBUTIONS = {
    "genai": "google-genai",
    "anyllm": "any-llm-sdk",
    "pydanticai": "pydantic-ai-slim",
}


def main() -> int:
    """Measure, write the results, print the targets."""
    options = arguments()
    path = options.results / "results.json"
    if options.report_only:
        before: Row = json.loads(path.read_text())
        report.write(before, options.results)
        if options.results == RESULTS:
            report.write_docs(before, environments.ROOT / "docs")
        return 0
    peers = [BY_NAME[name] for name in chosen(options.peers, BY_NAME, "peer")]
    benches = chosen(options.rows, BENCHES, "row")
    missing = install(peers, skip=options.no_install)
    there = [peer for peer in peers if peer.environment not in missing]
    found: Row = {
        "machine": machine(),
        "rounds": options.rounds,
        "quick": options.quick,
        "versions": versions(there),
        "not_installed": {peer.name: missing[peer.environment] for peer in PEERS if peer.environment in missing},
        "rows": list(rounds(there, benches, options)),
    }
    options.results.mkdir(parents=True, exist_ok=True)
    path.write_text(as_text(found))
    report.write(found, options.results)
    if options.results == RESULTS:
        report.write_docs(found, environments.ROOT / "docs")
    return 0


def as_text(found: Row) -> str:
    """The results as JSON, a measurement per line, four figures of each number."""
    rows = [
        json.dumps({key: float(f"{value:.4g}") if isinstance(value, float) else value for key, value in row.items()})
        for row in found["rows"]
    ]
    head = json.dumps({key: value for key, value in found.items() if key != "rows"}, indent=1)
    return head[: head.rindex("}")].rstrip() + ',\n "rows": [\n  ' + ",\n  ".join(rows) + "\n ]\n}\n"


if __name__ == "__main__":
    raise SystemExit(main())
