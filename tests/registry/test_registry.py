"""The registry: names and aliases never collide, lookups forgive, nothing is imported before it is asked for."""

from __future__ import annotations

import logging
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.config.models.generation import ProviderSettings
from understudy.domain.capabilities import Capabilities
from understudy.domain.errors import DuplicateProviderError, ProviderNotFoundError
from understudy.providers.registry import ProviderRegistry
from understudy.providers.spec import ProviderSpec


def spec_of(name: str, *aliases: str) -> ProviderSpec:
    return ProviderSpec(
        name=name,
        title=name,
        real="no.such:Real",
        settings=ProviderSettings,
        capabilities=Capabilities(),
        aliases=aliases,
    )


@pytest.fixture
def registry() -> ProviderRegistry:
    registry = ProviderRegistry("generation")
    registry.register(spec_of("claude", "anthropic"))
    registry.register(spec_of("codex", "openai", "gpt"))
    return registry


@pytest.mark.parametrize("word", ["claude", "CLAUDE", "anthropic", "Anthropic"])
def test_a_provider_is_found_by_name_and_alias_in_any_case(registry: ProviderRegistry, word: str) -> None:
    assert registry.get(word).name == "claude"
    assert word in registry


def test_an_unknown_name_tells_the_near_match_and_what_there_is(registry: ProviderRegistry) -> None:
    with pytest.raises(ProviderNotFoundError) as caught:
        registry.get("anthropc")

    assert caught.value.near_match == "anthropic"
    assert "Did you mean 'anthropic'? Registered: anthropic, claude, codex, gpt, openai." in str(caught.value)
    assert "anthropc" not in registry
    assert 7 not in registry


def test_listing_is_sorted_and_cannot_be_written_to(registry: ProviderRegistry) -> None:
    registry.register(spec_of("Beta"))

    assert registry.names == ("Beta", "claude", "codex")
    assert [spec.name for spec in registry] == ["Beta", "claude", "codex"]
    assert list(registry.specs) == ["Beta", "claude", "codex"]
    assert dict(registry.aliases) == {"anthropic": "claude", "gpt": "codex", "openai": "codex"}
    assert len(registry) == 3
    assert repr(registry) == "ProviderRegistry('generation', names=['Beta', 'claude', 'codex'])"
    for view in (registry.specs, registry.aliases):
        with pytest.raises(TypeError):
            view["new"] = spec_of("new")  # type: ignore[index] # that it cannot be written to is what is tested


@pytest.mark.parametrize(
    ("spec", "word", "holder"),
    [
        (spec_of("claude"), "claude", "claude"),
        (spec_of("Claude"), "claude", "claude"),
        (spec_of("openai"), "openai", "codex"),
        (spec_of("new", "ANTHROPIC"), "anthropic", "claude"),
        (spec_of("new", "codex"), "codex", "codex"),
    ],
)
def test_a_taken_name_or_alias_is_refused_and_nothing_changes(
    registry: ProviderRegistry, spec: ProviderSpec, word: str, holder: str
) -> None:
    before = dict(registry.specs)

    with pytest.raises(DuplicateProviderError, match="replace=True to take its place") as caught:
        registry.register(spec)

    assert (caught.value.name, caught.value.taken_by) == (word, holder)
    assert dict(registry.specs) == before


def test_replace_takes_the_place_of_the_same_name_with_its_aliases(registry: ProviderRegistry) -> None:
    mine = spec_of("Codex", "gpt", "mine")

    registry.register(mine, replace=True)

    assert registry.get("codex") is mine
    assert registry.get("mine") is mine
    assert "openai" not in registry
    registry.register(spec_of("openai"))


@pytest.mark.parametrize("spec", [spec_of("openai"), spec_of("claude", "gpt")])
def test_replace_never_takes_a_word_of_a_provider_with_another_name(
    registry: ProviderRegistry, spec: ProviderSpec
) -> None:
    with pytest.raises(DuplicateProviderError, match="same name only"):
        registry.register(spec, replace=True)

    assert registry.get("claude").aliases == ("anthropic",)
    assert registry.get("gpt").name == "codex"


