"""A script: which request gets which reply. The same script drives a stand-in and an emulator."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, Unpack

from understudy.config.models.mock import HealthSettings, LatencySettings, MockSettings, Operation, shadowed
from understudy.domain.errors import ProviderError, ScriptError
from understudy.domain.health import HealthStatus
from understudy.domain.messages import Part, ToolCallPart
from understudy.domain.requests import GenerationRequest
from understudy.domain.results import FinishReason
from understudy.providers.generation.mock.answers import Answer, Failure, Interrupted, Reply
from understudy.providers.generation.mock.matching import Conditions, Match, turn_text
from understudy.providers.generation.mock.replies import failure_of, reply_of

__all__ = ["AnswerData", "FailureData", "MockScript", "Rule", "RuleMaker"]

_EXCERPT = 80


class AnswerData(TypedDict, total=False):
    """The fields of Answer, for ``answers(...)``."""

    text: str | None
    reasoning: str | None
    tool_calls: tuple[ToolCallPart, ...]
    json: Any
    chunks: tuple[str, ...] | None
    refusal: str | None
    parts: tuple[Part, ...] | None
    finish_reason: FinishReason | None
    usage: Mapping[str, int]


class FailureData(TypedDict, total=False):
    """The fields of Failure besides its class, for ``raises(...)``."""

    message: str | None
    status: int | None
    code: str | None
    retry_after: float | None
    retryable: bool | None
    request_id: str | None
    attempts: int
    last: type[ProviderError]


class Rule:
    """Conditions, the replies to requests that meet them, and how many of these are spent."""

    def __init__(self, match: Match, replies: Sequence[Reply], *, times: int | None = None) -> None:
        if not replies:
            raise ScriptError(f"The rule for {match} has no reply.")
        if times is not None and times < 1:
            raise ScriptError(f"The rule for {match} can never match: times is {times}.")
        self.match = match
        self.replies = tuple(replies)
        self.times = times
        self.used = 0

    @property
    def ends(self) -> bool:
        """Whether requests may come that it does not answer, though they meet its conditions."""
        return self.times is not None

    @property
    def spent(self) -> bool:
        """Whether it has answered as often as it may."""
        return self.times is not None and self.used >= self.times

    def next(self) -> Reply:
        """The reply to the next request. Raises ScriptError where several replies were given and all are used up."""
        number = self.used
        if len(self.replies) == 1:
            self.used += 1
            return self.replies[0]
        if number >= len(self.replies) and self.times is None:
            raise ScriptError(
                f"The rule for {self.match} has run dry: its {len(self.replies)} replies are used up.",
                hint="Give it more replies, or times to begin again with the first.",
            )
        self.used += 1
        return self.replies[number % len(self.replies)]

    def __str__(self) -> str:
        return f"{self.match}; answered {self.used} times" if self.spent else str(self.match)


class RuleMaker:
    """The second half of ``script.when(...)``: what happens to the requests that meet the conditions."""

    def __init__(self, script: MockScript, match: Match) -> None:
        self._script = script
        self._match = match

    def answers(self, *replies: Reply, times: int | None = None, **answer: Unpack[AnswerData]) -> MockScript:
        """Reply with these, one after the other; a single one is given again and again, at most ``times`` times.

        A reply is a text, an Answer, a whole GenerationResult, a failure, or a function of the request that makes one.
        The fields of Answer may be given directly: ``answers(json={"city": "Oslo"})``.
        """
        given = (*replies, Answer(**answer)) if answer else replies
        return self._script.add(Rule(self._match, given or (Answer(),), times=times))

    def raises(
        self,
        error: type[ProviderError] | ProviderError,
        *,
        after_chunks: int | None = None,
        answer: Answer | str | None = None,
        times: int | None = None,
        **data: Unpack[FailureData],
    ) -> MockScript:
        """Fail with this error; with ``after_chunks``, inside the stream after so many pieces of ``answer``.

        Given a class, what ``data`` leaves open is as the provider itself reports such an error.
        """
        failure = error if isinstance(error, ProviderError) else Failure(kind=error, **data)
        reply: Reply = failure
        if after_chunks is not None:
            said = Answer(text=answer) if isinstance(answer, str) else answer or Answer()
            reply = Interrupted(failure=failure, after_chunks=after_chunks, answer=said)
        return self._script.add(Rule(self._match, (reply,), times=times))


class MockScript:
    """Rules, a sequence, latency and failures, from the settings or from code.

    The first rule that takes a request answers it; rules added in code come before those of the settings. Requests that
    no rule takes get the next reply of the sequence, if there is one, and else the default answer. Calls may come from
    several threads.
    """

    def __init__(self, settings: MockSettings | Mapping[str, Any] | None = None) -> None:
        if not isinstance(settings, MockSettings):
            settings = MockSettings.model_validate(settings or {})
        self.settings = settings
        self.latency: LatencySettings = settings.latency
        self.health: HealthSettings = settings.health
        self.models: tuple[str, ...] = settings.models
        self._own: list[Rule] = []
        self._rules = [
            Rule(Match(rule.match.model_dump(exclude_none=True)), (reply_of(rule),), times=rule.times)  # type: ignore[arg-type]  # a dump has no TypedDict type
            for rule in settings.rules
        ]
        self._sequence: tuple[Reply, ...] = tuple(reply_of(step) for step in settings.sequence)
        self._repeat = settings.repeat
        self._position = 0
        self._strict = settings.unmatched == "error"
        self._rate = settings.error_rate
        self._seed = settings.seed
        self._failures = tuple(failure_of(error) for error in settings.errors)
        self._counts: dict[Operation, int] = {}
        self._lock = threading.Lock()

    def when(self, **conditions: Unpack[Conditions]) -> RuleMaker:
        """Begin a rule for the requests that meet all conditions; none: every request.

        ``text``: the last turn's text has this in it; ``regex``; ``system``; ``model`` (with ``*``); ``tool``: is
        offered; ``tool_result``: the last turn brings this tool's result; ``images``; ``nth``: the call's number, from
        1; ``operation``: generate, embed, list_models or health_check; ``where``: a function of the request.
        """
        return RuleMaker(self, Match(conditions))

    def add(self, rule: Rule) -> MockScript:
        """Add a rule after those already added. Raises ScriptError where it could never match."""
        own = [*self._own, rule]
        found = shadowed([(each.match.conditions, each.ends) for each in own])
        if found:
            raise ScriptError(
                f"The rule for {rule.match} can never match: the rule for {own[found[1]].match} before it takes every "
                "request that it could.",
                hint="Add it first, or give the earlier rule a limit with times.",
            )
        self._own = own
        return self

    def sequence(self, *replies: Reply, repeat: bool = False) -> MockScript:
        """Reply with these, in turn, to the requests that no rule takes, in place of any earlier sequence."""
        self._sequence, self._repeat, self._position = replies, repeat, 0
        return self

    def refuse_unmatched(self) -> MockScript:
        """Raise ScriptError for requests that neither a rule nor the sequence takes: no default answers."""
        self._strict = True
        return self

    def fail_at_random(
        self, rate: float, *, seed: int, errors: Sequence[type[ProviderError] | Failure] = ()
    ) -> MockScript:
        """Fail this share of the calls, always the same ones for a seed, with each of ``errors`` in turn."""
        self._rate, self._seed = rate, seed
        if errors:
            self._failures = tuple(each if isinstance(each, Failure) else Failure(kind=each) for each in errors)
        return self

    def set_latency(self, *, first: float = 0.0, per_chunk: float = 0.0) -> MockScript:
        """Wait so many seconds before the first piece, and before each further one."""
        self.latency = LatencySettings(first=first, per_chunk=per_chunk)
        return self

    def set_health(self, status: HealthStatus, *, error: str | None = None, latency: float = 0.0) -> MockScript:
        """What the health check says from now on."""
        self.health = HealthSettings(status=status, error=error, latency=latency)
        return self

    def set_models(self, *models: str) -> MockScript:
        """What list_models() gives from now on; without any, every model is there.

        Asked for another one, it answers as the service does: NotFoundError. The settings' own model is always there.
        """
        self.models = models
        return self

    def reset(self) -> None:
        """Begin again: rules and the sequence are as before their first reply, calls are counted from 1."""
        with self._lock:
            self._counts.clear()
            self._position = 0
            for rule in (*self._own, *self._rules):
                rule.used = 0

    def unused(self) -> tuple[str, ...]:
        """The rules that have not answered anything yet, and what is left of the sequence, in words."""
        rules = [str(rule) for rule in (*self._own, *self._rules) if not rule.used]
        left = len(self._sequence) - self._position
        return (*rules, f"the last {left} of the sequence") if left > 0 else tuple(rules)

    def take(self, request: GenerationRequest, *, operation: Operation, model: str) -> Reply | None:
        """The reply to this call, None for the default answer; what is taken is spent.

        Raises ScriptError where the script has run dry, or refuses requests that nothing takes.
        """
        with self._lock:
            number = self._counts.get(operation, 0) + 1
            self._counts[operation] = number
            if self._rate and operation in ("generate", "embed"):
                drawn = zlib.crc32(f"{self._seed}:{operation}:{number}".encode()) / 2**32
                if drawn < self._rate:
                    return self._failures[number % len(self._failures)]
            if self._own or self._rules:
                for rule in (*self._own, *self._rules):
                    if not rule.spent and rule.match.takes(request, operation=operation, model=model, nth=number):
                        return rule.next()
            if operation != "generate" or not (self._sequence or self._strict):
                return None
            return self._next_of_sequence(request, number)

    def _next_of_sequence(self, request: GenerationRequest, number: int) -> Reply:
        text = turn_text(request.messages[-1]) if request.messages else ""
        asked = f"call {number}, {text[:_EXCERPT]!r}"
        if self._sequence:
            if self._position == len(self._sequence) and self._repeat:
                self._position = 0
            if self._position < len(self._sequence):
                self._position += 1
                return self._sequence[self._position - 1]
            raise ScriptError(
                f"The sequence of {len(self._sequence)} replies has run dry at {asked}.",
                hint="Give it more replies, let it repeat, or add a rule for this request.",
            )
        rules = "".join(f"\n  {rule}" for rule in (*self._own, *self._rules)) or " none"
        raise ScriptError(f"Nothing in the script takes {asked}. Rules:{rules}", hint="\nAdd a rule for it.")
