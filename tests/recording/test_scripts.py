"""Recordings as scripts: a stand-in with one gives what replaying the recording gives."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from click.testing import CliRunner, Result

from understudy import Message, ReasoningPart, Tool, ToolCallPart, ToolResultPart, open_container
from understudy.cli.root import cli
from understudy.domain.errors import MaxRetriesExceededError, OverloadedError, ProviderError, RateLimitError
from understudy.domain.generation import TextGenerator
from understudy.domain.results import FinishEvent, FinishReason, ReasoningEvent, TextEvent
from understudy.providers.generation.mock import Answer
from understudy.testing.asgi import AsgiTransport
from understudy.testing.emulators import Emulator, emulate

KEY = "sk-test-0123456789"
APIS = ("claude", "codex", "codex.chat", "gemini", "ollama", "deepseek")
WEATHER = Tool(name="weather", parameters={"type": "object", "properties": {"city": {"type": "string"}}})
CALL = ToolCallPart(id="", name="weather", arguments={"city": "Tromsø"})


class Closed(httpx.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        pytest.fail(f"a connection was opened: {request.url}")


def settings(api: str, use: str, folder: Path, **section: Any) -> dict[str, Any]:
    name, _, which = api.partition(".")
    own = {**({"api": which} if which else {}), **({"api_key": KEY} if use == "record" else {}), **section}
    return {
        "http": {"retry": {"max_retries": 2, "backoff_base": 0}},
        "generation": {"use": use, "default": name, name: own},
        "recording": {"folder": str(folder)},
    }


async def outcome(generator: TextGenerator, prompt: Any, *, stream: bool, **options: Any) -> Any:
    """What a caller sees, but for the ids and signatures, which stand-ins make themselves."""
    pieces: list[str] = []
    try:
        if not stream:
            result = await generator.generate(prompt, **options)
        else:
            async for event in generator.stream(prompt, **options):
                if isinstance(event, TextEvent):
                    pieces.append(event.text)
                elif isinstance(event, FinishEvent):
                    result = event.result
                else:
                    assert not isinstance(event, ReasoningEvent) or event.text
    except ProviderError as error:
        return [
            pieces,
            type(error),
            error.message,
            error.status,
            error.code,
            error.retry_after,
            error.partial_text or "",
        ]
    parts = [replace(part, signature=None, id=None) if hasattr(part, "redacted") else part for part in result.parts]
    parts = [replace(part, arguments_text=None, signature=None) if hasattr(part, "name") else part for part in parts]
    return [pieces, parts, result.finish_reason, result.finish_reason_raw, result.usage, result.refusal]


RESULT = Message("tool", [ToolResultPart(tool_call_id="c1", content="Rain.", name="weather")])
ASKED = ("What is the weather?", [ToolCallPart(id="c1", name="weather", arguments={"city": "Oslo"})])


async def conversation(generator: TextGenerator, *, reasons: bool) -> list[Any]:
    """Every kind of answer, whole and streamed."""
    found = []
    for stream in (False, True):
        found += [
            await outcome(generator, "Say hello.", stream=stream),
            await outcome(generator, "Say hello. And goodbye.", stream=stream, system="Be kind."),
            await outcome(generator, "Tell me\na long story", stream=stream),
            await outcome(generator, "What is the weather?", stream=stream, tools=[WEATHER]),
            await outcome(
                generator,
                [Message("user", ASKED[0]), Message("assistant", ASKED[1]), RESULT],
                stream=stream,
                tools=[WEATHER],
            ),
            await outcome(generator, "Be busy.", stream=stream),
            await outcome(generator, "Be down.", stream=stream),
        ]
        if reasons:
            found.append(await outcome(generator, "Think.", stream=stream))
    return found


def script(emulator: Emulator) -> None:
    rules = emulator.script
    rules.when(text="hello. And").answers(chunks=("Hello ", "and ", "good", "bye."))
    rules.when(text="hello").answers(text="Hello.", usage={"input_tokens": 71, "output_tokens": 17})
    rules.when(text="story").answers(text="Once upon a time", finish_reason=FinishReason.LENGTH)
    rules.when(tool_result="weather").answers("Take an umbrella.")
    rules.when(tool="weather").answers(Answer(text="I look.", tool_calls=(CALL, CALL)))
    rules.when(text="busy").raises(RateLimitError, times=1).when(text="busy").answers("Not any more.")
    rules.when(text="down").raises(OverloadedError)
    rules.when(text="Think").answers(Answer(reasoning="Hm, a riddle.", text="42"))


def recordings(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.yaml"))]


async def scripted(folder: Path, tmp_path: Path) -> dict[str, Any]:
    """The settings that the command prints for all recordings in a folder, in a thread, as it has a loop of its own."""
    names = recordings(folder)
    base = tmp_path / "settings.yaml"
    base.write_text("http: {retry: {max_retries: 2, backoff_base: 0}}\n")
    found = await asyncio.to_thread(run, "script", *names, "--folder", str(folder), "--settings", str(base))
    assert found.exit_code == 0, found.output
    assert found.stderr == ""
    return yaml.safe_load(found.stdout)


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, ["recordings", *args], prog_name="understudy")


@pytest.mark.parametrize("api", APIS)
async def test_a_stand_in_with_the_script_gives_what_the_replay_gives(api: str, tmp_path: Path) -> None:
    """Whole and streamed; texts, pieces, tool calls, usage, errors, and what came right after a retry."""
    folder = tmp_path / "tapes"
    emulator = emulate(api.partition(".")[0], keys=[KEY])
    script(emulator)
    reasons = api != "codex.chat"
    async with open_container(settings(api, "record", folder), transport=AsgiTransport(emulator)) as container:
        recorded = await conversation(container.generator(), reasons=reasons)
    async with open_container(settings(api, "replay", folder), transport=Closed()) as container:
        replayed = await conversation(container.generator(), reasons=reasons)
    assert replayed == recorded
    assert [each[1] for each in replayed if isinstance(each[1], type)] == [MaxRetriesExceededError] * 2

    made = await scripted(folder, tmp_path)
    name = api.partition(".")[0]
    given = settings(api, "mock", folder)
    given["generation"][name] |= made["generation"][name]
    async with open_container(given, transport=Closed()) as container:
        assert await conversation(container.generator(), reasons=reasons) == replayed


@pytest.fixture
def record(tmp_path: Path) -> Callable[..., Any]:
    async def make(ask: Callable[[TextGenerator], Any], *rules: Callable[[Emulator], object]) -> Path:
        emulator = emulate("claude", keys=[KEY])
        for rule in rules:
            rule(emulator)
        folder = tmp_path / "tapes"
        async with open_container(settings("claude", "record", folder), transport=AsgiTransport(emulator)) as container:
            await ask(container.generator())
        return folder

    return make


async def test_the_same_request_asked_again_is_answered_in_the_recorded_order(record, tmp_path):
    async def ask(generator: TextGenerator) -> None:
        for _ in range(3):
            await generator.generate("count")

    folder = await record(ask, lambda emulator: emulator.script.when().answers("one", "one", "two"))
    made = await scripted(folder, tmp_path)
    rules = made["generation"]["claude"]["mock"]["rules"]
    assert [(rule["answer"]["text"], rule.get("times")) for rule in rules] == [("one", 2), ("two", None)]
    async with open_container({"generation": {"default": "claude", **made["generation"]}}) as container:
        assert [(await container.generator().generate("count")).text for _ in range(4)] == ["one", "one", "two", "two"]


async def test_requests_that_no_condition_tells_apart_keep_their_order(record, tmp_path):
    """They differ in what a script does not look at."""

    async def ask(generator: TextGenerator) -> None:
        await generator.generate("guess", max_output_tokens=300)
        await generator.generate("guess", max_output_tokens=400)

    folder = await record(ask, lambda emulator: emulator.script.when().answers("low", "high"))
    made = await scripted(folder, tmp_path)
    async with open_container({"generation": {"default": "claude", **made["generation"]}}) as container:
        assert [(await container.generator().generate("guess")).text for _ in range(3)] == ["low", "high", "high"]


async def test_a_stream_that_broke_breaks_again_at_the_same_place(record, tmp_path):
    async def ask(generator: TextGenerator) -> None:
        await outcome(generator, "break", stream=True)

    def breaks(emulator: Emulator) -> None:
        answer = Answer(chunks=("Once ", "upon ", "a time"))
        emulator.script.when().raises(OverloadedError, after_chunks=2, answer=answer)

    folder = await record(ask, breaks)
    made = await scripted(folder, tmp_path)
    async with open_container(settings("claude", "replay", folder), transport=Closed()) as container:
        replayed = await outcome(container.generator(), "break", stream=True)
    assert replayed[0] == ["Once ", "upon "]
    async with open_container({"generation": {"default": "claude", **made["generation"]}}) as container:
        assert await outcome(container.generator(), "break", stream=True) == replayed


async def test_a_stream_that_broke_after_reasoning_breaks_again_at_the_same_place(record, tmp_path):
    """The stand-in cuts reasoning into pieces of its own."""

    async def ask(generator: TextGenerator) -> None:
        await outcome(generator, "break", stream=True)

    def breaks(emulator: Emulator) -> None:
        answer = Answer(reasoning="Hm, let me see.", chunks=("Once ", "upon ", "a time"))
        emulator.script.when().raises(OverloadedError, after_chunks=6, answer=answer)

    folder = await record(ask, breaks)
    made = await scripted(folder, tmp_path)
    async with open_container(settings("claude", "replay", folder), transport=Closed()) as container:
        replayed = await outcome(container.generator(), "break", stream=True)
    assert replayed[0] == ["Once ", "upon "]
    async with open_container({"generation": {"default": "claude", **made["generation"]}}) as container:
        assert await outcome(container.generator(), "break", stream=True) == replayed


async def test_the_same_answer_whole_and_streamed_is_one_rule(record, tmp_path):
    """Which is asked for first does not matter."""

    async def ask(generator: TextGenerator) -> None:
        await generator.generate("hi")
        await generator.stream("hi").result()

    folder = await record(ask, lambda emulator: emulator.script.when().answers(chunks=("Good ", "day.")))
    made = await scripted(folder, tmp_path)
    (rule,) = made["generation"]["claude"]["mock"]["rules"]
    assert (rule["answer"]["chunks"], rule.get("times")) == (["Good ", "day."], None)


async def test_what_a_script_cannot_say_is_told(record, tmp_path):
    """Another order of parts than the stand-in's own, and a request for no answer."""

    async def ask(generator: TextGenerator) -> None:
        await generator.generate("look", tools=[WEATHER])
        await generator.list_models()

    parts = (CALL_WITH_ID, *ASKED_TEXT)
    folder = await record(ask, lambda emulator: emulator.script.when().answers(Answer(parts=parts)))
    found = await asyncio.to_thread(run, "script", *recordings(folder), "--folder", str(folder))
    assert found.exit_code == 0
    assert "Not in the script: 'look': the stand-in differs in parts" in found.stderr
    assert "it is no request for an answer" in found.stderr


