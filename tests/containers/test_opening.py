"""A container is opened from settings, verified, used and closed."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from understudy import (
    ConfigurationError,
    Fault,
    LoadedSettings,
    MissingCredentialsError,
    NoProviderAvailableError,
    ProviderRegistry,
    Settings,
    TextGenerator,
    WiringError,
    load_settings,
    open_container,
)
from understudy.containers._injector import providers
from understudy.containers.opening import build_container
from understudy.containers.switch import Choice, Switch
from understudy.providers.generation.choosing.catalog import builtin_registry

ANSWER = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-x",
    "content": [{"type": "text", "text": "hello from the service"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 1, "output_tokens": 4},
}


class Service:
    """Answers like the Messages API and remembers what it was asked."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.transport = httpx.MockTransport(self.answer)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(200, json=ANSWER)


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    path = tmp_path / "settings.yaml"
    path.write_text("generation:\n  use: real\n  default: claude\n  claude: {api_key: sk-1}\n")
    (tmp_path / "settings.stage.yaml").write_text("generation:\n  use: mock\n")
    return path


async def test_a_stand_in_answers_without_network(mock_settings: dict[str, Any]) -> None:
    async with open_container(mock_settings) as container:
        assert "hi" in (await container.generation.generator().generate("hi")).text


async def test_the_real_provider_speaks_to_its_service(real_settings: dict[str, Any]) -> None:
    service = Service()
    async with open_container(real_settings, transport=service.transport) as container:
        result = await container.generator().generate("hi")
    assert result.text == "hello from the service"
    (request,) = service.requests
    assert request.url.host == "api.anthropic.com"
    assert json.loads(request.content)["messages"][0]["role"] == "user"


async def test_use_is_the_only_thing_that_changes_who_answers(settings_file: Path) -> None:
    service = Service()
    async with open_container(settings_file, profile="", transport=service.transport) as container:
        real = container.generator()
        assert (await real.generate("hi")).text == "hello from the service"
    async with open_container(settings_file, profile="stage", transport=service.transport) as container:
        stand_in = container.generator()
        assert (await stand_in.generate("hi")).text != "hello from the service"
    assert len(service.requests) == 1
    assert (real.name, real.model, real.capabilities) == (stand_in.name, stand_in.model, stand_in.capabilities)
    assert isinstance(real, TextGenerator)
    assert isinstance(stand_in, TextGenerator)


async def test_settings_may_be_a_path_a_string_loaded_or_made_in_code(settings_file: Path) -> None:
    loaded = load_settings(settings_file, profile="")
    for source in (settings_file, str(settings_file), settings_file.parent, loaded, loaded.settings):
        options: dict[str, Any] = {} if isinstance(source, Settings | LoadedSettings) else {"profile": ""}
        async with open_container(source, **options) as container:
            assert container.settings().generation.claude.api_key.reveal() == "sk-1"


async def test_a_mapping_is_all_there_is_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_MODEL", "from-the-environment")
    async with open_container({"generation": {"use": "mock"}}) as container:
        settings = container.settings()
    assert settings.generation.claude.model != "from-the-environment"
    assert settings.production is False


async def test_set_changes_a_value_of_the_file(settings_file: Path) -> None:
    async with open_container(settings_file, profile="", set=["generation.claude.model=claude-y"]) as container:
        assert container.generator().model == "claude-y"


@pytest.mark.parametrize("options", [{"profile": "test"}, {"set": ["http.max_connections=1"]}])
async def test_layers_do_not_go_with_settings_that_are_there_already(options: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="settings file"):
        async with open_container(Settings(), **options):
            pass


async def test_wrong_settings_are_reported_together_and_nothing_is_opened() -> None:
    with pytest.raises(ConfigurationError) as caught:
        async with open_container({"generation": {"use": "mocc", "claude": {"modle": "x"}}}):
            pass
    assert len(caught.value.faults) == 2


async def fault_of(settings_file: Path, text: str, **options: Any) -> Fault:
    """The one wiring fault of a settings file with this text."""
    await asyncio.to_thread(settings_file.write_text, text)
    with pytest.raises(WiringError) as caught:
        async with open_container(settings_file, profile="", **options):
            pass
    (fault,) = caught.value.faults
    return fault


async def test_a_use_that_an_override_does_not_have_is_a_fault_with_its_origin(settings_file: Path) -> None:
    ways = {"mock": providers.Object("mock"), "real": providers.Object("real")}
    own: Switch[str] = Switch(lambda: Choice("record", "platform.mcp.use"), **ways)
    text = "generation: {use: mock}\nplatform:\n  mcp: {use: record}\n"
    fault = await fault_of(settings_file, text, overrides={"platform.mcp": own})
    assert fault.where == "platform.mcp"
    assert fault.origin is not None
    assert fault.origin.endswith("settings.yaml:3:14")
    assert "'record'" in fault.reason
    assert "mock, real" in fault.reason


