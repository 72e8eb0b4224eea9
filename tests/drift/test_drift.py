"""Drift is found where there is some, and nowhere else. What the services are is played by their emulators."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from understudy import Capabilities, FinishReason, UnderstudyError, open_container
from understudy.config.models.generation import ProviderSettings
from understudy.domain import errors
from understudy.domain.results import FinishEvent, GenerationStream, TextEvent, UsageEvent
from understudy.providers.registry import ProviderRegistry
from understudy.providers.spec import ProviderSpec
from understudy.testing.drift import PROBES, Answering, Difference, check_drift
from understudy.testing.drift.probes import ABSENT_MODEL

APIS = ("claude", "codex", "codex.chat", "gemini", "ollama", "deepseek")
KEYED = tuple(api for api in APIS if api != "ollama")


def found(report, name):
    """The fields in which the check with this name differs."""
    (check,) = [check for check in report.checks if check.name == name]
    return {each.field for each in check.differences}


def everywhere(value, change):
    """``value`` with ``change`` applied to every object in it, the innermost first."""
    if isinstance(value, dict):
        return change({name: everywhere(each, change) for name, each in value.items()})
    return [everywhere(each, change) for each in value] if isinstance(value, list) else value


def without(*names):
    return lambda value: everywhere(
        value, lambda fields: {key: each for key, each in fields.items() if key not in names}
    )


@pytest.mark.parametrize("api", APIS)
async def test_stand_ins_do_as_the_emulated_services_do(both, calls_the_tool, api):
    """No difference in any check, and no check left out."""
    pair = await both(api)
    calls_the_tool(pair.emulator)
    report = await check_drift(pair.answering)
    assert [(check.name, check.differences, check.unchecked) for check in report.checks if not check.ok] == []
    assert report.ok
    assert [check.name for check in report.checks] == [probe.name for probe in pair.answering.probes]


async def test_each_question_is_asked_of_some_provider(both):
    """None is there in vain."""
    asked = {probe.name for api in APIS for probe in (await both(api)).answering.probes}
    assert asked == {probe.name for probe in PROBES}


@pytest.mark.parametrize("api", APIS)
async def test_the_cost_is_that_of_the_requests_that_go_out(both, calls_the_tool, api):
    """As many as the emulator sees, and no answer is allowed more tokens."""
    pair = await both(api)
    calls_the_tool(pair.emulator)
    cost = pair.answering.cost
    await check_drift(pair.answering)
    assert len(pair.emulator.requests) == cost.requests
    generated = [call.request for call in pair.emulator.calls if call.operation == "generate"]
    billed = [request for request in generated if request.model != ABSENT_MODEL]
    assert sum(request.max_output_tokens for request in billed) == cost.output_tokens


@pytest.mark.parametrize("api", APIS)
async def test_another_finish_reason_is_drift(both, api):
    """The shared word and the provider's own."""
    pair = await both(api)
    pair.emulator.script.when(text="ready").answers(text="ready", finish_reason=FinishReason.LENGTH)
    report = await check_drift(pair.answering)
    for name in ("text", "text streamed"):
        assert found(report, name) == {"finish_reason", "finish_reason_raw"}


@pytest.mark.parametrize("api", APIS)
async def test_usage_that_is_not_told_is_drift(both, api):
    """Whole; a stream then has no event for it either."""
    pair = await both(api)
    pair.wire.change = without("usage", "usageMetadata", "prompt_eval_count", "eval_count")
    report = await check_drift(pair.answering)
    assert {"usage", "usage.input_tokens"} <= found(report, "text")
    assert {"usage", "events"} <= found(report, "text streamed")


@pytest.mark.parametrize("api", APIS)
async def test_another_error_class_is_drift(both, api):
    """With its status; what the service said is in the report."""
    pair = await both(api)
    pair.emulator.script.set_models()
    pair.emulator.script.when(model=ABSENT_MODEL).raises(errors.PermissionDeniedError)
    report = await check_drift(pair.answering)
    for name in ("absent model", "absent model streamed"):
        assert {"error", "error.status"} <= found(report, name)
    (check,) = [check for check in report.checks if check.name == "absent model"]
    assert check.real_error is not None
    assert pair.answering.real.name in check.real_error


@pytest.mark.parametrize("api", APIS)
async def test_an_answer_in_place_of_an_error_is_drift(both, api):
    """It is the outcome that differs, and of the error only its class is told."""
    pair = await both(api)
    pair.emulator.script.set_models()
    (check,) = [check for check in (await check_drift(pair.answering)).checks if check.name == "absent model"]
    assert check.differences == (
        Difference(field="outcome", real="answer", stand_in="error"),
        Difference(field="error", real=None, stand_in="NotFoundError"),
    )


@pytest.mark.parametrize("api", APIS)
async def test_renamed_arguments_of_a_call_are_drift(both, calls_the_tool, api):
    """And so are arguments of another type."""
    pair = await both(api)
    calls_the_tool(pair.emulator, town="Bergen", days="two")
    report = await check_drift(pair.answering)
    assert found(report, "tool call") == {"tool_calls.arguments"}
    assert found(report, "tool call streamed") == {"tool_calls.arguments"}


