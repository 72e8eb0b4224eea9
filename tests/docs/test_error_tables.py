"""The error tables of the provider pages are true: each row's code or status is answered, and its class is raised."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

import understudy
from understudy import ProviderError
from understudy.domain import errors
from understudy.providers.generation.choosing.catalog import BUILT_IN

PAGES = Path(__file__).resolve().parents[2] / "docs" / "providers"
SAID = re.compile(r"(?:`(?P<code>\w+)`|\"(?P<words>[^\"]+)\")(?: \((?:its status is )?(?P<status>\d{3})\))?")
STATUS = re.compile(r"(?<![\d(])(?:4\d\d|5\d\d|5xx)(?![\d)])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One promise of a page: this answer is that error."""

    provider: str
    expected: str
    status: int | None = None
    code: str | None = None
    words: str = "m"
    lasting: bool = False

    def answer(self) -> httpx.Response:
        """The service's answer; with status 200 where the page gives a code and no status."""
        return httpx.Response(self.status or 200, json=self._body())

    def _body(self) -> dict[str, Any]:
        match self.provider:
            case "claude":
                return {"type": "error", "error": {"type": self.code, "message": self.words}}
            case "gemini":
                return {"error": {"code": self.status, "status": self.code, "message": self.words}}
            case "ollama":
                return {"error": self.words}
            case _:
                return {"error": {"code": self.code, "message": self.words}}


def rows(provider: str) -> Iterator[Row]:
    """What the page's table of errors says, one row for each code, each status and each quoted sentence."""
    page = (PAGES / f"{provider}.md").read_text(encoding="utf-8")
    section = page.partition("## Errors\n")[2].partition("\n## ")[0]
    for service, ours in re.findall(r"^\| (.+?) \| (.+?) \|$", section, flags=re.MULTILINE):
        classes = [name for name in re.findall(r"`(\w+Error)`", ours) if name in errors.__all__]
        if not classes:
            continue
        lasting = "not retryable" in ours
        for found in SAID.finditer(service):
            status = int(found["status"]) if found["status"] else None
            words = (found["words"] or "m").replace("…", "x")
            yield Row(
                provider=provider, expected=classes[0], status=status, code=found["code"], words=words, lasting=lasting
            )
        statuses = [int(word.replace("xx", "00")) for word in STATUS.findall(SAID.sub("", service))]
        for index, status in enumerate(statuses):
            expected = classes[index] if len(classes) == len(statuses) else classes[0]
            yield Row(provider=provider, expected=expected, status=status, lasting=lasting)


ROWS = [row for name, _, _ in BUILT_IN for row in rows(name)]


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.provider}-{row.code or row.words}-{row.status}" for row in ROWS])
async def test_the_answer_is_the_error_that_the_page_says(row: Row) -> None:
    """Through the whole provider, without retries."""
    settings = {
        "http": {"retry": {"max_retries": 0}},
        "generation": {"default": row.provider, row.provider: {"api_key": "the-key"}},
    }
    transport = httpx.MockTransport(lambda _: row.answer())
    async with understudy.open_container(settings, transport=transport) as container:
        with pytest.raises(ProviderError) as caught:
            await container.generator().generate("hi")
    assert type(caught.value).__name__ == row.expected
    assert not (row.lasting and caught.value.retryable)


def test_every_page_has_a_table_that_is_read() -> None:
    """The pages are written as this test reads them."""
    assert {row.provider for row in ROWS} == {name for name, _, _ in BUILT_IN}
    assert len(ROWS) > 50
