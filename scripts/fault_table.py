"""Drive the five providers through every fault, print the table, and write it into docs/faults.md.

It takes about two minutes: waits and deadlines are real here, and what strains the memory runs in processes of its own.
The exit status is 1 where a promise is broken; the page then says so too.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from understudy.config.models.http import HttpSettings
from understudy.providers.generation.choosing.build import build_real
from understudy.providers.generation.choosing.catalog import builtin_registry
from understudy.providers.generation.choosing.sections import validate
from understudy.providers.http import HttpClients
from understudy.testing.faults import FAULTS, GROUPS, MARGIN, Fault, FaultServer, LogTap, Outcome, drive, peak_memory

PAGE = Path(__file__).resolve().parent.parent / "docs" / "faults.md"
BLOCK = re.compile(r"(<!-- generated: faults -->\n).*?(<!-- end -->)", re.DOTALL)
PROVIDERS = ("claude", "codex", "gemini", "ollama", "deepseek")
DEADLINE = 3.0
ANSWER = "GenerationResult"
MOST = 64  # MB over what a process had after a healthy call


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One provider, one way, one fault: how it ended, and what was wrong with that."""

    provider: str
    way: str
    ending: str
    requests: int
    late: float
    megabytes: int
    wrong: tuple[str, ...]


def cell(outcome: Outcome, megabytes: int = 0) -> Cell:
    """An outcome in few words."""
    wrong = outcome.broken() + ((f"took {megabytes} MB",) if megabytes > MOST else ())
    late = max(0.0, outcome.seconds - outcome.deadline)
    return Cell(
        provider=outcome.provider,
        way=outcome.way,
        ending=outcome.ending,
        requests=outcome.requests,
        late=late,
        megabytes=megabytes,
        wrong=wrong,
    )


async def row(fault: Fault, server: FaultServer) -> list[Cell]:
    """All providers and ways at once."""
    registry = builtin_registry()
    with LogTap() as tap:
        outcomes = await asyncio.gather(
            *(
                drive(registry.get(name), fault, server=server, way=way, deadline=DEADLINE)
                for name in PROVIDERS
                for way in fault.ways
            )
        )
    if any("sk-FAULT" in line for line in tap.lines):
        raise SystemExit(f"{fault.name}: a credential was logged")
    return [cell(outcome) for outcome in outcomes]


def heavy_row(fault: Fault, server: FaultServer) -> list[Cell]:
    """One process for each provider and way, whose memory is its own."""
    cells = []
    for name in PROVIDERS:
        for way in fault.ways:
            urls = server.url("healthy", "memory"), server.url(fault, f"memory-{name}-{way}")
            done = subprocess.run(
                [sys.executable, __file__, name, way, *urls], capture_output=True, text=True, timeout=60, check=True
            )
            ending, megabytes, seconds = json.loads(done.stdout)
            late = max(0.0, seconds - DEADLINE)
            wrong = [f"ended with {ending}"] if ending not in [end.__name__ for end in fault.ends] else []
            wrong += [f"took {megabytes} MB"] if megabytes > MOST else []
            wrong += [f"took {seconds:.2f} s"] if late > MARGIN else []
            cells.append(
                Cell(
                    provider=name,
                    way=way,
                    ending=ending,
                    requests=len(server.arrivals(f"memory-{name}-{way}")),
                    late=late,
                    megabytes=megabytes,
                    wrong=tuple(wrong),
                )
            )
    return cells


async def heavy_cell(name: str, way: str, healthy: str, endless: str) -> None:
    """What a process of ``heavy_row`` does: a healthy call, then the fault, and how much memory that took."""
    loop = asyncio.get_running_loop()
    settings = HttpSettings.model_validate(
        {"timeout": {"total": DEADLINE}, "retry": {"max_retries": 2, "backoff_base": 0.01}}
    )
    async with HttpClients(settings) as clients:

        async def ask(url: str) -> str:
            spec = builtin_registry().get(name)
            generator = build_real(spec, validate(spec, {"api_key": "sk-table", "base_url": url}), clients)
            try:
                if way == "whole":
                    await generator.generate("ping")
                else:
                    async for _ in generator.generate_stream("ping"):
                        continue
            except Exception as error:  # noqa: BLE001 # the class is what is asked for
                return type(getattr(error, "last_error", error)).__name__
            return "answer"

        await ask(healthy)
        before, began = peak_memory(), loop.time()
        ending = await ask(endless)
        print(json.dumps([ending, round((peak_memory() - before) / 1_000_000), loop.time() - began]))


def said(cells: Sequence[Cell], way: str, fault: Fault) -> str:
    """How the providers ended one way: one word where all ended alike, the row's own where the moment decides."""
    if fault.strain == "time" and way in fault.ways and not any(each.wrong for each in cells):
        return " or ".join(end.__name__.removesuffix("Error") for end in fault.ends).replace(ANSWER, "answer")
    by_ending: dict[str, list[str]] = {}
    for each in cells:
        if each.way == way:
            by_ending.setdefault(each.ending.removesuffix("Error"), []).append(each.provider)
    if len(by_ending) <= 1:
        return next(iter(by_ending), "")
    return "; ".join(f"{ending} ({', '.join(names)})" for ending, names in by_ending.items())


def count(cells: Sequence[Cell], fault: Fault) -> str:
    """How many requests were sent; where time decides, it may differ."""
    if fault.requests is not None and fault.strain != "time":
        return str(fault.requests)
    found = sorted({each.requests for each in cells})
    return str(found[0]) if len(found) == 1 else f"{found[0]} to {found[-1]}"


def tables(rows: dict[str, list[Cell]]) -> Iterator[str]:
    """The page's generated part."""
    cells = [each for found in rows.values() for each in found]
    wrong = [(name, each) for name, found in rows.items() for each in found if each.wrong]
    yield f"{len(rows)} faults, {len(PROVIDERS)} providers, {len(cells)} calls: {len(wrong)} broke a promise.\n\n"
    for name, each in wrong:
        yield f"- `{name}`, {each.provider}, {each.way}: {'; '.join(each.wrong)}\n"
    for group, faults in GROUPS.items():
        yield f"\n### Faults of the {group}\n\n"
        yield "| fault | what the server does | whole | streamed | requests |\n|---|---|---|---|---|\n"
        for fault in faults:
            found = rows[fault.name]
            told = (said(found, "whole", fault), said(found, "stream", fault), count(found, fault))
            yield f"| `{fault.name}` | {fault.happens} | {' | '.join(told)} |\n"


def main() -> None:
    """Run all, print and write."""
    with FaultServer() as server:
        rows = {
            fault.name: heavy_row(fault, server) if fault.strain == "memory" else asyncio.run(row(fault, server))
            for fault in FAULTS.values()
        }
    text = "".join(tables(rows))
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(BLOCK.sub(lambda block: block[1] + text + block[2], page), encoding="utf-8")
    cells = [each for found in rows.values() for each in found]
    print(text)
    print(
        f"latest end after a deadline: {max(each.late for each in cells):.2f} s;"
        f" most memory: {max(each.megabytes for each in cells)} MB"
    )
    sys.exit(any(each.wrong for each in cells))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        asyncio.run(heavy_cell(*sys.argv[1:]))
    else:
        main()
