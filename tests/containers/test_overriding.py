"""Any node may be overridden, by provider, object or container, in one container instance and nowhere else."""

from typing import Any

import pytest

from understudy import GenerationResult, TextPart, WiringError, open_container, override
from understudy.containers._injector import containers, providers
from understudy.containers.application import ApplicationContainer
from understudy.containers.graph.model import describe
from understudy.containers.opening import build_container
from understudy.containers.overriding import find_node
from understudy.domain.capabilities import Capabilities


class Fake:
    """A text generator with one answer."""

    name = "claude"
    model = "fake"
    capabilities = Capabilities()

    def __init__(self, text: str = "fake") -> None:
        self.text = text
        self.closed = 0

    async def generate(self, prompt: Any, /, **options: Any) -> GenerationResult:
        return GenerationResult(parts=(TextPart(self.text),))

    async def aclose(self) -> None:
        self.closed += 1


async def answer(container: Any) -> str:
    return str((await container.generator().generate("hi")).text)


async def test_an_object_answers_for_a_node(mock_settings: dict[str, Any]) -> None:
    async with open_container(mock_settings, overrides={"generation.claude": Fake()}) as container:
        assert await answer(container) == "fake"


async def test_a_provider_answers_for_a_node(mock_settings: dict[str, Any]) -> None:
    async with open_container(
        mock_settings, overrides={"generation.claude": providers.Singleton(Fake, "by provider")}
    ) as container:
        assert await answer(container) == "by provider"


async def test_a_container_answers_for_a_mounted_one(mock_settings: dict[str, Any]) -> None:
    class Fakes(containers.DeclarativeContainer):
        claude = providers.Singleton(Fake, "by container")

    async with open_container(mock_settings, overrides={"generation": Fakes()}) as container:
        assert await answer(container) == "by container"
        assert container.generation.codex().name == "codex"


@pytest.mark.parametrize("path", ["generator", "generation.generator", "generation.claude", "generation.claude.mock"])
async def test_every_node_on_the_way_can_be_overridden(mock_settings: dict[str, Any], path: str) -> None:
    async with open_container(mock_settings) as container:
        before = await answer(container)
        with override(container, {path: Fake()}):
            assert await answer(container) == "fake"
        assert await answer(container) == before


async def test_an_overridden_provider_needs_no_credentials_to_be_selected() -> None:
    settings = {"generation": {"default": "claude", "fallback": ["codex"]}}
    async with open_container(
        settings, overrides={"generation.claude": Fake(), "generation.codex": Fake("second")}
    ) as container:
        assert container.generation.factory().available_providers()[0] == "claude"
        assert await answer(container) == "fake"
        assert container.generation.manager().get("gpt").model == "fake"
        assert container.generation.factory().create("claude").model == "fake"


async def test_settings_can_be_overridden_before_the_first_call(mock_settings: dict[str, Any]) -> None:
    other, _ = build_container({"generation": {"use": "mock", "default": "gemini"}})
    async with open_container(mock_settings, overrides={"settings": other.settings()}) as container:
        assert container.generator().name == "gemini"


async def test_what_an_override_supplies_is_not_closed(mock_settings: dict[str, Any]) -> None:
    fake = Fake()
    async with open_container(mock_settings, overrides={"generation.claude": fake}) as container:
        container.generator()
        container.generation.manager().get("claude")
    assert fake.closed == 0


async def test_misspelt_names_raise_together_and_nothing_is_overridden(mock_settings: dict[str, Any]) -> None:
    container, _ = build_container(mock_settings)
    overrides = {"generation.codex": Fake(), "generation.cluade": Fake(), "http.client": 1}
    with pytest.raises(WiringError) as caught, override(container, overrides):
        pass
    assert [fault.where for fault in caught.value.faults] == ["generation.cluade", "http.client"]
    assert [fault.hint for fault in caught.value.faults] == [
        "Did you mean 'generation.claude'?",
        "Did you mean 'http.clients'?",
    ]
    assert container.generation.codex.overridden == ()


async def test_a_misspelt_node_of_an_overriding_container_raises(mock_settings: dict[str, Any]) -> None:
    class Fakes(containers.DeclarativeContainer):
        cluade = providers.Singleton(Fake)

    with pytest.raises(WiringError, match="'claude'"):
        async with open_container(mock_settings, overrides={"generation": Fakes}):
            pass


async def test_an_override_is_verified(mock_settings: dict[str, Any]) -> None:
    with pytest.raises(WiringError, match="no argument 'txet'"):
        async with open_container(mock_settings, overrides={"generation.claude": providers.Singleton(Fake, txet="x")}):
            pass


async def test_overrides_do_not_leak_into_other_containers(mock_settings: dict[str, Any]) -> None:
    async with (
        open_container(mock_settings) as before,
        open_container(mock_settings, overrides={"generation.claude": Fake()}) as changed,
        open_container(mock_settings) as after,
    ):
        assert [await answer(each) == "fake" for each in (before, changed, after)] == [False, True, False]
    assert ApplicationContainer.generation.claude.overridden == ()


async def test_overrides_nest_and_end_with_their_block_also_after_a_failure(mock_settings: dict[str, Any]) -> None:
    async with open_container(mock_settings) as container:
        own = await answer(container)
        with override(container, {"generation.claude": Fake("outer")}):
            with pytest.raises(KeyError), override(container, {"generation.claude": Fake("inner")}):
                raise KeyError(await answer(container))
            assert await answer(container) == "outer"
        assert await answer(container) == own


def test_a_node_is_found_by_its_path(mock_settings: dict[str, Any]) -> None:
    container, _ = build_container(mock_settings)
    assert find_node(container, "generation.claude") is container.generation.claude
    with pytest.raises(WiringError, match="There is: "):
        find_node(container, "nothing.of.the.kind")


async def test_what_keeps_an_overridden_node_neither_leaks_it_nor_misses_it(mock_settings: dict[str, Any]) -> None:
    settings = {"generation": {"use": "mock", "default": "claude", "fallback": ["codex"]}}
    async with open_container(settings) as container:
        with override(container, {"generation.claude": Fake()}):
            assert await answer(container) == "fake"
            assert container.generation.manager().get("claude").model == "fake"
        assert await answer(container) != "fake"
        assert container.generation.manager().get("claude").model != "fake"

        chain, manager = container.generator(), container.generation.manager()
        with override(container, {"generation.codex": Fake(), "generation.claude": Fake("first")}):
            assert await answer(container) == "first"
            assert container.generation.manager().get("codex").model == "fake"
        assert container.generator() is chain
        assert container.generation.manager() is manager


async def test_only_what_was_overridden_is_drawn_as_overridden(mock_settings: dict[str, Any]) -> None:
    async with open_container(mock_settings) as container:
        with override(container, {"generation.claude": Fake()}):
            drawn = [node.path for node in describe(container).walk() if node.overridden]
    assert drawn == ["generation.claude", "generation.generator.claude"]
