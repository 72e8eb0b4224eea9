"""A recording as the script of a stand-in, which then gives a caller what replaying the recording gives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from understudy.config.models.generation import ProviderSettings
from understudy.config.models.http import HttpSettings
from understudy.config.models.mock import MockSettings
from understudy.domain.errors import ProviderError, UnsupportedCapabilityError
from understudy.domain.messages import ToolResultPart
from understudy.providers.generation.mock.matching import Conditions, Match, turn_text
from understudy.providers.recording.exchanges import Recorded
from understudy.testing.emulators import EMULATORS
from understudy.testing.scripting.comparing import differences
from understudy.testing.scripting.outcomes import Outcome, outcomes
from understudy.testing.scripting.replies import reply_data
from understudy.testing.scripting.requests import Question, questions

__all__ = ["Script", "script_of"]


@dataclass(frozen=True, slots=True)
class Script:
    """The ``mock`` section's rules, as plain data, and in words what of the recording is not in them."""

    rules: Sequence[dict[str, Any]]
    left_out: Sequence[str]


async def script_of(
    provider: str, exchanges: Sequence[Recorded], *, settings: ProviderSettings, http: HttpSettings
) -> Script:
    """The script that answers as these exchanges of a built-in provider do.

    ``settings`` and ``http`` are those with which they were recorded: how often an attempt was made again decides which
    exchanges belong to one call. Nothing is sent. ``provider`` is one of EMULATORS: nobody else can read its requests.
    """
    spec, wires = EMULATORS[provider]
    asked, left_out = questions(exchanges, wires())
    groups: list[_Group] = []
    calls: list[tuple[Question, Outcome]] = []
    for question in asked:
        try:
            found = await outcomes(question, spec=spec, settings=settings, http=http)
        except (ProviderError, UnsupportedCapabilityError) as error:
            left_out.append(f"{question.shown}: the provider does not send it ({error})")
            continue
        calls += [(question, outcome) for outcome in found]
        _add(groups, question, found)
    rules = list(_all_rules(groups))
    mock = MockSettings.model_validate({"rules": rules})
    left_out += await differences(calls, spec=spec, settings=settings.model_copy(update={"mock": mock}))
    return Script(rules, list(dict.fromkeys(left_out)))


_Group = tuple[Question, list[Outcome]]


def _add(groups: list[_Group], question: Question, found: list[Outcome]) -> None:
    """A stand-in is asked the same, whole or streamed: both are one group."""
    for other, already in groups:
        if (other.request, other.model) == (question.request, question.model):
            already.extend(found)
            return
    groups.append((question, found))


def _all_rules(groups: Sequence[_Group]) -> Iterator[dict[str, Any]]:
    asked = [question for question, _ in groups]
    for place, (_, found) in enumerate(groups):
        match = _conditions(place, asked)
        # Where no condition tells two requests apart, each has as many answers as it had, in the recorded order.
        ends = any(_takes(match, later) for later in asked[place + 1 :])
        yield from _rules(match, found, ends=ends)


def _rules(match: dict[str, Any], found: Sequence[Outcome], *, ends: bool) -> Iterator[dict[str, Any]]:
    """One rule for each call, the last one for all further ones; calls that ended alike share one."""
    merged: list[tuple[dict[str, Any], int]] = []
    for reply in map(reply_data, found):
        if merged and (both := _both(merged[-1][0], reply)) is not None:
            merged[-1] = (both, merged[-1][1] + 1)
        else:
            merged.append((reply, 1))
    for number, (reply, times) in enumerate(merged, 1):
        rule: dict[str, Any] = {"match": match} if match else {}
        yield rule | reply | ({"times": times} if ends or number < len(merged) else {})


def _both(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any] | None:
    """One reply for two that differ at most in that one was streamed; None for two that differ."""
    if _whole(one) != _whole(other):
        return None
    return one if "chunks" in one.get("answer", ()) else other


def _whole(reply: dict[str, Any]) -> dict[str, Any]:
    answer = reply.get("answer")
    if answer is None or "chunks" not in answer or "error" in reply:
        return reply
    rest = {name: value for name, value in answer.items() if name != "chunks"}
    return {"answer": {**rest, "text": "".join(answer["chunks"])}}


def _conditions(place: int, asked: Sequence[Question]) -> dict[str, Any]:
    """The fewest conditions that take this request and none of the others; all there are where none suffice."""
    question = asked[place]
    others = [*asked[:place], *asked[place + 1 :]]
    candidates = list(_candidates(question))
    return next((each for each in candidates if not any(_takes(each, other) for other in others)), candidates[-1])


def _takes(conditions: dict[str, Any], question: Question) -> bool:
    match = Match(cast("Conditions", conditions))
    return match.takes(question.request, operation="generate", model=question.model, nth=1)


def _candidates(question: Question) -> Iterator[dict[str, Any]]:
    """Conditions that take a request, from few to many."""
    request = question.request
    said = turn_text(request.messages[-1] if request.messages else None)
    yield {"text": said} if said else {}
    exact: dict[str, Any] = {"regex": rf"\A{re.escape(said)}\Z"}
    yield exact
    tools = {tool.name for tool in request.tools}
    for name in sorted(tools):
        yield {**exact, "tool": name}
    for name in _answered(question):
        exact = {**exact, "tool_result": name}
        yield exact
    if request.system_text:
        exact = {**exact, "system": request.system_text}
        yield exact
    yield {**exact, "model": question.model}
    if tools:
        yield {**exact, "model": question.model, "tool": min(tools)}


def _answered(question: Question) -> Iterator[str]:
    """The tool whose result the last turn brings first."""
    last = question.request.messages[-1] if question.request.messages else None
    named = (part.name for part in (last.content if last else ()) if isinstance(part, ToolResultPart) and part.name)
    yield from list(named)[:1]
