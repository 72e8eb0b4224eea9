"""The finish reasons of the provider pages are true: each word is answered, and our reason comes out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import understudy
from understudy import FinishReason
from understudy.providers.generation.choosing.catalog import BUILT_IN

PAGES = Path(__file__).resolve().parents[2] / "docs" / "providers"
WORD = re.compile(r"`(?:done_reason: )?(\w+)`")


def words(provider: str) -> Iterator[tuple[str, str]]:
    """The pairs in the page's table of results: the service's word, our reason. Of codex, those of Chat Completions."""
    page = (PAGES / f"{provider}.md").read_text(encoding="utf-8")
    section = page.partition("## Results\n")[2].partition("\n## ")[0]
    for line in re.findall(r"^\| .+ \|$", section, flags=re.MULTILINE):
        *_, service, ours = [cell.strip() for cell in line.strip("|").split(" | ")]
        reasons = [word for word in WORD.findall(ours) if word in set(FinishReason)]
        said = WORD.findall(service)
        if reasons and not re.search(r"`usage|`\w+Part`", ours):
            paired = reasons if len(reasons) == len(said) else [reasons[0]] * len(said)
            yield from zip(said, paired, strict=True)


def answer(provider: str, word: str) -> dict[str, Any]:
    """A whole answer of the service that ends with ``word``."""
    match provider:
        case "claude":
            return {"type": "message", "content": [{"type": "text", "text": "Hi."}], "stop_reason": word}
        case "gemini":
            return {"candidates": [{"content": {"parts": [{"text": "Hi."}]}, "finishReason": word}]}
        case "ollama":
            return {"message": {"role": "assistant", "content": "Hi."}, "done": True, "done_reason": word}
        case _:
            return {"choices": [{"index": 0, "message": {"content": "Hi."}, "finish_reason": word}]}


PAIRS = [(name, word, reason) for name, _, _ in BUILT_IN for word, reason in words(name)]


@pytest.mark.parametrize(("provider", "word", "reason"), PAIRS, ids=["-".join(pair) for pair in PAIRS])
async def test_the_word_is_the_reason_that_the_page_says(provider: str, word: str, reason: str) -> None:
    """Through the whole provider."""
    own: dict[str, Any] = {"api_key": "the-key"}
    if provider == "codex":
        own["api"] = "chat"
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=answer(provider, word)))
    settings = {"generation": {"default": provider, provider: own}}
    async with understudy.open_container(settings, transport=transport) as container:
        result = await container.generator().generate("hi")
    assert (result.text, result.finish_reason, result.finish_reason_raw) == ("Hi.", reason, word)


def test_every_page_has_reasons_that_are_read() -> None:
    """The pages are written as this test reads them."""
    assert {provider for provider, _, _ in PAIRS} == {name for name, _, _ in BUILT_IN}
    assert len(PAIRS) > 20
