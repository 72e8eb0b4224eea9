"""The check that holds a request against what a provider declares, before any traffic."""

from typing import Any

import pytest

from understudy.domain.capabilities import Capabilities, ModelLimits, check_request
from understudy.domain.errors import InvalidRequestError, UnsupportedCapabilityError
from understudy.domain.messages import ImagePart, Message, ToolCallPart
from understudy.domain.requests import GenerationRequest, Tool

NOTHING = Capabilities(top_p=False, stop_sequences=0)
EVERYTHING = Capabilities(
    tools=True,
    tool_choice=True,
    vision=True,
    image_urls=True,
    structured_output=True,
    reasoning=True,
    reasoning_efforts=frozenset({"low", "high"}),
    seed=True,
    stop_sequences=2,
    user=True,
    metadata=True,
    models={"m": ModelLimits(max_output_tokens=10), "m-large": ModelLimits(context_tokens=7, max_output_tokens=100)},
)
TOOL = Tool(name="t")


def check(capabilities: Capabilities, prompt: Any = "hi", **options: Any) -> None:
    check_request(GenerationRequest.of(prompt, **options), capabilities, provider="p", model="m-1")


@pytest.mark.parametrize(
    ("options", "capability"),
    [
        ({"tools": [TOOL]}, "tools"),
        ({"prompt": [Message.assistant(ToolCallPart(id="1", name="t"))]}, "tools"),
        ({"prompt": [Message.user(ImagePart(data=b"x"))]}, "vision"),
        ({"response_schema": {"type": "object"}}, "structured output"),
        ({"reasoning_effort": "low"}, "reasoning_effort"),
        ({"seed": 1}, "seed"),
        ({"top_p": 0.5}, "top_p"),
        ({"user": "u"}, "user"),
        ({"metadata": {"a": "b"}}, "metadata"),
        ({"stop": ["x"]}, "stop sequences"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_what_is_not_declared_is_refused_and_what_is_declared_passes(options: dict[str, Any], capability: str) -> None:
    with pytest.raises(UnsupportedCapabilityError, match="nothing was sent") as caught:
        check(NOTHING, **options)

    assert capability in caught.value.capability
    assert (caught.value.provider, caught.value.model) == ("p", "m-1")
    check(EVERYTHING, **options)


def test_tool_choice_and_image_urls_are_capabilities_of_their_own() -> None:
    with pytest.raises(UnsupportedCapabilityError, match="tool_choice"):
        check(Capabilities(tools=True), tools=[TOOL], tool_choice="required")
    with pytest.raises(UnsupportedCapabilityError, match="Fetch the image"):
        check(Capabilities(vision=True), [Message.user(ImagePart(url="https://example.com/a.png"))])


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"prompt": [Message.system("only")]}, "no message"),
        ({"prompt": []}, "no message"),
        ({"tools": [TOOL, TOOL]}, "same name"),
        ({"tools": [TOOL], "tool_choice": "other"}, "other"),
        ({"tool_choice": "required"}, "no tools"),
        ({"temperature": 2.5}, "temperature 2.5"),
        ({"top_p": 1.5}, "top_p"),
        ({"stop": ["a", "b", "c"]}, "at most 2"),
        ({"max_output_tokens": 0}, "less than 1"),
        ({"max_output_tokens": 11}, "more than m-1's 10"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_what_no_service_would_take_is_refused(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidRequestError, match=reason):
        check(EVERYTHING, **options)


def test_the_longest_matching_name_gives_a_models_limits() -> None:
    assert EVERYTHING.limits("m-large-2").max_output_tokens == 100
    assert EVERYTHING.limits("m-small").max_output_tokens == 10
    assert EVERYTHING.limits("other") == ModelLimits()
