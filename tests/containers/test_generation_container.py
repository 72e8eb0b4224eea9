"""The generation family's wiring: one object per provider, fallback, plugins."""

import logging
import sys
from dataclasses import replace
from typing import Any

import pytest

from understudy import (
    DuplicateProviderError,
    FallbackGenerator,
    MockGenerator,
    OverloadedError,
    ProviderRegistry,
    ProviderSettings,
    ProviderSpec,
    WiringError,
    add_generator,
    generation_registry,
    open_container,
)
from understudy.containers._injector import providers
from understudy.containers.generation import GenerationContainer
from understudy.containers.switch import Switch
from understudy.domain.capabilities import Capabilities
from understudy.providers.generation.choosing.catalog import BUILT_IN, builtin_registry

ACME = ProviderSpec(
    name="acme",
    title="Acme",
    aliases=("acme-ai",),
    real=lambda settings, http: FakeGenerator(settings.model),
    settings=ProviderSettings,
    capabilities=Capabilities(),
    needs_credentials=False,
)


class FakeGenerator:
    """Enough of a text generator to be told apart."""

    name = "fake"
    capabilities = Capabilities()

    def __init__(self, model: str = "fake-1") -> None:
        self.model = model
        self.closed = 0

    async def aclose(self) -> None:
        self.closed += 1


class FailingGenerator(FakeGenerator):
    name = "claude"

    async def generate(self, prompt: Any, /, **options: Any) -> Any:
        raise OverloadedError("busy", provider="claude", retryable=True)


@pytest.fixture
def registry() -> ProviderRegistry:
    registry = builtin_registry()
    registry.register(ACME)
    return registry


def test_every_built_in_provider_has_a_node_and_is_a_branch() -> None:
    names = {name for name, _, _ in BUILT_IN}
    assert names <= set(GenerationContainer.providers)
    assert names | {"fallback"} == set(GenerationContainer.generator.providers)


@pytest.mark.parametrize("name", ["anthropic", "claude", "gpt", "openai", "codex", "google", "local", "deepseek"])
async def test_any_alias_may_be_the_default(name: str) -> None:
    async with open_container({"generation": {"use": "mock", "default": name}}) as container:
        assert container.generator().name == container.registry().get(name).name


async def test_each_provider_may_be_used_differently() -> None:
    settings = {"generation": {"use": "mock", "codex": {"use": "real", "api_key": "sk-1"}}}
    async with open_container(settings) as container:
        assert isinstance(container.generation.claude(), MockGenerator)
        assert not isinstance(container.generation.codex(), MockGenerator)


async def test_node_generator_and_manager_give_the_same_object(mock_settings: dict[str, Any]) -> None:
    """So that a test finds on one what the application did with another."""
    async with open_container(mock_settings) as container:
        one = container.generation.claude()
        assert container.generator() is one
        assert container.generation.manager().get("anthropic") is one
        assert container.generation.manager().primary is one
        assert (await container.generation.manager().initialize("claude")) is one
        assert container.generation.factory().create("claude") is not one


async def test_the_next_provider_answers_where_the_default_fails() -> None:
    settings = {"generation": {"use": "mock", "default": "claude", "fallback": ["gpt"]}}
    async with open_container(settings, overrides={"generation.claude": FailingGenerator()}) as container:
        generator = container.generator()
        assert isinstance(generator, FallbackGenerator)
        assert generator.generators[1] is container.generation.codex()
        assert (await generator.generate("hi")).provider == "codex"


async def test_a_registered_provider_joins_as_node_branch_and_default(registry: ProviderRegistry) -> None:
    settings = {"generation": {"default": "acme-ai", "plugins": {"acme": {"model": "acme-7"}}}}
    async with open_container(settings, registry=registry) as container:
        generator = container.generator()
        assert isinstance(generator, FakeGenerator)
        assert generator.model == "acme-7"
        assert container.generation.acme() is generator
    assert generator.closed == 1


async def test_a_registered_provider_has_a_stand_in_too(registry: ProviderRegistry) -> None:
    settings = {"generation": {"default": "acme", "plugins": {"acme": {"use": "mock", "model": "m"}}}}
    async with open_container(settings, registry=registry) as container:
        assert isinstance(container.generator(), MockGenerator)


