"""What a provider can do, as data, and the check that holds a request against it.

The same check runs in the real implementation and in its stand-in, so that a test on the stand-in fails where the real
service would not have been asked at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias

from understudy.domain.errors import InvalidRequestError, UnsupportedCapabilityError
from understudy.domain.messages import ImagePart, Message, TextPart, ToolCallPart, ToolResultPart
from understudy.domain.requests import GenerationRequest, ReasoningEffort

__all__ = ["Capabilities", "ModelLimits", "RefusedOption", "check_request"]

RefusedOption: TypeAlias = Literal["temperature", "top_p", "stop", "tool_choice"]
"""An option that the provider knows and that some of its models refuse."""

# Wider than any one service's rule, so that only what all refuse is refused here.
_TOOL_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,128}")

_AS_UNSAID = 1
"""What ``temperature`` and ``top_p`` are where nothing is said; models that refuse the options still take it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelLimits:
    """How a model differs from what its provider can do. Tokens are None where the provider does not publish them.

    ``unsupported`` names the options that the service refuses for this model, and ``unsupported_with_reasoning`` those
    that it refuses in a request that asks for reasoning: ``temperature`` and ``top_p`` other than 1, ``stop``, and a
    ``tool_choice`` that forces a call. ``reasoning_efforts`` is None where they are all of the provider's.
    """

    context_tokens: int | None = None
    max_output_tokens: int | None = None
    unsupported: frozenset[RefusedOption] = frozenset()
    unsupported_with_reasoning: frozenset[RefusedOption] = frozenset()
    reasoning_efforts: frozenset[ReasoningEffort] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a generation provider can do. Callers branch on these facts, never on a provider's name.

    ``image_urls`` is whether the provider itself fetches an image by URL. ``temperature`` is the range that it accepts.
    ``empty_text`` is whether a request may say nothing at all.
    ``models`` maps the beginning of a model's name to what is different about it; the longest match counts.
    """

    streaming: bool = True
    tools: bool = False
    tool_choice: bool = False
    vision: bool = False
    image_urls: bool = False
    structured_output: bool = False
    reasoning: bool = False
    reasoning_efforts: frozenset[ReasoningEffort] = frozenset()
    embeddings: bool = False
    token_counting: bool = False
    model_listing: bool = False
    seed: bool = False
    stop_sequences: int | None = None
    top_p: bool = True
    temperature: tuple[float, float] = (0.0, 2.0)
    user: bool = False
    metadata: bool = False
    idempotency_keys: bool = False
    empty_text: bool = True
    models: Mapping[str, ModelLimits] = field(default_factory=lambda: MappingProxyType({}))

    def limits(self, model: str) -> ModelLimits:
        """The limits of ``model``: the entry with the longest name that ``model`` begins with, else none known."""
        matches = [name for name in self.models if model.startswith(name)]
        return self.models[max(matches, key=len)] if matches else ModelLimits()


def check_request(request: GenerationRequest, capabilities: Capabilities, *, provider: str, model: str) -> None:
    """Refuse what the provider cannot do, before any traffic.

    Raises UnsupportedCapabilityError for a capability that is not declared, or that ``model`` has not, and
    InvalidRequestError for a request that no service would take: no messages, values out of range, a tool choice that
    names no tool. What goes into ``options`` is not looked at.
    """
    check = _Check(request=request, capabilities=capabilities, provider=provider, model=model)
    check.messages()
    # What most requests say nothing about is not looked into: this runs before every call.
    if request.tools or request.tool_choice is not None:
        check.tools()
    check.options()
    if request.temperature is not None or request.top_p is not None:
        check.sampling()
    check.model_options()
    if request.max_output_tokens is not None:
        check.output_limit(request.max_output_tokens)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Check:
    request: GenerationRequest
    capabilities: Capabilities
    provider: str
    model: str

    def need(self, declared: bool, capability: str, hint: str | None = None) -> None:  # noqa: FBT001 - the fact tested
        if not declared:
            raise UnsupportedCapabilityError(capability, provider=self.provider, model=self.model, hint=hint)

    def invalid(self, reason: str) -> InvalidRequestError:
        return InvalidRequestError(f"{reason}; nothing was sent.", provider=self.provider, operation="generate")

    def messages(self) -> None:
        if not self.request.turns:
            raise self.invalid("There is no message besides system text")
        timeout = self.request.timeout
        if timeout is not None and not timeout > 0:
            raise self.invalid(f"timeout {timeout:g} is not more than 0 seconds")
        if not self.capabilities.empty_text and not any(map(_says, self.request.turns)):
            raise self.invalid("The messages hold nothing but empty text")
        for message in self.request.messages:
            for part in message.content:
                if isinstance(part, ImagePart):
                    self.need(self.capabilities.vision, "vision (image parts)")
                    if not part.media_type.startswith("image/"):
                        raise self.invalid(f"An ImagePart has the media type {part.media_type!r}, which is no image's")
                    hint = "Fetch the image and pass its bytes."
                    self.need(part.url is None or self.capabilities.image_urls, "images by URL", hint)
                elif isinstance(part, ToolCallPart | ToolResultPart):
                    self.need(self.capabilities.tools, "tools")

    def tools(self) -> None:
        request, choice = self.request, self.request.tool_choice
        self.need(self.capabilities.tools or not (request.tools or choice), "tools")
        self.need(self.capabilities.tool_choice or choice in (None, "auto"), "tool_choice")
        names = [tool.name for tool in request.tools]
        if len(set(names)) < len(names):
            raise self.invalid("Two tools have the same name")
        for tool in request.tools:
            if not _TOOL_NAME.fullmatch(tool.name):
                raise self.invalid(f"{tool.name!r} is no name for a tool: letters, digits, '_' and '-', at most 128")
            if tool.parameters.get("type", "object") != "object":
                raise self.invalid(f"The parameters of the tool {tool.name!r} are not of the type 'object'")
        if choice == "required" and not names:
            raise self.invalid("tool_choice is 'required' but there are no tools")
        if choice not in (None, "auto", "none", "required", *names):
            raise self.invalid(f"tool_choice names {choice!r}, which is not among the tools {names}")

    def options(self) -> None:
        request, can = self.request, self.capabilities
        self.need(can.structured_output or request.response_schema is None, "structured output (response_schema)")
        if request.reasoning_effort is not None:
            self.effort(request.reasoning_effort)
        self.need(can.seed or request.seed is None, "seed")
        self.need(can.user or request.user is None, "user")
        self.need(can.metadata or not request.metadata, "metadata")
        if request.stop and can.stop_sequences is not None:
            self.need(can.stop_sequences > 0, "stop sequences")
            if len(request.stop) > can.stop_sequences:
                raise self.invalid(f"{len(request.stop)} stop sequences; at most {can.stop_sequences} are allowed")

    def effort(self, effort: ReasoningEffort) -> None:
        efforts, can = self.capabilities.limits(self.model).reasoning_efforts, self.capabilities
        efforts = can.reasoning_efforts if efforts is None else efforts & can.reasoning_efforts
        known = ", ".join(sorted(efforts)) or "none"
        self.need(effort in efforts, f"reasoning_effort={effort!r}", f"Supported: {known}.")

    def sampling(self) -> None:
        temperature, top_p = self.request.temperature, self.request.top_p
        low, high = self.capabilities.temperature
        if temperature is not None and not low <= temperature <= high:
            raise self.invalid(f"temperature {temperature:g} is outside {low:g} to {high:g}")
        self.need(self.capabilities.top_p or top_p is None, "top_p")
        if top_p is not None and not 0 <= top_p <= 1:
            raise self.invalid(f"top_p {top_p:g} is outside 0 to 1")

    def model_options(self) -> None:
        """The options that this model refuses although its provider knows them."""
        given = self.refusable()
        if not given:
            return
        limits = self.capabilities.limits(self.model)
        reasons = self.request.reasoning_effort not in (None, "none")
        for option, value in given.items():
            hint = f"Leave it out; options={{...}} sends it all the same, in the API's own words. ({option}={value!r})"
            self.need(option not in limits.unsupported, option, hint)
            refused = reasons and option in limits.unsupported_with_reasoning
            self.need(not refused, f"{option} together with reasoning_effort", hint)

    def refusable(self) -> dict[RefusedOption, object]:
        """What the request says of the options that some models refuse."""
        request = self.request
        given: dict[RefusedOption, object] = {}
        if request.temperature not in (None, _AS_UNSAID):
            given["temperature"] = request.temperature
        if request.top_p not in (None, _AS_UNSAID):
            given["top_p"] = request.top_p
        if request.stop:
            given["stop"] = request.stop
        if request.tool_choice not in (None, "auto", "none"):
            given["tool_choice"] = request.tool_choice
        return given

    def output_limit(self, asked: int) -> None:
        if asked < 1:
            raise self.invalid(f"max_output_tokens {asked} is less than 1")
        most = self.capabilities.limits(self.model).max_output_tokens
        if most is not None and asked > most:
            raise self.invalid(f"max_output_tokens {asked} is more than {self.model}'s {most}")


def _says(message: Message) -> bool:
    return any(not isinstance(part, TextPart) or part.text for part in message.content)