CALL_WITH_ID = replace(CALL, id="toolu_1")
ASKED_TEXT = tuple(Message("assistant", "and then?").content)


FLAWS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a request that is none": (lambda asked: asked.pop("messages"), "the request cannot be read"),
    "one that the provider refuses": (lambda asked: asked.update(temperature=99), "the provider does not send it"),
    "a call of a tool that was not offered": (lambda asked: asked.pop("tools"), "the stand-in refuses it"),
}


@pytest.mark.parametrize("name", FLAWS)
async def test_a_recording_that_makes_no_sense_is_told_of_and_the_others_are_scripted(record, name, tmp_path):
    async def ask(generator: TextGenerator) -> None:
        await generator.generate("look", tools=[WEATHER])

    change, says = FLAWS[name]
    folder = await record(ask, lambda emulator: emulator.script.when().answers(Answer(tool_calls=(CALL,))))
    (recording,) = recordings(folder)
    document = yaml.safe_load((folder / recording).read_text())
    change(document["exchanges"][0]["request"]["json"])
    (folder / recording).write_text(yaml.safe_dump(document))
    found = await asyncio.to_thread(run, "script", recording, "--folder", str(folder))
    assert found.exit_code == 0
    assert says in found.stderr


async def test_what_the_provider_does_not_declare_is_told_of(tmp_path):
    """Another client may have sent it."""
    folder = tmp_path / "tapes"
    transport = AsgiTransport(emulate("deepseek", keys=[KEY]))
    async with open_container(settings("deepseek", "record", folder), transport=transport) as container:
        await container.generator().generate("look")
    (recording,) = recordings(folder)
    document = yaml.safe_load((folder / recording).read_text())
    document["exchanges"][0]["request"]["json"]["seed"] = 7
    (folder / recording).write_text(yaml.safe_dump(document))
    found = await asyncio.to_thread(run, "script", recording, "--folder", str(folder))
    assert found.exit_code == 0
    assert "does not support seed" in found.stderr


