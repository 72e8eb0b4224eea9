"""Whether a stand-in with the script gives what the recording gives: a script has no words for everything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from understudy.config.models.generation import ProviderSettings
from understudy.domain.errors import ProviderError, UnderstudyError
from understudy.domain.messages import Part, ReasoningPart
from understudy.domain.results import GenerationResult
from understudy.providers.generation.choosing.build import build_mock
from understudy.providers.spec import ProviderSpec
from understudy.testing.scripting.outcomes import Outcome, call
from understudy.testing.scripting.requests import Question

__all__ = ["differences"]


async def differences(
    calls: Iterable[tuple[Question, Outcome]], *, spec: ProviderSpec, settings: ProviderSettings
) -> list[str]:
    """In words, where the stand-in of ``settings`` gives something else than what the calls ended with."""
    mock = build_mock(spec, settings)
    found: list[str] = []
    for question, outcome in calls:
        try:
            got = await call(mock, question)
        except UnderstudyError as error:
            found.append(f"{question.shown}: the stand-in refuses it ({error})")
            continue
        wanted, given = _essence(outcome), _essence(got)
        other = [name for name in wanted.keys() | given.keys() if wanted.get(name) != given.get(name)]
        if other:
            found.append(f"{question.shown}: the stand-in differs in {', '.join(sorted(other))}")
    return found


def _essence(outcome: Outcome) -> dict[str, Any]:
    """What a caller sees, without the ids and signatures that a stand-in makes itself."""
    if outcome.error is not None:
        return _of_error(outcome.error)
    assert outcome.result is not None  # noqa: S101 - an outcome is one or the other
    return _of_result(outcome.result)


def _of_result(result: GenerationResult) -> dict[str, Any]:
    return {
        "parts": [_of_part(part) for part in result.parts if not _is_sealed(part)],
        "finish_reason": result.finish_reason,
        "usage": result.usage,
        "refusal": result.refusal,
    }


def _is_sealed(part: Part) -> bool:
    """Whether it is reasoning of which nobody but the provider can read anything."""
    return isinstance(part, ReasoningPart) and not part.text


_MADE = ("arguments_text", "signature")


def _of_part(part: Part) -> Any:
    if isinstance(part, ReasoningPart):
        return type(part), part.text
    return type(part), {name: value for name, value in asdict(part).items() if name not in _MADE}


def _of_error(error: ProviderError) -> dict[str, Any]:
    names = ("message", "status", "code", "retry_after", "retryable")
    seen = {name: getattr(error, name) for name in names}
    return {"error": type(error).__name__, "partial_text": error.partial_text or "", **seen}
