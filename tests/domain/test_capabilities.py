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


def check(capabilities: Capabilities, prompt: Any = "hi", model: str = "m-1", **options: Any) -> None:
    check_request(GenerationRequest.of(prompt, **options), capabilities, provider="p", model=model)


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
        ({"tools": [Tool(name="two words")]}, "'two words' is no name for a tool"),
        ({"tools": [Tool(name="x" * 129)]}, "no name for a tool"),
        ({"tools": [Tool(name="t", parameters={"type": "string"})]}, "parameters of the tool 't' are not of the type"),
        ({"prompt": [Message.user(ImagePart(data=b"x", media_type="text/html"))]}, "'text/html', which is no image's"),
        ({"timeout": 0}, "timeout 0 is not more than 0"),
        ({"timeout": float("nan")}, "timeout nan"),
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


PICKY = Capabilities(
    tools=True,
    tool_choice=True,
    reasoning=True,
    reasoning_efforts=frozenset({"none", "low", "high"}),
    stop_sequences=None,
    models={
        "m": ModelLimits(
            unsupported=frozenset({"temperature", "top_p", "stop", "tool_choice"}),
            reasoning_efforts=frozenset({"low", "max"}),
        ),
        "thinker": ModelLimits(unsupported_with_reasoning=frozenset({"temperature", "tool_choice"})),
    },
)


@pytest.mark.parametrize(
    ("options", "capability"),
    [
        ({"temperature": 0.2}, "temperature"),
        ({"top_p": 0.9}, "top_p"),
        ({"stop": ["x"]}, "stop"),
        ({"tools": [TOOL], "tool_choice": "required"}, "tool_choice"),
        ({"tools": [TOOL], "tool_choice": "t"}, "tool_choice"),
        ({"reasoning_effort": "high"}, "reasoning_effort='high'"),
        ({"reasoning_effort": "max"}, "reasoning_effort='max'"),
    ],
    ids=str,
)
def test_what_one_model_refuses_is_refused_for_it_and_for_no_other(options: dict[str, Any], capability: str) -> None:
    with pytest.raises(UnsupportedCapabilityError, match=r"\(model m-1\).*nothing was sent") as caught:
        check(PICKY, **options)

    assert caught.value.capability == capability
    if options != {"reasoning_effort": "max"}:
        check(PICKY, model="other", **options)


@pytest.mark.parametrize(
    "options",
    [
        {"temperature": 1.0, "top_p": 1},
        {"tools": [TOOL], "tool_choice": "auto"},
        {"tools": [TOOL], "tool_choice": "none"},
        {"reasoning_effort": "low"},
        {"options": {"temperature": 0.2}},
    ],
    ids=str,
)
def test_a_model_that_refuses_an_option_still_takes_what_says_nothing_new(options: dict[str, Any]) -> None:
    check(PICKY, **options)


def test_some_options_exclude_only_reasoning() -> None:
    check(PICKY, model="thinker", temperature=0.2, tools=[TOOL], tool_choice="t")
    check(PICKY, model="thinker", temperature=0.2, reasoning_effort="none")
    with pytest.raises(UnsupportedCapabilityError, match="temperature together with reasoning_effort"):
        check(PICKY, model="thinker", temperature=0.2, reasoning_effort="low")
    with pytest.raises(UnsupportedCapabilityError, match=r"tool_choice together.*sends it all the same"):
        check(PICKY, model="thinker", tools=[TOOL], tool_choice="t", reasoning_effort="high")


@pytest.mark.parametrize("prompt", ["", [Message.user([])], [Message.system("only"), Message.user("")]], ids=str)
def test_a_provider_that_takes_no_empty_text_is_not_sent_any(prompt: Any) -> None:
    silent = Capabilities(empty_text=False, vision=True)

    with pytest.raises(InvalidRequestError, match="nothing but empty text; nothing was sent"):
        check(silent, prompt)
    check(Capabilities(), prompt)
    check(silent, [Message.user(""), Message.user(ImagePart(data=b"x"))])
