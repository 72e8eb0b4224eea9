"""The questions: what each asks of the service, what it costs, and what the stand-in is told to answer to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from understudy.domain.capabilities import Capabilities, check_request
from understudy.domain.errors import AuthenticationError, UnsupportedCapabilityError
from understudy.domain.generation import TextGenerator
from understudy.domain.messages import ToolCallPart
from understudy.domain.requests import GenerationOptions, GenerationRequest, Tool
from understudy.providers.generation.mock.answers import Answer
from understudy.providers.generation.mock.script import MockScript
from understudy.providers.generation.mock.tokens import count, measure

__all__ = ["ABSENT_MODEL", "EMBEDDED", "PROBES", "Cost", "Kind", "Probe", "options_for", "probes_for"]

Kind: TypeAlias = Literal["generate", "stream", "list_models", "health_check", "embed"]

ABSENT_MODEL = "understudy-no-such-model"
EMBEDDED = ("The first text.", "Another one.")

_ENOUGH = 2048
"""Output tokens for an answer of a few words: models that reason spend some before they say any."""
_SHORT = 16
"""The least that every API takes as a limit."""

_WEATHER = Tool(
    name="get_weather",
    description="The weather of a city for the next days.",
    parameters={
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
        "required": ["city", "days"],
        "additionalProperties": False,
    },
)
_PERSON: Mapping[str, object] = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What questions cost: requests, and tokens estimated from what is sent and from the limits set on answers.

    Retries are not in it, nor what a service adds to a prompt by itself.
    """

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            requests=self.requests + other.requests,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One question.

    ``script`` tells the stand-in what the service is expected to do. ``declared`` is whether it can be asked at all;
    ``demands_call`` wants the tool called where the model takes that. ``optional`` are kinds of parts and events that a
    model adds as it likes. ``wrong_key`` asks with a credential that is none; ``refused`` is whether the service is to
    refuse it.
    """

    name: str
    kind: Kind
    prompt: str = ""
    options: GenerationOptions = field(default_factory=GenerationOptions)
    script: Callable[[MockScript], object]
    declared: Callable[[Capabilities], bool] = lambda _: True
    demands_call: bool = False
    optional: frozenset[str] = frozenset({"reasoning"})
    wrong_key: bool = False
    refused: bool = False

    def cost(self, generator: TextGenerator) -> Cost:
        """What it costs with this generator; what a service refuses is billed by none."""
        if self.kind == "embed":
            return Cost(requests=1, input_tokens=sum(map(count, EMBEDDED)))
        if self.kind not in ("generate", "stream") or self.refused:
            return Cost(requests=1)
        options = options_for(self, generator)
        tokens = measure(GenerationRequest.of(self.prompt, **options)).tokens
        return Cost(requests=1, input_tokens=tokens, output_tokens=options.get("max_output_tokens") or 0)


def _says_ready(script: MockScript) -> None:
    script.when().answers("ready")


def _calls_the_tool(script: MockScript) -> None:
    call = ToolCallPart(id="", name=_WEATHER.name, arguments={"city": "Oslo", "days": 3})
    script.when().answers(Answer(tool_calls=(call,)))


def _names_somebody(script: MockScript) -> None:
    script.when().answers(json={"name": "Ada", "age": 36})


def _counts(script: MockScript) -> None:
    script.when().answers(" ".join(map(str, range(1, 200))))


def _has_one_model(script: MockScript) -> None:
    script.set_models("the-only-one")


def _refuses_the_key(script: MockScript) -> None:
    script.when().raises(AuthenticationError)


def _does_as_it_does(_script: MockScript) -> None:
    """What the stand-in does by itself is what is compared."""


_READY = "Answer with the one word: ready"
_TOOL_PROMPT = "Call get_weather for Oslo and 3 days. Say nothing else."
_WITH_TOOL: GenerationOptions = {"tools": [_WEATHER], "max_output_tokens": _ENOUGH}

PROBES: Sequence[Probe] = (
    Probe(name="health", kind="health_check", script=_does_as_it_does),
    Probe(name="models", kind="list_models", script=_does_as_it_does, declared=lambda can: can.model_listing),
    Probe(name="text", kind="generate", prompt=_READY, options={"max_output_tokens": _ENOUGH}, script=_says_ready),
    Probe(
        name="text streamed",
        kind="stream",
        prompt=_READY,
        options={"max_output_tokens": _ENOUGH},
        script=_says_ready,
        declared=lambda can: can.streaming,
    ),
    Probe(
        name="tool call",
        kind="generate",
        prompt=_TOOL_PROMPT,
        options=_WITH_TOOL,
        script=_calls_the_tool,
        declared=lambda can: can.tools,
        demands_call=True,
        optional=frozenset({"reasoning", "text"}),
    ),
    Probe(
        name="tool call streamed",
        kind="stream",
        prompt=_TOOL_PROMPT,
        options=_WITH_TOOL,
        script=_calls_the_tool,
        declared=lambda can: can.tools and can.streaming,
        demands_call=True,
        optional=frozenset({"reasoning", "text"}),
    ),
    Probe(
        name="structured output",
        kind="generate",
        prompt="Ada is 36 years old. Who is described, and how old is she? Answer as JSON.",
        options={"response_schema": _PERSON, "max_output_tokens": _ENOUGH},
        script=_names_somebody,
        declared=lambda can: can.structured_output,
    ),
    Probe(
        name="output limit",
        kind="generate",
        prompt="Count from 1 to 200 in digits, separated by spaces.",
        options={"max_output_tokens": _SHORT},
        script=_counts,
        optional=frozenset({"reasoning", "text"}),  # reasoning may use the limit up before any text
    ),
    Probe(
        name="stop sequence",
        kind="generate",
        prompt="Count from 1 to 9 in digits, separated by spaces.",
        options={"stop": [" 9"], "max_output_tokens": _ENOUGH},
        script=_counts,
        declared=lambda can: can.stop_sequences != 0,
    ),
    Probe(
        name="absent model",
        kind="generate",
        prompt=_READY,
        options={"model": ABSENT_MODEL, "max_output_tokens": _SHORT},
        script=_has_one_model,
        refused=True,
    ),
    Probe(
        name="absent model streamed",
        kind="stream",
        prompt=_READY,
        options={"model": ABSENT_MODEL, "max_output_tokens": _SHORT},
        script=_has_one_model,
        declared=lambda can: can.streaming,
        refused=True,
    ),
    Probe(
        name="wrong key",
        kind="generate",
        prompt=_READY,
        options={"max_output_tokens": _SHORT},
        script=_refuses_the_key,
        wrong_key=True,
        refused=True,
    ),
    Probe(name="embeddings", kind="embed", script=_does_as_it_does, declared=lambda can: can.embeddings),
)
"""Every question, the cheapest first."""


def options_for(probe: Probe, generator: TextGenerator) -> GenerationOptions:
    """The options of a question to this generator: the tool is demanded where its model takes that."""
    if not probe.demands_call:
        return probe.options
    demanding: GenerationOptions = {**probe.options, "tool_choice": _WEATHER.name}
    return demanding if _takes(generator, probe.prompt, demanding) else probe.options


def probes_for(generator: TextGenerator, *, needs_credentials: bool) -> tuple[Probe, ...]:
    """The questions that this generator's capabilities and its model allow."""
    return tuple(probe for probe in PROBES if _can_be_asked(probe, generator, needs_credentials=needs_credentials))


def _can_be_asked(probe: Probe, generator: TextGenerator, *, needs_credentials: bool) -> bool:
    if not probe.declared(generator.capabilities) or (probe.wrong_key and not needs_credentials):
        return False
    return probe.kind not in ("generate", "stream") or _takes(generator, probe.prompt, probe.options)


def _takes(generator: TextGenerator, prompt: str, options: GenerationOptions) -> bool:
    request = GenerationRequest.of(prompt, **options)
    model = request.model or generator.model
    try:
        check_request(request, generator.capabilities, provider=generator.name, model=model)
    except UnsupportedCapabilityError:
        return False
    return True