@pytest.mark.parametrize("api", APIS)
async def test_an_answer_of_another_model_is_drift(both, api):
    """A name that begins with the asked one is that model's own."""
    pair = await both(api)

    def named(suffix):
        def rename(fields):
            own = {name: f"{each}{suffix}" for name, each in fields.items() if name in ("model", "modelVersion")}
            return {**fields, **{name: each for name, each in own.items() if isinstance(fields[name], str)}}

        return lambda value: everywhere(value, rename)

    pair.wire.change = named("-2026-11-20")
    assert "model" not in found(await check_drift(pair.answering), "text")
    pair.wire.change = named(" of another house")
    report = await check_drift(pair.answering)
    assert "model" in found(report, "text") & found(report, "text streamed")


@pytest.mark.parametrize("api", ["gemini", "ollama"])
async def test_vectors_of_another_length_are_drift(both, api):
    """Programs keep them in indexes that are made for one."""
    pair = await both(api)

    def shorten(fields):
        return {
            name: [each[:10] for each in value] if name == "embeddings" and isinstance(value[0], list) else value
            for name, value in ((name, value[:10] if name == "values" else value) for name, value in fields.items())
        }

    pair.wire.change = lambda value: everywhere(value, shorten)
    assert found(await check_drift(pair.answering), "embeddings") == {"dimensions"}


@pytest.mark.parametrize("api", ["claude", "codex", "codex.chat"])
async def test_a_request_id_that_is_lost_is_drift(both, api):
    """Support asks for it."""
    pair = await both(api)
    pair.wire.lost = frozenset({"request-id", "x-request-id"})
    assert "request_id" in found(await check_drift(pair.answering), "text streamed")


@pytest.mark.parametrize("api", APIS)
async def test_events_in_another_order_are_drift(both, api):
    """The same events, the usage before the text."""
    pair = await both(api)
    pair.answering = replace(pair.answering, real=Reordering(pair.answering.real))
    assert found(await check_drift(pair.answering), "text streamed") == {"events"}


@pytest.mark.parametrize("api", APIS)
async def test_events_that_tell_another_text_than_the_result_are_drift(both, api):
    """Whoever reads the events gets another answer than who waits for it."""
    pair = await both(api)
    pair.answering = replace(pair.answering, real=Forgetful(pair.answering.real))
    assert "events_and_result" in found(await check_drift(pair.answering), "text streamed")


class _Changed:
    """A generator whose stream is changed."""

    def __init__(self, inner):
        self._inner = inner

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def stream(self, prompt, /, **options):
        return GenerationStream(self._events(self._inner.stream(prompt, **options)))

    async def _events(self, stream) -> AsyncIterator:
        events = [event async for event in stream]
        for event in self.changed(events):
            yield event


class Reordering(_Changed):
    def changed(self, events):
        return sorted(events, key=lambda event: (isinstance(event, FinishEvent), not isinstance(event, UsageEvent)))


class Forgetful(_Changed):
    def changed(self, events):
        texts = [event for event in events if isinstance(event, TextEvent)]
        return [event for event in events if event not in texts[:1]]


@pytest.mark.parametrize("kind", [errors.RateLimitError, errors.OverloadedError])
async def test_a_busy_service_leaves_the_check_unmade(both, calls_the_tool, kind):
    """That is no drift, and no agreement either; the others are made."""
    pair = await both("codex")
    pair.emulator.script.when(nth=1).raises(kind)
    calls_the_tool(pair.emulator)
    report = await check_drift(pair.answering)
    assert (report.ok, report.drifted) == (False, ())
    assert [check.name for check in report.unchecked] == ["text"]


@pytest.mark.parametrize("kind", [errors.AuthenticationError, errors.QuotaExceededError, errors.ConnectionFailedError])
async def test_a_service_that_answers_nothing_ends_it_at_once(both, kind):
    """Every further question would be refused alike."""
    pair = await both("codex")
    pair.emulator.script.when().raises(kind)
    with pytest.raises(kind):
        await check_drift(pair.answering)
    assert len([call for call in pair.emulator.calls if call.operation == "generate"]) == 1


@pytest.mark.parametrize("api", KEYED)
async def test_a_credential_is_needed(api):
    """The error is that of every other use."""
    name = api.partition(".")[0]
    async with open_container({"generation": {"use": "mock"}}) as container:
        with pytest.raises(errors.MissingCredentialsError, match="_API_KEY"):
            Answering.of(container, name)


async def test_a_stand_in_without_a_script_is_told():
    """A plugin may bring one of its own making."""

    class Own:
        name = "acme"

        def __init__(self, settings, **_):
            self.model = settings.model

    spec = ProviderSpec(
        name="acme",
        title="Acme",
        real=Own,
        mock=Own,
        settings=ProviderSettings,
        capabilities=Capabilities(),
        needs_credentials=False,
    )
    registry = ProviderRegistry("generation")
    registry.register(spec)
    settings = {"generation": {"plugins": {"acme": {"use": "mock"}}, "default": "acme"}}
    async with open_container(settings, registry=registry) as container:
        with pytest.raises(UnderstudyError, match=r"acme is a .*Own, no MockGenerator"):
            Answering.of(container, "acme")


async def test_the_report_is_plain_data(both):
    """JSON takes it, with both sides of every check, and it holds no credential."""
    pair = await both("deepseek")
    pair.emulator.script.set_models()
    data = json.dumps((await check_drift(pair.answering)).as_dict())
    read = json.loads(data)
    assert (read["provider"], read["ok"]) == ("deepseek", False)
    (check,) = [check for check in read["checks"] if check["name"] == "absent model"]
    assert check["differences"][0] == {"field": "outcome", "real": "answer", "stand_in": "error"}
    assert check["real"]["finish_reason"] == "length"
    assert "sk-" not in data