async def test_a_default_that_nobody_has_announced_is_a_fault_with_its_origin(settings_file: Path) -> None:
    fault = await fault_of(settings_file, "generation:\n  use: mock\n  default: cluade\n")
    assert fault.origin is not None
    assert fault.origin.endswith("settings.yaml:3:12")
    assert fault.hint == "Did you mean 'claude'?"


async def test_a_fallback_that_nobody_has_announced_is_a_fault_with_its_origin(settings_file: Path) -> None:
    fault = await fault_of(settings_file, "generation:\n  use: mock\n  fallback: [codex, gemni]\n")
    assert fault.where == "generation.generator"
    assert "settings.yaml:3:" in str(fault.origin)
    assert fault.hint == "Did you mean 'gemini'?"


async def test_the_fallback_itself_is_no_default(settings_file: Path) -> None:
    fault = await fault_of(settings_file, "generation:\n  use: mock\n  default: fallback\n  fallback: [codex]\n")
    assert "No generation provider is called 'fallback'" in fault.reason


async def test_nobody_available_is_told_by_the_first_call_with_each_reason() -> None:
    """Opening goes on: who only lists providers, or overrides them, needs no key."""
    only_claude = ProviderRegistry("generation")
    only_claude.register(builtin_registry().get("claude"))
    async with open_container({}, registry=only_claude) as container:
        with pytest.raises(NoProviderAvailableError, match="claude: no credentials; set ANTHROPIC_API_KEY"):
            container.generator()
        with pytest.raises(MissingCredentialsError, match="ANTHROPIC_API_KEY"):
            container.generation.claude()


async def test_without_a_default_the_first_available_one_of_the_preference_answers() -> None:
    settings = {"generation": {"preference": ["claude", "codex"], "codex": {"api_key": "sk-codex-1"}}}
    async with open_container(settings) as container:
        assert container.generator().name == "codex"


async def test_the_environment_of_tests_gets_stand_ins_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("UNDERSTUDY_SETTINGS", "UNDERSTUDY_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    async with open_container() as container:
        assert container.settings().generation.use == "mock"
        assert (await container.generator().generate("hi")).text


async def test_only_what_is_selected_is_built(mock_settings: dict[str, Any], real_settings: dict[str, Any]) -> None:
    async with open_container(mock_settings) as container:
        container.generator()
        built = {type(thing).__name__ for thing in container.lifetime().built}
    assert "ClaudeGenerator" not in built
    async with open_container(real_settings) as container:
        container.generator()
        built = {type(thing).__name__ for thing in container.lifetime().built}
    assert "ClaudeGenerator" in built
    assert not built & {"CodexGenerator", "MockGenerator"}


async def test_everything_built_is_closed_newest_first(mock_settings: dict[str, Any]) -> None:
    closed: list[str] = []

    class Thing:
        def __init__(self, name: str) -> None:
            self.name = name

        async def aclose(self) -> None:
            closed.append(self.name)
            if self.name == "second":
                raise OSError("second")

    opened = open_container(mock_settings)
    container = await opened.__aenter__()
    for name in ("first", "second", "third"):
        container.lifetime().add(Thing(name))
    with pytest.raises(OSError, match="second"):
        await opened.__aexit__(None, None, None)
    assert closed == ["third", "second", "first"]


async def test_a_failure_inside_passes_through_and_everything_is_closed(mock_settings: dict[str, Any]) -> None:
    async def use(containers: list[Any]) -> None:
        async with open_container(mock_settings) as container:
            containers.append(container)
            container.generator()
            raise KeyError("mine")

    seen: list[Any] = []
    with pytest.raises(KeyError, match="mine"):
        await use(seen)
    assert seen[0].lifetime().built == ()


async def test_two_containers_share_nothing(mock_settings: dict[str, Any]) -> None:
    async with open_container(mock_settings) as first, open_container(mock_settings) as second:
        assert first.generator() is not second.generator()
        assert first.http.clients() is not second.http.clients()
        assert first.registry() is not second.registry()


def test_building_without_opening_needs_no_loop_and_builds_nothing(mock_settings: dict[str, Any]) -> None:
    container, origin = build_container(mock_settings)
    assert container.lifetime().built == ()
    assert origin is not None
    assert origin("generation.use") == "code"
    assert origin("http.max_connections") == "default"


def test_a_container_that_nobody_closed_is_closed_with_its_loop_and_quietly(mock_settings: dict[str, Any]) -> None:
    closed: list[str] = []
    complaints: list[Any] = []
    context = open_container(mock_settings)

    class Thing:
        async def aclose(self) -> None:
            await asyncio.sleep(0)
            closed.append("thing")

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, told: complaints.append(told))
        container = await context.__aenter__()
        container.lifetime().add(Thing())

    asyncio.run(main())
    assert (closed, complaints) == (["thing"], [])
