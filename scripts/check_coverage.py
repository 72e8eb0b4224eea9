"""Hold the coverage of a measured run: silent where it holds, so that the test runner's summary stays the last word.

The package as a whole may lack a few lines, which docs/coverage.md names; what chooses and builds providers, none.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEAST = "95"
WHOLE = (
    "understudy/providers/registry.py",
    "understudy/providers/generation/choosing/*",
    "understudy/providers/storage/registry.py",
)
COVERAGE = (sys.executable, "-m", "coverage")


def main() -> int:
    """Combine what the processes measured; 1, and the report, where a bound is not kept."""
    subprocess.run([*COVERAGE, "combine", "-q"], cwd=ROOT, check=True)
    bounds = (["--fail-under", LEAST], ["--fail-under", "100", "--include", ",".join(WHOLE)])
    faults = 0
    for bound in bounds:
        report = subprocess.run([*COVERAGE, "report", *bound], cwd=ROOT, capture_output=True, text=True, check=False)
        if report.returncode:
            print(report.stdout, report.stderr, sep="")
            faults += 1
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
