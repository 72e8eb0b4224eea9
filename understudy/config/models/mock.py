"""Settings of a provider's stand-in: what it answers, how fast, and how it fails."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveInt, field_validator, model_validator

from understudy.config.models.base import Section
from understudy.domain import errors
from understudy.domain.health import HealthStatus
from understudy.domain.results import FinishReason

__all__ = [
    "AnswerSettings",
    "ErrorSettings",
    "HealthSettings",
    "LatencySettings",
    "MatchSettings",
    "MockSettings",
    "Operation",
    "ReplySettings",
    "RuleSettings",
    "ToolCallSettings",
    "UsageSettings",
    "provider_errors",
    "shadowed",
]

Operation = Literal["generate", "embed", "list_models", "health_check"]


def provider_errors() -> dict[str, type[errors.ProviderError]]:
    """The errors that a call to a service may end with, by name: ProviderError and all that derive from it.

    Only a recording has nothing to answer with, so RecordingMismatchError is none of them.
    """
    classes = (getattr(errors, name) for name in errors.__all__ if name != "RecordingMismatchError")
    return {cls.__name__: cls for cls in classes if isinstance(cls, type) and issubclass(cls, errors.ProviderError)}


def shadowed(rules: Sequence[tuple[Mapping[str, object], bool]]) -> tuple[int, int] | None:
    """The first rule that can never match and the earlier one that takes all it could, by index.

    Each rule is its conditions and whether it ends after some answers. A rule without an end takes all that a later
    rule with the same conditions, or more, would.
    """
    for later, (conditions, _) in enumerate(rules):
        for earlier, (wider, ends) in enumerate(rules[:later]):
            if not ends and wider.items() <= conditions.items():
                return later, earlier
    return None


class MatchSettings(Section):
    """Which requests a rule takes: those that meet every condition given here. No condition: every request."""

    operation: Operation = "generate"
    """The call: an answer (whole or streamed), `embed`, `list_models` or `health_check`."""
    text: str | None = None
    """The text of the last turn (what the user said, or what a tool answered) has this in it."""
    regex: str | None = None
    """The text of the last turn has a match of this regular expression."""
    system: str | None = None
    """The system text has this in it."""
    model: str | None = None
    """The model's name; `*` and `?` stand for any characters."""
    tool: str | None = None
    """A tool of this name is offered."""
    tool_result: str | None = None
    """The last turn brings the result of the tool of this name."""
    images: bool | None = None
    """Whether the last turn has an image."""
    nth: PositiveInt | None = None
    """The call's number among this operation's calls, from 1."""

    @field_validator("regex")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return value


class ToolCallSettings(Section):
    """One call of a tool."""

    name: str
    arguments: Mapping[str, Any] = Field(default_factory=dict)
    id: str | None = None
    """Absent: made from the request."""


class UsageSettings(Section):
    """Tokens; what is absent is counted."""

    input_tokens: NonNegativeInt | None = None
    output_tokens: NonNegativeInt | None = None
    cached_tokens: NonNegativeInt | None = None
    cache_write_tokens: NonNegativeInt | None = None
    reasoning_tokens: NonNegativeInt | None = None


class AnswerSettings(Section):
    """What the model says; what is absent is as in the default answer, or follows from the rest."""

    text: str | None = None
    reasoning: str | None = None
    tool_calls: tuple[ToolCallSettings, ...] = ()
    data: Any = Field(default=None, alias="json")
    """A value that is written as the text in JSON; it must fit the request's schema, if there is one."""
    chunks: tuple[str, ...] | None = None
    """The text, in the pieces in which it is streamed."""
    finish_reason: FinishReason | None = None
    refusal: str | None = None
    """The model's words where it declines."""
    usage: UsageSettings | None = None

    @model_validator(mode="after")
    def _one_text(self) -> Self:
        given = [
            name for name in ("text", "data", "chunks", "refusal") if name in self.model_fields_set and name != "data"
        ] + (["json"] if "data" in self.model_fields_set else [])
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} exclude each other: each is the text")
        return self


