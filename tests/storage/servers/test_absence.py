"""What becomes of tests whose fake cannot be had: skipped with the reason where a person works, failed in CI."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TEST = Path(__file__).with_name("test_outside_fakes.py")


@pytest.mark.slow
@pytest.mark.parametrize(("ci", "outcome"), [("", "1 skipped"), ("true", "1 error")])
def test_a_fake_without_its_environment_is_skipped_but_fails_in_ci(tmp_path, ci, outcome) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist"),
            f"{TEST}::test_objects_come_back_from_s3_as_they_were_written",
        ],
        env=os.environ | {"CI": ci, "STORAGE_FAKES": str(tmp_path)},
        cwd=TEST.parents[3],
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome in done.stdout
    assert "`make fakes` makes it" in done.stdout