def test_replace_of_a_name_that_is_free_just_adds(registry: ProviderRegistry) -> None:
    registry.register(spec_of("new"), replace=True)

    assert registry.names == ("claude", "codex", "new")


@pytest.mark.parametrize("name", ["", " ", "a b", "-a", "ä", "a/b", "a\n"])
def test_what_cannot_be_a_name_is_refused_everywhere(name: str) -> None:
    with pytest.raises(ValueError, match="not a provider name"):
        spec_of(name)
    with pytest.raises(ValueError, match="not a provider name"):
        spec_of("fine", name)
    with pytest.raises(ValueError, match="not a provider name"):
        ProviderRegistry("generation").register_lazy("fine", "a:b", aliases=(name,))


words = st.sampled_from(["a", "A", "b", "B", "c", "ab", "aB", "x-1", "X-1", "y.z"])


@given(st.lists(st.tuples(words, st.lists(words, max_size=3), st.booleans()), max_size=12))
def test_no_word_ever_stands_for_two_providers(steps: list[tuple[str, list[str], bool]]) -> None:
    """Whatever is registered in whatever order, each word has one holder, and each provider holds all of its words."""
    registry = ProviderRegistry("generation")
    for name, aliases, replace in steps:
        spec = spec_of(name, *aliases)
        added = True
        try:
            registry.register(spec, replace=replace)
        except DuplicateProviderError:
            added = False
        assert (registry.specs.get(name) is spec) == added
        claims = [{word.lower() for word in (known.name, *known.aliases)} for known in registry]
        assert sum(map(len, claims)) == len(set().union(*claims))
        assert all(registry.get(word) is known for known in registry for word in (known.name, *known.aliases))


def test_an_import_string_is_followed_only_when_its_spec_is_asked_for(install: Any) -> None:
    install("lazy-spec", "raise RuntimeError('imported too early')", {})
    registry = ProviderRegistry("generation")

    registry.register_lazy("lazy", "lazy_spec:SPEC", aliases=("idle",))

    assert registry.names == ("lazy",)
    assert dict(registry.aliases) == {"idle": "lazy"}
    assert len(registry) == 1
    with pytest.raises(ProviderNotFoundError, match="'idle'"):
        registry.get("idle")
    assert registry.broken[0].reason == "RuntimeError: imported too early"


def test_threads_that_race_for_a_lazy_spec_all_get_the_same_one(make_spec: Any) -> None:
    registry = ProviderRegistry("generation")
    barrier = threading.Barrier(4)
    loaded: list[ProviderSpec] = []
    got: list[ProviderSpec] = []

    def offer() -> ProviderSpec:
        barrier.wait(5)  # all four are inside at once
        loaded.append(make_spec("slow", aliases=("late",)))
        return loaded[-1]

    registry._add(_entry("slow", offer), replace=False)
    threads = [threading.Thread(target=lambda: got.append(registry.get("slow"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)

    assert len(loaded) == 4
    assert len(got) == 4
    assert {id(spec) for spec in got} == {id(registry.get("late"))}


def _entry(name: str, find: Any) -> Any:
    from understudy.providers.registry import _Entry

    return _Entry(name=name, source="a test", find=find)


def test_a_provider_that_is_replaced_while_it_loads_stays_replaced(make_spec: Any) -> None:
    registry = ProviderRegistry("generation")
    mine = make_spec("slow")

    def offer() -> ProviderSpec:
        registry.register(mine, replace=True)
        return make_spec("slow", title="too late")

    registry._add(_entry("slow", offer), replace=False)

    assert registry.get("slow") is mine
    assert registry.broken == ()


def test_a_log_handler_may_look_at_the_registry(install: Any, caplog: pytest.LogCaptureFixture) -> None:
    registry = ProviderRegistry("generation")
    registry.register_lazy("lost", "no_such_module_at_all:SPEC")
    seen: list[tuple[str, ...]] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(registry.names)

    logger = logging.getLogger("understudy.providers.registry")
    handler = Handler()
    logger.addHandler(handler)
    try:
        assert "lost" not in registry
    finally:
        logger.removeHandler(handler)

    assert seen == [()]
