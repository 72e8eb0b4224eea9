"""The half of the contract about requests: what is declared arrives, what is not is refused before anything is sent."""

# ruff: noqa: S101 - pytest shows what an assertion compared
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from understudy.domain.capabilities import Capabilities
from understudy.domain.errors import InvalidRequestError, UnsupportedCapabilityError
from understudy.domain.generation import Embedder, TextGenerator
from understudy.domain.messages import ImagePart, Message, TextPart, ToolCallPart, ToolResultPart
from understudy.domain.requests import Prompt
from understudy.testing.contracts.generation_stage import SCHEMA, WEATHER, GenerationStage

__all__ = ["RequestContract"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One capability: whether it is declared, what asks for it, and the options that then arrive."""

    declared: Callable[[Capabilities], bool]
    prompt: Prompt = "x"
    options: Mapping[str, Any]
    arrives: tuple[str, ...] = ()


_PNG = ImagePart(data=b"\x89PNG", media_type="image/png")
_URL = ImagePart(url="https://images.example/one.png", media_type="image/png")
_EFFORT = "high"

_CASES: Mapping[str, _Case] = {
    "tools": _Case(declared=lambda can: can.tools, options={"tools": [WEATHER]}),
    "tool_choice": _Case(
        declared=lambda can: can.tool_choice,
        options={"tools": [WEATHER], "tool_choice": "required"},
        arrives=("tool_choice",),
    ),
    "vision": _Case(declared=lambda can: can.vision, prompt=Message.user([TextPart("x"), _PNG]), options={}),
    "image_urls": _Case(
        declared=lambda can: can.vision and can.image_urls, prompt=Message.user([TextPart("x"), _URL]), options={}
    ),
    "structured_output": _Case(declared=lambda can: can.structured_output, options={"response_schema": SCHEMA}),
    "reasoning_effort": _Case(
        declared=lambda can: _EFFORT in can.reasoning_efforts,
        options={"reasoning_effort": _EFFORT},
        arrives=("reasoning_effort",),
    ),
    "seed": _Case(declared=lambda can: can.seed, options={"seed": 7}, arrives=("seed",)),
    "user": _Case(declared=lambda can: can.user, options={"user": "u-1"}, arrives=("user",)),
    "metadata": _Case(declared=lambda can: can.metadata, options={"metadata": {"a": "b"}}, arrives=("metadata",)),
    "stop": _Case(declared=lambda can: can.stop_sequences != 0, options={"stop": ("END",)}, arrives=("stop",)),
    "top_p": _Case(declared=lambda can: can.top_p, options={"top_p": 0.5}, arrives=("top_p",)),
}

_REFUSED: Mapping[str, tuple[Prompt, Mapping[str, Any]]] = {
    "no messages": ([], {}),
    "only system": ([Message.system("Be brief.")], {}),
    "no output": ("x", {"max_output_tokens": 0}),
    "too warm": ("x", {"temperature": 99.0}),
    "no time": ("x", {"timeout": 0.0}),
}


class RequestContract:
    """Capabilities, conversations, models, and how a generator is closed."""

    @pytest.fixture
    def stage(self) -> GenerationStage:
        """What is played on; a class that derives from this one has its own."""
        raise NotImplementedError

    async def test_it_is_a_generator(self, stage: GenerationStage) -> None:
        """It has all methods of the port, a name and a model."""
        assert isinstance(stage.generator, TextGenerator)
        assert stage.generator.name
        assert stage.generator.model

    @pytest.mark.parametrize("case", _CASES)
    async def test_what_is_declared_works_and_the_rest_is_refused(self, stage: GenerationStage, case: str) -> None:
        """UnsupportedCapabilityError, whole and streamed, before anything reaches the service."""
        tried = _CASES[case]
        options: dict[str, Any] = {**tried.options, "model": stage.model}
        if not tried.declared(stage.generator.capabilities):
            with pytest.raises(UnsupportedCapabilityError) as caught:
                await stage.generator.generate(tried.prompt, **options)
            assert caught.value.provider == stage.generator.name
            with pytest.raises(UnsupportedCapabilityError):
                await stage.generator.stream(tried.prompt, **options).result()
            assert stage.service.call_count == 0
            return
        await stage.generator.generate(tried.prompt, **options)
        arrived = stage.service.last_request
        for name in set(tried.arrives) - set(stage.unsaid):
            assert getattr(arrived, name) == tried.options[name], name
        assert [(tool.name, tool.parameters) for tool in arrived.tools] == [
            (tool.name, tool.parameters) for tool in tried.options.get("tools", ())
        ]
        images = [part for part in arrived.turns[-1].content if isinstance(part, ImagePart)]
        sent = [part for part in getattr(tried.prompt, "content", ()) if isinstance(part, ImagePart)]
        assert [(image.data, image.url) for image in images] == [(image.data, image.url) for image in sent]

    async def test_streaming_is_refused_where_it_is_not_declared(self, stage: GenerationStage) -> None:
        """And works where it is."""
        if stage.generator.capabilities.streaming:
            assert [piece async for piece in stage.generator.generate_stream("x")]
            return
        with pytest.raises(UnsupportedCapabilityError):
            await stage.generator.stream("x").result()
        assert stage.service.call_count == 0

    async def test_embeddings_are_refused_where_they_are_not_declared(self, stage: GenerationStage) -> None:
        """A generator that declares them is an Embedder, for EmbedderContract."""
        generator: object = stage.generator
        if stage.generator.capabilities.embeddings:
            assert isinstance(generator, Embedder)
        elif isinstance(generator, Embedder):
            with pytest.raises(UnsupportedCapabilityError):
                await generator.embed(["x"])
            assert stage.service.call_count == 0

    async def test_sampling_arrives(self, stage: GenerationStage) -> None:
        """The temperature as it was given."""
        low, high = stage.generator.capabilities.temperature
        await stage.generator.generate("x", temperature=(low + high) / 2, model=stage.model)
        assert stage.service.last_request.temperature == (low + high) / 2

    @pytest.mark.parametrize("case", _REFUSED)
    async def test_what_no_service_takes_is_not_sent(self, stage: GenerationStage, case: str) -> None:
        """InvalidRequestError, whole and streamed."""
        prompt, options = _REFUSED[case]
        given: dict[str, Any] = dict(options)
        with pytest.raises(InvalidRequestError) as caught:
            await stage.generator.generate(prompt, **given)
        assert caught.value.provider == stage.generator.name
        with pytest.raises(InvalidRequestError):
            await stage.generator.stream(prompt, **given).result()
        assert stage.service.call_count == 0

    async def test_an_option_that_does_not_exist_is_a_slip(self, stage: GenerationStage) -> None:
        """TypeError, as for any Python function."""
        slip: dict[str, Any] = {"temprature": 1.0}
        with pytest.raises(TypeError, match="temprature"):
            await stage.generator.generate("x", **slip)
        assert stage.service.call_count == 0

    async def test_a_conversation_arrives_whole(self, stage: GenerationStage) -> None:
        """System text, turns in order, to the last character."""
        turns = [Message.user("Grüße 🚀"), Message.assistant("Hm?\n"), Message.user('And "then"?')]
        await stage.generator.generate([Message.system("Be brief."), *turns])
        arrived = stage.service.last_request
        assert arrived.system_text == "Be brief."
        assert [(turn.role, turn.text) for turn in arrived.turns] == [(turn.role, turn.text) for turn in turns]

    async def test_tool_results_arrive_with_their_calls(self, stage: GenerationStage) -> None:
        """Or are refused, where tools are not declared."""
        conversation = [
            Message.user("Weather?"),
            Message.assistant([ToolCallPart(id="call_1", name="get_weather", arguments={"city": "Oslo", "days": 1})]),
            Message.tool(ToolResultPart(tool_call_id="call_1", content="Sunny", name="get_weather")),
        ]
        if not stage.generator.capabilities.tools:
            with pytest.raises(UnsupportedCapabilityError):
                await stage.generator.generate(conversation)
            return
        await stage.generator.generate(conversation, tools=[WEATHER])
        arrived = stage.service.last_request
        assert [turn.role for turn in arrived.turns] == ["user", "assistant", "tool"]
        (call,) = [part for part in arrived.turns[1].content if isinstance(part, ToolCallPart)]
        assert (call.name, dict(call.arguments)) == ("get_weather", {"city": "Oslo", "days": 1})
        (result,) = [part for part in arrived.turns[2].content if isinstance(part, ToolResultPart)]
        assert result.content == "Sunny"
        assert result.tool_call_id == call.id

    async def test_the_model_that_is_asked_answers(self, stage: GenerationStage) -> None:
        """The request's, before the generator's own."""
        other = stage.model or stage.generator.model
        stage.script.set_models(other)
        result = await stage.generator.generate("x", model=other)
        assert result.model == other
        assert (await stage.generator.stream("x", model=other).result()).model == other

    async def test_models_are_listed(self, stage: GenerationStage) -> None:
        """Those that the service has, in its order; refused where listing is not declared."""
        stage.script.set_models("model-b", "model-a")
        if not stage.generator.capabilities.model_listing:
            with pytest.raises(UnsupportedCapabilityError):
                await stage.generator.list_models()
            assert stage.service.call_count == 0
            return
        assert [model.id for model in await stage.generator.list_models()] == ["model-b", "model-a"]

    async def test_closing_twice_is_no_fault(self, stage: GenerationStage) -> None:
        """Before a call and after one."""
        await stage.generator.generate("x")
        await stage.generator.aclose()
        await stage.generator.aclose()
