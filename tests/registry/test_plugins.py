"""Plugins by entry point: real packages on the path, imported late, and a bad one harms nobody."""

from __future__ import annotations

import logging
import sys
from typing import Any

import pytest

from understudy.config.models.generation import ProviderSettings
from understudy.domain.errors import DuplicateProviderError, ProviderNotFoundError
from understudy.providers.generation.choosing.catalog import (
    ENTRY_POINTS,
    builtin_registry,
    generation_registry,
    plugin_models,
)
from understudy.providers.registry import BrokenPlugin, ProviderRegistry

GOOD = """
from understudy.config.models.generation import ProviderSettings
from understudy.domain.capabilities import Capabilities
from understudy.providers.registry import ProviderSpec

class Settings(ProviderSettings):
    region: str = "eu"

SPEC = ProviderSpec(name="{name}", title="A plugin", real="no.such:Real", settings=Settings,
                    capabilities=Capabilities(tools=True), aliases={aliases})

def spec():
    return SPEC

def wrong():
    return 7
"""


def good(name: str, *aliases: str) -> str:
    return GOOD.format(name=name, aliases=aliases)


def test_listing_imports_no_plugin(install: Any) -> None:
    """Promise 24: the names come from the packages' metadata."""
    install("acme-plugin", good("acme", "wile"), {"acme": "SPEC"})

    registry = generation_registry()

    assert registry.names == ("acme", "claude", "codex", "deepseek", "gemini", "ollama")
    assert len(registry) == 6
    assert "acme" in repr(registry)
    assert "wile" not in registry.aliases
    assert "acme_plugin" not in sys.modules
    assert registry.get("acme").title == "A plugin"
    assert "acme_plugin" in sys.modules


def test_asking_for_one_plugin_imports_that_one_only(install: Any) -> None:
    install("acme-one", good("one"), {"one": "SPEC"})
    install("acme-two", good("two"), {"two": "SPEC"})
    registry = generation_registry()

    registry.get("ONE")

    assert "acme_one" in sys.modules
    assert "acme_two" not in sys.modules


def test_an_alias_that_only_the_plugin_knows_is_found(install: Any) -> None:
    install("acme-alias", good("acme", "wile"), {"acme": "SPEC"})

    assert generation_registry().get("Wile").name == "acme"


@pytest.mark.parametrize("target", ["SPEC", "spec"])
def test_an_entry_point_is_a_spec_or_a_function_that_returns_one(install: Any, target: str) -> None:
    install("acme-kind", good("acme"), {"acme": target})

    assert generation_registry().get("acme").capabilities.tools


def test_a_plugin_that_cannot_be_imported_is_skipped_with_a_warning_that_names_it(
    install: Any, caplog: pytest.LogCaptureFixture
) -> None:
    install("acme-bad", "import a_module_that_nobody_has", {"bad": "SPEC"})
    install("acme-fine", good("fine"), {"fine": "SPEC"})
    registry = ProviderRegistry("generation")
    registry.load_entry_points(ENTRY_POINTS)

    with caplog.at_level(logging.WARNING):
        found = [spec.name for spec in registry]

    assert found == ["fine"]
    assert registry.names == ("fine",)
    assert registry.broken == (
        BrokenPlugin(
            name="bad",
            source="acme-bad 1.0, acme_bad:SPEC",
            reason="ModuleNotFoundError: No module named 'a_module_that_nobody_has'",
        ),
    )
    (record,) = caplog.records
    assert "'bad' (acme-bad 1.0, acme_bad:SPEC)" in record.getMessage()
    assert record.__dict__["provider"] == "bad"


def test_asking_for_a_broken_plugin_says_why_and_asks_no_other(install: Any) -> None:
    install("acme-bad2", "1 / 0", {"bad": "SPEC"})
    install("acme-fine2", good("fine"), {"fine": "SPEC"})
    registry = generation_registry()

    for _ in range(2):
        with pytest.raises(ProviderNotFoundError, match="'bad' was skipped: ZeroDivisionError: division by zero"):
            registry.get("bad")

    assert "acme_fine2" not in sys.modules
    assert len(registry.broken) == 1


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("wrong", "TypeError: it yields int, not a ProviderSpec or a function that returns one"),
        ("NOTHING", "AttributeError: module 'acme_odd' has no attribute 'NOTHING'"),
    ],
)
def test_a_plugin_that_yields_something_else_is_skipped(install: Any, target: str, reason: str) -> None:
    install("acme-odd", good("odd"), {"odd": target})
    registry = generation_registry()

    assert "odd" not in registry
    assert [plugin.reason for plugin in registry.broken] == [reason]


