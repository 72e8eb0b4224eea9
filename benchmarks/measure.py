"""One measurement in one process: ``python -I measure.py '{"module": ..., "bench": ..., ...}'`` prints one JSON line.

Runs in the peer's own environment, so it uses nothing but the standard library and the peer.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import sys
import time

TYPE_CHECKING = False  # typing, pathlib and statistics would count in the rows of whole processes
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

# Last, so that no file of the benchmark hides a library's module.
sys.path.append(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120  # see above

TEXT = "Hello! What would you like to talk about today?"
PIECES = 500
BATCH_SECONDS = 0.15
"""How long a batch takes whose number of calls is not given."""


def memory_mb() -> float:
    """The most memory that this process has had resident."""
    try:
        with open("/proc/self/status") as status:  # noqa: PTH123  # see above
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:"))
    except OSError:
        import resource
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def batches_of(one: Callable[[], Any], told: dict[str, int]) -> dict[str, float]:
    """Microseconds of CPU and of wall time per call: the median batch, and the best."""
    for _ in range(told["warm"]):
        one()
    began = time.process_time()
    one()
    calls = told["calls"] or _calls_for(time.process_time() - began, most=20000)
    gc.collect()
    cpu, wall = [], []
    for _ in range(told["batches"]):
        cpu_before, wall_before = time.process_time(), time.perf_counter()
        for _ in range(calls):
            one()
        wall.append((time.perf_counter() - wall_before) / calls * 1e6)
        cpu.append((time.process_time() - cpu_before) / calls * 1e6)
    return _figures(cpu, wall)


async def async_batches_of(one: Callable[[], Any], told: dict[str, int]) -> dict[str, float]:
    """As ``batches_of``, for what is awaited."""
    for _ in range(told["warm"]):
        await one()
    began = time.process_time()
    await one()
    calls = told["calls"] or _calls_for(time.process_time() - began, most=5000)
    gc.collect()
    cpu, wall = [], []
    for _ in range(told["batches"]):
        cpu_before, wall_before = time.process_time(), time.perf_counter()
        for _ in range(calls):
            await one()
        wall.append((time.perf_counter() - wall_before) / calls * 1e6)
        cpu.append((time.process_time() - cpu_before) / calls * 1e6)
    return _figures(cpu, wall)


def _calls_for(seconds: float, *, most: int) -> int:
    """How many calls fill a batch, where one takes so long."""
    return max(1, min(most, int(BATCH_SECONDS / max(seconds, 1e-6))))


def _median(values: list[float]) -> float:
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _figures(cpu: list[float], wall: list[float]) -> dict[str, float]:
    median = _median(cpu)
    return {
        "cpu_us": median,
        "best_cpu_us": min(cpu),
        "wall_us": _median(wall),
        "cpu_rate": 1e6 / max(median, 1e-9),
    }


async def in_flight(one: Callable[[], Any], *, flight: int, calls: int) -> dict[str, float]:
    """Calls by ``flight`` workers at once, after each has made two."""
    waits: list[float] = []

    async def worker(numbers: Any) -> None:
        for _ in numbers:
            began = time.perf_counter()
            await one()
            waits.append(time.perf_counter() - began)

    async def run(total: int) -> None:
        numbers = iter(range(total))
        await asyncio.gather(*[worker(numbers) for _ in range(flight)])

    await run(2 * flight)
    waits.clear()
    gc.collect()
    cpu_before, wall_before = time.process_time(), time.perf_counter()
    await run(calls)
    wall, cpu = time.perf_counter() - wall_before, time.process_time() - cpu_before
    waits.sort()
    return {
        "cpu_us": cpu / calls * 1e6,
        "rate": calls / wall,
        "p50_ms": waits[len(waits) // 2] * 1e3,
        "p99_ms": waits[int(len(waits) * 0.99)] * 1e3,
    }


async def measured(peer: Any, bench: str, job: dict[str, Any]) -> dict[str, float]:
    """The figures of a bench that runs in an event loop."""
    told, base, options = job["parameters"], job["base"], job["options"]
    if bench in ("stream", "stream_paced"):
        one = await peer.streamer(base, **options)
        pieces = await one()
        if pieces < PIECES:
            raise SystemExit(f"only {pieces} of {PIECES} pieces came")
        found = await async_batches_of(one, told)
        return {"cpu_us_piece": found["cpu_us"] / PIECES, "wall_us_piece": found["wall_us"] / PIECES}
    if bench in ("call", "flight64", "flight1000", "process"):
        one = await peer.caller(base, **options)
        await checked(one)
        if bench == "process":
            return {}
        return await (async_batches_of(one, told) if bench == "call" else in_flight(one, **told))
    if bench in ("stand_in", "process_stand_in"):
        one = await peer.stand_in(base, **options)
        if not await one():
            raise SystemExit("the stand-in said nothing")
        return {} if bench == "process_stand_in" else await async_batches_of(one, told)
    one = await getattr(peer, bench)(base, **options)
    return await async_batches_of(one, told) if asyncio.iscoroutinefunction(one) else batches_of(one, told)


async def checked(one: Callable[[], Any]) -> None:
    """One call whose answer has to be the server's."""
    text = await one()
    if text != TEXT:
        raise SystemExit(f"another answer came: {text!r}")


def main() -> None:
    """Measure what the argument says."""
    job = json.loads(sys.argv[1])
    peer = importlib.import_module(f"peers.{job['module']}")
    if job["bench"] == "blocking":
        one = peer.blocking_caller(job["base"], **job["options"])
        text = one()
        if text != TEXT:
            raise SystemExit(f"another answer came: {text!r}")
        found = batches_of(one, job["parameters"])
    else:
        found = asyncio.run(measured(peer, job["bench"], job))
    print("\n" + json.dumps({**found, "memory_mb": memory_mb()}), flush=True)


if __name__ == "__main__":
    main()
    if "process" not in sys.argv[1]:
        # Pools that nobody closed would only delay the next measurement; a whole process ends as programs do.
        os._exit(0)
