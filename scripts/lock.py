"""Make the hash-locked constraints anew: one resolution for everything, files that agree with it, and the fakes'.

The files name no index and no host, so that they serve any mirror.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "constraints"
ENVIRONMENTS = {
    "dev": ["--group", "dev", "--extra", "all"],
    "test": ["--group", "test", "--extra", "all"],
    "run": ["--group", "install"],
    "mutants": ["--group", "mutants", "--extra", "all"],
}
FAKES = ("bigquery", "s3", "snowflake")


def compile_environment(name: str, parts: list[str]) -> None:
    """Resolve ``parts`` for Python 3.11 to 3.13 into constraints/NAME.txt."""
    output = FOLDER / f"{name}.txt"
    command = [
        *(sys.executable, "-m", "uv", "pip", "compile", "--quiet"),
        *("--universal", "--python-version", "3.11", "--generate-hashes", "--no-annotate"),
        *("--no-emit-index-url", "--no-emit-find-links", "--no-header", "--upgrade", "--output-file", str(output)),
        *parts,
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    output.write_text(f"# Made by `make lock`: the {name} environment.\n" + output.read_text())


def main() -> None:
    """Make all files, the largest first, so that the others agree with it."""
    (FOLDER / "fakes").mkdir(parents=True, exist_ok=True)
    for name, parts in ENVIRONMENTS.items():
        agreed = [] if name == "dev" else ["--constraint", str(FOLDER / "dev.txt")]
        compile_environment(name, ["pyproject.toml", *parts, *agreed])
    for name in FAKES:
        compile_environment(f"fakes/{name}", ["--group", f"fakes-{name}"])


if __name__ == "__main__":
    main()