async def test_reasoning_that_only_the_provider_can_read_is_no_difference(record, tmp_path):
    async def ask(generator: TextGenerator) -> None:
        await generator.generate("think")

    sealed = ReasoningPart(text="", signature="EqQBCgIYAhIM0123", redacted=True)
    said = Answer(parts=(sealed, *ASKED_TEXT))
    folder = await record(ask, lambda emulator: emulator.script.when().answers(said))
    made = await scripted(folder, tmp_path)
    assert made["generation"]["claude"]["mock"]["rules"][0]["answer"]["text"] == "and then?"


async def test_a_refusal_is_scripted_as_one(tmp_path):
    folder = tmp_path / "tapes"
    emulator = emulate("codex", keys=[KEY])
    emulator.script.when().answers(refusal="I can't help with that.")
    async with open_container(settings("codex", "record", folder), transport=AsgiTransport(emulator)) as container:
        recorded = await outcome(container.generator(), "x", stream=False)
    made = await scripted(folder, tmp_path)
    async with open_container({"generation": {"default": "codex", **made["generation"]}}) as container:
        assert await outcome(container.generator(), "x", stream=False) == recorded
    assert recorded[-1] == "I can't help with that."


async def test_a_gateways_path_is_no_hindrance(tmp_path):
    folder = tmp_path / "tapes"
    own = settings("claude", "record", folder)

    class Gateway(AsgiTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            url = request.url.copy_with(path=request.url.path.removeprefix("/team/claude"))
            return await super().handle_async_request(
                httpx.Request(request.method, url, headers=request.headers, stream=request.stream)
            )

    own["generation"]["claude"]["base_url"] = "https://gateway.test/team/claude"
    async with open_container(own, transport=Gateway(emulate("claude", keys=[KEY]))) as container:
        said = (await container.generator().generate("hi")).text
    made = await scripted(folder, tmp_path)
    async with open_container({"generation": {"default": "claude", **made["generation"]}}) as container:
        assert (await container.generator().generate("hi")).text == said


def test_only_text_generation_has_scripts(tmp_path):
    folder = tmp_path / "tapes" / "platform" / "maas"
    folder.mkdir(parents=True)
    (folder / "x.yaml").write_text("version: 1\nexchanges: []\n")
    done = run("script", "x.yaml", "--folder", str(tmp_path / "tapes"))
    assert done.exit_code == 2
    assert "no recording of text generation" in done.stderr


def test_a_provider_whose_requests_nobody_can_read_is_not_there(tmp_path):
    folder = tmp_path / "tapes" / "generation" / "acme"
    folder.mkdir(parents=True)
    (folder / "x.yaml").write_text("version: 1\nexchanges: []\n")
    done = run("script", "x.yaml", "--folder", str(tmp_path / "tapes"))
    assert done.exit_code == 4
    assert "acme" in done.stderr