async def test_a_plugin_is_not_imported_until_it_is_asked_for() -> None:
    registry = builtin_registry()
    registry.register_lazy("broken", "no_such_module:SPEC", source="a plugin")
    async with open_container({"generation": {"use": "mock", "default": "claude"}}, registry=registry) as container:
        assert container.generator().name == "claude"
        assert "broken" in container.generation.generator.providers
        assert registry.broken == ()


async def test_plugins_stay_with_the_container_they_joined(registry: ProviderRegistry) -> None:
    async with open_container({}, registry=registry), open_container({}) as other:
        assert "acme" not in other.generation.generator.providers
        with pytest.raises(AttributeError):
            _ = other.generation.acme


async def test_a_provider_joins_an_open_container(mock_settings: dict[str, Any]) -> None:
    async with open_container(mock_settings) as container:
        add_generator(container.generation, ACME)
        assert container.generation.acme().name == "acme"
        assert container.generation.manager().get("acme-ai") is container.generation.acme()
        with pytest.raises(DuplicateProviderError, match="acme"):
            add_generator(container.generation, ACME)


@pytest.mark.parametrize("name", ["claude", "openai", "generator", "settings", "override", "fallback", "manager"])
async def test_a_taken_name_cannot_join(mock_settings: dict[str, Any], name: str) -> None:
    async with open_container(mock_settings) as container:
        with pytest.raises(DuplicateProviderError, match=name):
            add_generator(container.generation, replace(ACME, name=name))
        assert name not in container.registry().names or name == "claude"


async def test_an_installed_plugin_with_a_nodes_name_is_skipped_with_a_warning(
    mock_settings: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    registry = builtin_registry()
    registry.register(replace(ACME, name="settings"))
    with caplog.at_level(logging.WARNING):
        async with open_container(mock_settings, registry=registry) as container:
            assert container.generation.settings().use == "mock"
    assert "'settings'" in caplog.text


async def test_a_provider_registered_behind_the_containers_back_is_kept_and_closed(
    mock_settings: dict[str, Any], registry: ProviderRegistry
) -> None:
    settings = {"generation": {"default": "claude", "claude": {"use": "mock"}}}
    async with open_container(settings, registry=builtin_registry()) as container:
        container.registry().register(ACME)
        found = container.generation.manager().get("acme")
        assert isinstance(found, FakeGenerator)
        assert container.generation.manager().get("acme") is found
    assert found.closed == 1


async def test_a_plugins_section_that_does_not_fit_is_refused_at_opening(registry: ProviderRegistry) -> None:
    settings = {"generation": {"plugins": {"acme": {"modle": "x"}}}}
    with pytest.raises(Exception, match=r"generation\.plugins\.acme\.modle"):
        async with open_container(settings, registry=registry):
            pass


async def test_the_selected_generator_is_found_without_leaving_compiled_code(mock_settings: dict[str, Any]) -> None:
    """What makes it fast, held without a clock: no Python function is called on the way."""
    async with open_container(mock_settings) as container:
        for _ in range(2):
            container.generation.generator()
        calls: list[str] = []

        def profile(frame: Any, event: str, argument: Any) -> None:
            if event == "call":
                calls.append(frame.f_code.co_name)

        sys.setprofile(profile)
        try:
            container.generation.generator()
        finally:
            sys.setprofile(None)
    assert calls == []


def test_the_default_registry_is_the_built_in_one_and_the_installed_plugins() -> None:
    assert {name for name, _, _ in BUILT_IN} <= set(generation_registry().names)
    assert isinstance(GenerationContainer.generator, Switch)


async def test_every_fault_of_the_wiring_is_raised_at_opening(registry: ProviderRegistry) -> None:
    nowhere: Switch[object] = Switch(lambda: "nowhere", here=providers.Object("here"))
    with pytest.raises(WiringError) as caught:
        async with open_container(
            {"generation": {"default": "acne"}}, registry=registry, overrides={"platform.mcp": nowhere}
        ):
            pass
    assert len(caught.value.faults) == 2