def test_a_spec_with_another_name_than_was_announced_is_skipped(install: Any) -> None:
    install("acme-liar", good("claude"), {"acme": "SPEC"})
    registry = generation_registry()

    assert "acme" not in registry
    assert "announced as 'acme' but its spec is called 'claude'" in registry.broken[0].reason


@pytest.mark.parametrize(("name", "holder"), [("claude", "claude"), ("OpenAI", "codex")])
def test_a_plugin_never_takes_a_built_in_name(
    install: Any, caplog: pytest.LogCaptureFixture, name: str, holder: str
) -> None:
    install("acme-thief", good(name), {name: "SPEC"})

    with caplog.at_level(logging.WARNING):
        registry = generation_registry()

    (record,) = caplog.records
    assert f"'{name}' (acme-thief 1.0, acme_thief:SPEC)" in record.getMessage()
    assert f"'{holder}' (built in)" in record.getMessage()
    assert registry.names == builtin_registry().names
    assert "acme_thief" not in sys.modules
    assert registry.broken[0].name == name


def test_a_plugin_whose_alias_is_taken_is_skipped_when_that_shows(
    install: Any, caplog: pytest.LogCaptureFixture
) -> None:
    install("acme-alias2", good("acme", "gpt"), {"acme": "SPEC"})
    registry = generation_registry()

    with caplog.at_level(logging.WARNING):
        assert "acme" not in registry

    assert "its alias 'gpt' is taken by 'codex' (built in)" in caplog.text


def test_of_two_plugins_with_one_name_the_first_by_its_value_stays(install: Any) -> None:
    install("b-second", good("acme"), {"acme": "SPEC"})
    install("a-first", good("acme"), {"acme": "SPEC"})
    registry = generation_registry()

    assert registry.get("acme").title == "A plugin"
    assert "a_first" in sys.modules
    assert "b_second" not in sys.modules
    assert [plugin.source for plugin in registry.broken] == ["b-second 1.0, b_second:SPEC"]


def test_an_entry_point_with_a_name_that_cannot_be_one_is_skipped(install: Any) -> None:
    install("acme-name", good("acme"), {"a b": "SPEC"})
    registry = generation_registry()

    assert registry.broken[0].reason == "its name is not a provider name"


def test_loading_a_group_twice_changes_nothing(install: Any) -> None:
    install("acme-again", good("acme"), {"acme": "SPEC", "claude": "SPEC"})
    registry = builtin_registry()

    assert registry.load_entry_points(ENTRY_POINTS) == ("acme",)
    assert registry.load_entry_points(ENTRY_POINTS) == ()
    assert len(registry.broken) == 1


def test_a_name_that_a_plugin_announced_must_be_replaced_on_purpose(install: Any, make_spec: Any) -> None:
    install("acme-held", good("acme"), {"acme": "SPEC"})
    registry = generation_registry()

    with pytest.raises(DuplicateProviderError):
        registry.register(make_spec("acme"))
    registry.register(make_spec("acme", title="Mine"), replace=True)

    assert registry.get("acme").title == "Mine"
    assert "acme_held" not in sys.modules


def test_plugins_can_be_left_out(install: Any) -> None:
    install("acme-out", good("acme"), {"acme": "SPEC"})

    assert "acme" not in generation_registry(plugins=False).names


def test_the_settings_model_of_a_plugin_is_found_for_the_settings_loader(install: Any) -> None:
    install("acme-model", good("acme"), {"acme": "SPEC"})
    models = plugin_models(generation_registry())

    found = models("ACME")

    assert found is not None
    assert issubclass(found, ProviderSettings)
    assert found.model_fields["region"].default == "eu"
    assert models("nobody") is None
