"""The storage benchmark: ``make bench-storage``, or ``python benchmarks/storage/run.py --help``.

Every case is done by raw duckdb and by our driver in turns, each time in a fresh process, and told as a ratio of what
both took in this run. Slow figures never fail it; a case that cannot be done does.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
from cases import CASES, generate

HERE = Path(__file__).resolve().parent
ROW_BYTES = 123
BUDGETS = {
    "import-csv": "CPU <= 1.1 x",
    "import-parquet": "CPU <= 1.1 x",
    "import-staged": "CPU <= 1.4 x",
    "preview": "wall <= raw + 1 ms",
    "command": "wall <= 18 us",
}
Figures = dict[str, list[dict[str, float]]]


def measure(case: str, side: str, folder: Path) -> dict[str, float]:
    """One case by one side, in a process of its own."""
    line = [sys.executable, str(HERE / "cases.py"), case, side, str(folder)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{case} by {side} failed:\n{done.stderr}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def shown(seconds: float) -> str:
    """A time in the unit that fits it."""
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("us", 1e6)):
        if seconds * factor >= 1 or unit == "us":
            return f"{seconds * factor:.2f} {unit}"
    return ""


def report(figures: Figures) -> None:
    """Print the medians and their ratios."""
    print(f"{'case':16}{'raw CPU':>12}{'our CPU':>12}{'ratio':>8}{'raw wall':>12}{'our wall':>12}{'memory':>9}  budget")
    for case in dict.fromkeys(name.partition(" ")[0] for name in figures):
        raw, ours = figures[f"{case} raw"], figures[f"{case} ours"]
        cpu, wall, peak = (
            [statistics.median(run[key] for run in side) for side in (raw, ours)] for key in ("cpu", "wall", "peak")
        )
        ratio = f"{cpu[1] / cpu[0]:.2f}" if case != "command" else "-"
        print(
            f"{case:16}{shown(cpu[0]):>12}{shown(cpu[1]):>12}{ratio:>8}{shown(wall[0]):>12}{shown(wall[1]):>12}"
            f"{peak[1] / peak[0]:>8.2f}x  {BUDGETS.get(case, '')}"
        )
    print("memory: our peak to raw duckdb's; budget 1.2 x where rows are moved")


def main() -> None:
    """Generate, measure in turns, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1000, help="size of the generated CSV (default 1000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each case is measured (default 3)")
    parser.add_argument("--case", choices=sorted(CASES), action="append", help="only this one; may be given again")
    parser.add_argument("--folder", type=Path, help="where data goes (default: the system's temporary folder)")
    parser.add_argument("--json", type=Path, help="write all figures into this file too")
    chosen = parser.parse_args()
    cases = chosen.case or list(CASES)
    rows = chosen.megabytes * 1_000_000 // ROW_BYTES
    figures: Figures = {f"{case} {side}": [] for case in cases for side in ("raw", "ours")}
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        generate(Path(folder), rows)
        size = (Path(folder) / "in.csv").stat().st_size
        print(
            f"{rows} rows, {size / 1e6:.0f} MB of CSV; duckdb {duckdb.__version__}, {platform.platform()}", flush=True
        )
        for number in range(chosen.rounds):
            for case in cases:
                for side in random.sample(("raw", "ours"), 2):
                    figures[f"{case} {side}"].append(measure(case, side, Path(folder)))
            print(f"round {number + 1} of {chosen.rounds} done", file=sys.stderr, flush=True)
    report(figures)
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
