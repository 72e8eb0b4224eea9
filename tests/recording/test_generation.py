"""The five providers, recorded over their emulators and replayed without anything behind them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from understudy import RecordingMismatchError, open_container
from understudy.domain.errors import InvalidRequestError, MissingCredentialsError
from understudy.testing.asgi import AsgiTransport
from understudy.testing.emulators import Emulator, emulate

KEY = "sk-test-0123456789"
NAMES = ("claude", "codex", "gemini", "ollama", "deepseek")


class Closed(httpx.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        pytest.fail(f"a connection was opened: {request.url}")


def settings(name: str, use: str, folder: Path, **changes: Any) -> dict[str, Any]:
    own = {"api_key": KEY} if use == "record" else {}
    family = {"use": use, "default": name, name: own}
    return {"generation": family, "recording": {"folder": str(folder), **changes}}


async def record(name: str, folder: Path, emulator: Emulator, *asked: str) -> list[Any]:
    async with open_container(settings(name, "record", folder), transport=AsgiTransport(emulator)) as container:
        return await ask(container, *asked)


async def ask(container: Any, *asked: str) -> list[Any]:
    generator = container.generator()
    whole = [(await generator.generate(each)).text for each in asked]
    # The last event has the whole result, with the time that it took.
    streamed = [[event async for event in generator.generate_stream(each)][:-1] for each in asked]
    return [*whole, *streamed]


@pytest.mark.parametrize("name", NAMES)
async def test_what_was_recorded_is_replayed_without_a_key_or_a_connection(name: str, tmp_path: Path) -> None:
    """Whole answers and streams, event by event."""
    recorded = await record(name, tmp_path, emulate(name, keys=[KEY]), "What is the time?", "Count to three.")

    async with open_container(settings(name, "replay", tmp_path), transport=Closed()) as container:
        assert await ask(container, "What is the time?", "Count to three.") == recorded
        with pytest.raises(RecordingMismatchError) as caught:
            await container.generator().generate("What is the place?")

    error = caught.value
    assert (error.provider, error.operation, error.retryable) == (name, "generate", False)
    assert "what-is-the-time-" in (error.nearest or "")
    assert any("'What is the place?', recorded is 'What is the time?'" in each for each in error.differences)


@pytest.mark.parametrize("name", NAMES)
async def test_a_recording_has_a_readable_name_and_no_key(name: str, tmp_path: Path) -> None:
    await record(name, tmp_path, emulate(name, keys=[KEY]), "What is the time?")

    (file,) = (tmp_path / "generation" / name).iterdir()
    assert file.name.startswith("what-is-the-time-")
    assert KEY not in file.read_text()
    assert "text: |" in file.read_text()


async def test_a_refusal_is_replayed_as_the_error_that_it_was(tmp_path: Path) -> None:
    emulator = emulate("claude", keys=[KEY])
    emulator.script.when(text="refuse").raises(InvalidRequestError)
    with pytest.raises(InvalidRequestError):
        await record("claude", tmp_path, emulator, "refuse this")

    async with open_container(settings("claude", "replay", tmp_path), transport=Closed()) as container:
        with pytest.raises(InvalidRequestError):
            await container.generator().generate("refuse this")


async def test_a_recording_needs_the_services_key(tmp_path: Path) -> None:
    given = settings("claude", "record", tmp_path)
    given["generation"]["claude"] = {}
    async with open_container(given, transport=Closed()) as container:
        with pytest.raises(MissingCredentialsError):
            container.generation.claude()


@pytest.mark.parametrize("use", ["record", "replay"])
async def test_the_factory_and_the_manager_give_what_the_container_gives(use: str, tmp_path: Path) -> None:
    recorded = await record("ollama", tmp_path, emulate("ollama"), "hi")
    transport = AsgiTransport(emulate("ollama")) if use == "record" else Closed()
    async with open_container(settings("ollama", use, tmp_path), transport=transport) as container:
        made = container.generation.factory().create("ollama")
        assert (await made.generate("hi")).text == recorded[0]
        assert container.generation.manager().get("ollama") is container.generator()


async def test_a_replay_takes_no_real_providers_place_unless_it_is_the_default(tmp_path: Path) -> None:
    family = {"claude": {"api_key": KEY}, "preference": ["ollama", "claude"], "ollama": {"use": "replay"}}
    async with open_container({"generation": family}, transport=Closed()) as container:
        assert container.generator().name == "claude"
