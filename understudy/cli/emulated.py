"""The real implementations against emulators of their services, in this process: what the demo proves offline."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from understudy.cli.tables import add_row, new_table
from understudy.domain.errors import UnderstudyError
from understudy.domain.generation import TextGenerator
from understudy.domain.requests import GenerationRequest
from understudy.domain.results import GenerationResult

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["CASES", "Case", "Outcome", "call_all", "outcome_table"]

_KEY = "for-the-emulator-only"


@dataclass(frozen=True, slots=True)
class Case:
    """One implementation: whose, over which API, and the settings that choose that API."""

    provider: str
    api: str
    settings: Mapping[str, Any]


CASES: Sequence[Case] = (
    Case("claude", "Messages", {}),
    Case("codex", "Responses", {"api": "responses"}),
    Case("codex", "Chat Completions", {"api": "chat"}),
    Case("gemini", "generateContent", {}),
    Case("ollama", "/api/chat", {}),
    Case("deepseek", "Chat Completions", {}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one case: the answer and its time in milliseconds, or what went wrong."""

    case: Case
    result: GenerationResult | None = None
    milliseconds: float = 0.0
    failure: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the whole and the streamed answer came, and are the same."""
        return self.failure is None


async def call_all(prompt: str) -> list[Outcome]:
    """The same prompt through every implementation, one after the other; each answers whole and streamed."""
    return [await _call(case, prompt) for case in CASES]


async def _call(case: Case, prompt: str) -> Outcome:
    from understudy.config.loader import settings_from
    from understudy.containers.opening import open_container
    from understudy.testing.emulators import Emulators

    section = {"api_key": _KEY, **case.settings}
    loaded = settings_from({"generation": {"default": case.provider, case.provider: section}})
    emulators = Emulators(loaded.settings.generation)
    emulators[case.provider].script.when().answers(_heard)
    async with open_container(loaded, transport=emulators.transport) as container:
        try:
            return await _compare(case, container.generator(), prompt)
        except UnderstudyError as error:
            return Outcome(case=case, failure=f"{type(error).__name__}: {error}")


def _heard(request: GenerationRequest) -> str:
    """What every emulator answers: what it has understood of the request."""
    return f"Heard: {request.turns[-1].text}"


async def _compare(case: Case, generator: TextGenerator, prompt: str) -> Outcome:
    start = time.perf_counter()
    result = await generator.generate(prompt)
    milliseconds = (time.perf_counter() - start) * 1000
    async with generator.stream(prompt) as stream:
        streamed = await stream.result()
    return Outcome(case=case, result=result, milliseconds=milliseconds, failure=_difference(prompt, result, streamed))


def _difference(prompt: str, whole: GenerationResult, streamed: GenerationResult) -> str | None:
    if prompt not in whole.text:
        return "the service understood another prompt"
    if (streamed.text, streamed.finish_reason) != (whole.text, whole.finish_reason):
        return "the streamed answer differs from the whole one"
    return None


def outcome_table(outcomes: Sequence[Outcome]) -> Table:
    """The outcomes for a terminal."""
    table = new_table("Provider", "API", "Status", "Answer", "Tokens", "Finish", "ms")
    for outcome in outcomes:
        add_row(table, _cells(outcome), styles=["bold", "", "green" if outcome.ok else "red"])
    return table


def _cells(outcome: Outcome) -> tuple[str, ...]:
    case, result = outcome.case, outcome.result
    status = "ok" if outcome.ok else f"failed: {outcome.failure}"
    if result is None:
        return case.provider, case.api, status, "", "", "", ""
    usage = result.usage
    tokens = f"{usage.input_tokens} + {usage.output_tokens}" if usage else "not told"
    milliseconds = f"{outcome.milliseconds:.1f}"
    return case.provider, case.api, status, excerpt(result.text), tokens, str(result.finish_reason), milliseconds


def excerpt(text: str, *, longest: int = 50) -> str:
    """The beginning of ``text`` on one line."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
