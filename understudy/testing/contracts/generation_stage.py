"""What the contract of text generators plays on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from understudy.domain.errors import ProviderError
from understudy.domain.generation import TextGenerator
from understudy.domain.requests import GenerationRequest, Tool
from understudy.providers.generation.mock import MockScript

__all__ = ["CITY", "SCHEMA", "WEATHER", "GenerationStage", "ScriptedService", "Unsaid"]

Unsaid: TypeAlias = Literal[
    "cached_tokens", "reasoning_tokens", "reasoning", "refusal", "seed", "user", "metadata", "reasoning_effort"
]
"""What an API may have no words for: in its answers, or in what its service can tell of a request."""

WEATHER = Tool(
    name="get_weather",
    description="The weather of a city",
    parameters={
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
        "required": ["city", "days"],
        "additionalProperties": False,
    },
)
CITY: Mapping[str, object] = {"city": "Tromsø", "days": 3}
SCHEMA: Mapping[str, object] = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
    "additionalProperties": False,
}


class ScriptedService(Protocol):
    """What answers the generator and can be told how: a MockGenerator is its own, an Emulator that of a real one."""

    @property
    def script(self) -> MockScript:
        """What it answers."""
        ...

    @property
    def call_count(self) -> int:
        """How many calls have reached it."""
        ...

    @property
    def last_request(self) -> GenerationRequest:
        """The last request, as it understood it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationStage:
    """A generator that makes no retries, and the service that answers it.

    The contract takes ``generator.capabilities`` at their word. ``model`` is one that takes every option of these,
    where the generator's own does not. ``unsaid`` names what the API has no words for; ``merged`` the errors that it
    reports as others, because the service does. ``stranger`` is the same generator with a credential that the service
    does not accept, where there is one.
    """

    generator: TextGenerator
    service: ScriptedService
    model: str | None = None
    unsaid: frozenset[Unsaid] = frozenset()
    merged: Mapping[type[ProviderError], type[ProviderError]] = field(default_factory=dict)
    stranger: TextGenerator | None = None

    @property
    def script(self) -> MockScript:
        """What the service answers."""
        return self.service.script

    def error(self, kind: type[ProviderError]) -> type[ProviderError]:
        """What a caller sees where the service fails with ``kind``."""
        return self.merged.get(kind, kind)
