"""Scripts in interpreters of their own, measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import understudy

_REPORT = """
import sys, time
_start = time.process_time()
{script}
_spent, _modules = time.process_time(), sorted(sys.modules)
import json
print(json.dumps({{"cpu": _spent, "script_cpu": _spent - _start, "modules": _modules}}))
"""


@dataclass(frozen=True)
class Measured:
    """What a script did: CPU seconds of its process and of itself, and every module that it imported."""

    cpu: float
    script_cpu: float
    modules: frozenset[str]

    @property
    def packages(self) -> frozenset[str]:
        """The top-level names of the modules."""
        return frozenset(module.partition(".")[0] for module in self.modules)


@pytest.fixture
def measure(tmp_path: Path) -> Callable[[str], Measured]:
    """Run a script in a fresh interpreter and measure it."""

    def run(script: str) -> Measured:
        # The same package that the tests run against: the tree, or the installed wheel.
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("UNDERSTUDY", "PYTEST"))}
        environment |= {"PYTHONPATH": str(Path(understudy.__file__).parents[1])}
        done = subprocess.run(  # noqa: S603  # the test's own script
            [sys.executable, "-c", _REPORT.format(script=script)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        report = json.loads(done.stdout.splitlines()[-1])
        return Measured(report["cpu"], report["script_cpu"], frozenset(report["modules"]))

    return run