class ErrorSettings(Section):
    """How a call fails, as the caller sees it: after the retries that the real provider would have made."""

    kind: str = Field(alias="class")
    """The error's class: ProviderError or one that derives from it, as `RateLimitError`."""
    message: str | None = None
    status: int | None = Field(default=None, ge=100, le=599)
    """The HTTP status; absent: the provider's own for this error."""
    code: str | None = None
    """The service's code; absent: the provider's own for this error."""
    retry_after: NonNegativeFloat | None = None
    """The service's advice, in seconds."""
    retryable: bool | None = None
    after_chunks: NonNegativeInt | None = None
    """Fail inside a stream, after so many pieces of text; a call that is not streamed just fails."""
    attempts: PositiveInt = 4
    """For MaxRetriesExceededError: how many attempts were made."""
    last: str = "ServerError"
    """For MaxRetriesExceededError: the class of the last attempt's error."""

    @field_validator("kind", "last")
    @classmethod
    def _known(cls, value: str) -> str:
        known = provider_errors()
        if value not in known:
            near = errors.near_match(value, known)
            meant = f" Did you mean {near}?" if near else ""
            raise ValueError(f"no error is called {value!r}.{meant} Known: {', '.join(sorted(known))}")
        return value

    @field_validator("last")
    @classmethod
    def _is_one_attempt(cls, value: str) -> str:
        if value == "MaxRetriesExceededError":
            raise ValueError("the last attempt's error cannot itself be MaxRetriesExceededError")
        return value


class ReplySettings(Section):
    """An answer, an error, or an error after the first pieces of an answer."""

    answer: AnswerSettings | None = None
    error: ErrorSettings | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.answer is None and self.error is None:
            raise ValueError("neither answer nor error is given")
        return self


class RuleSettings(ReplySettings):
    """What is answered to which requests. The first rule that takes a request answers it."""

    match: MatchSettings = Field(default_factory=MatchSettings)
    times: PositiveInt | None = None
    """How often the rule answers before it steps aside for those after it; absent: always."""


class LatencySettings(Section):
    """Simulated waiting, in seconds."""

    first: NonNegativeFloat = 0.0
    """Before the first piece."""
    per_chunk: NonNegativeFloat = 0.0
    """Before each further piece of text; an answer that is not streamed waits for all of them."""


class HealthSettings(Section):
    """What the health check says."""

    status: HealthStatus = HealthStatus.HEALTHY
    latency: NonNegativeFloat = 0.0
    error: str | None = None
    details: Mapping[str, Any] = Field(default_factory=dict)


class MockSettings(Section):
    """A stand-in's script. Without one, the stand-in answers every request with a default that is made from it."""

    rules: tuple[RuleSettings, ...] = ()
    """In order; the first that takes a request answers it."""
    sequence: tuple[ReplySettings, ...] = ()
    """Answers to the requests that no rule takes, one after the other; one request too many is an error."""
    repeat: bool = False
    """Begin the sequence again when it has run dry."""
    unmatched: Literal["answer", "error"] = "answer"
    """What happens to a request that neither a rule nor the sequence takes: the default answer, or an error."""
    latency: LatencySettings = Field(default_factory=LatencySettings)
    error_rate: float = Field(default=0.0, ge=0, le=1)
    """The share of calls that fail with one of `errors`, whatever the rules say. Needs a `seed`."""
    seed: int | None = None
    """Decides which calls fail; the same seed, the same calls."""
    errors: tuple[ErrorSettings, ...] = (ErrorSettings.model_construct(kind="OverloadedError"),)
    """What `error_rate` fails with, in turn."""
    models: tuple[str, ...] = ()
    """What list_models() gives; absent: the models of known limits and the one of the settings."""
    health: HealthSettings = Field(default_factory=HealthSettings)
    calls_kept: NonNegativeInt = 1000
    """How many calls are remembered for assertions; older ones are forgotten."""

    @model_validator(mode="after")
    def _can_be_played(self) -> Self:
        if self.error_rate and self.seed is None:
            raise ValueError("error_rate needs a seed, so that the same calls fail each time")
        if self.error_rate and not self.errors:
            raise ValueError("error_rate needs at least one entry in errors")
        found = shadowed([(rule.match.model_dump(exclude_none=True), rule.times is not None) for rule in self.rules])
        if found:
            later, earlier = (number + 1 for number in found)
            raise ValueError(
                f"rule {later} can never match: rule {earlier} takes every request that it could; "
                f"put rule {later} first or give rule {earlier} a limit with times"
            )
        return self
