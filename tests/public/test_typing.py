"""Programs that use the library are type-checked: what they get has its type, and a misspelt name is an error."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

import understudy

CONSUMER = Path(__file__).with_name("typed_consumer.py")
CHECKERS = {"mypy": ["mypy", "--strict", "--config-file="], "pyright": ["pyright", "--pythonpath", sys.executable]}


def check(checker: str, program: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    if importlib.util.find_spec(checker) is None:
        pytest.skip(f"{checker} is not installed")
    package = Path(understudy.__file__).parents[1]
    command = [sys.executable, "-m", *CHECKERS[checker], str(program)]
    environment = os.environ | {"MYPYPATH": str(package), "PYTHONPATH": str(package), "MYPY_CACHE_DIR": str(folder)}
    return subprocess.run(command, env=environment, cwd=package, capture_output=True, text=True, check=False)  # noqa: S603  # our own command


@pytest.mark.slow
@pytest.mark.parametrize("checker", sorted(CHECKERS))
def test_a_program_is_accepted(checker: str, tmp_path: Path) -> None:
    done = check(checker, CONSUMER, tmp_path)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("checker", sorted(CHECKERS))
@pytest.mark.parametrize(
    "line",
    [
        "import understudy; understudy.open_contaner",
        "from understudy import Mesage",
        "import understudy; understudy.open_container(profil='test')",
        "from understudy import blocking; blocking.open_container().generator().generate('hi', colour='red')",
    ],
)
def test_a_misspelt_name_is_refused(checker: str, line: str, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(line + "\n")
    assert check(checker, program, tmp_path).returncode == 1
