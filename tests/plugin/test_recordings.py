"""Old recordings in pytest's summary: seen, and no failure."""

from __future__ import annotations

import pytest

TEST = """
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from understudy import open_container
from understudy.testing.asgi import AsgiTransport
from understudy.testing.emulators import emulate

@pytest.mark.understudy(set={"generation.use": "replay"})
async def test_a_replay(understudy_container):
    async with open_container(
        {"generation": {"use": "record", "default": "ollama"}}, transport=AsgiTransport(emulate("ollama"))
    ) as container:
        await container.generator().generate("hi")
    (file,) = Path("recordings/generation/ollama").iterdir()
    now = datetime.now(UTC)
    old = (now - timedelta(days=200)).isoformat()
    text = file.read_text()
    start = text.index("recorded: ") + len("recorded: ")
    file.write_text(text[:start] + f"'{old}'" + text[text.index("\\n", start):])
    assert await understudy_container.generator().generate("hi")
"""


@pytest.mark.parametrize("arguments", [(), ("-n", "1")])
def test_an_old_recording_is_in_the_summary_of_warnings_and_fails_nothing(project, arguments):
    """Though the project lets warnings be errors; with xdist too."""
    result = project(TEST, *arguments, settings="generation: {default: ollama}\n")
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(["*test_a_replay*", "*recordings/generation/ollama/hi-*is 200 days old*"])
