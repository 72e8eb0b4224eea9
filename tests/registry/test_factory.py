"""The factory: what is made, what is chosen where the settings leave it open, and why the others are not."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from understudy.config.models.generation import ClaudeSettings, CodexSettings, GenerationSettings, ProviderSettings
from understudy.domain.errors import (
    ConfigurationError,
    DuplicateProviderError,
    MissingCredentialsError,
    NoProviderAvailableError,
    ProviderNotFoundError,
)
from understudy.domain.health import HealthStatus
from understudy.domain.secrets import Secret
from understudy.providers.generation.choosing.factory import ProviderFactory
from understudy.providers.generation.fallback.generator import FallbackGenerator
from understudy.providers.registry import ProviderRegistry

KEYED = {"api_key": Secret("k")}


@pytest.fixture
def registry(make_spec: Any) -> ProviderRegistry:
    """Three providers that need a key, and a local one that needs none."""
    registry = ProviderRegistry("generation")
    registry.register(make_spec("claude", aliases=("anthropic",), settings=ClaudeSettings))
    registry.register(make_spec("codex", settings=CodexSettings))
    registry.register(make_spec("acme"))
    registry.register(make_spec("local", needs_credentials=False, credentials=()))
    return registry


@pytest.fixture
def make(registry: ProviderRegistry, http: Any) -> Any:
    """Makes a factory over the four providers; sections that are no fields go into plugins."""

    def make(**sections: Any) -> ProviderFactory:
        plugins = {name: sections.pop(name) for name in ("acme", "local") if name in sections}
        return ProviderFactory(registry, GenerationSettings(**sections, plugins=plugins), http)

    return make


def test_a_provider_is_made_as_its_section_says(make: Any) -> None:
    factory = make(claude=ClaudeSettings(api_key=Secret("k"), model="m"), codex=CodexSettings(use="mock"))

    assert (factory.create("Anthropic").name, factory.create("claude").model) == ("claude", "m")
    assert factory.create("codex").name == "codex-mock"
    assert factory.create("claude") is not factory.create("claude")


def test_one_call_may_use_a_provider_otherwise_than_the_settings_say(make: Any) -> None:
    assert make().create("claude", use="mock").name == "claude-mock"


def test_the_family_decides_where_a_provider_does_not(make: Any) -> None:
    factory = make(use="mock", codex=CodexSettings(use="real", **KEYED))

    assert [factory.use(name) for name in ("claude", "codex")] == ["mock", "real"]
    assert factory.create("claude").name == "claude-mock"


def test_what_cannot_be_made_says_why(make: Any) -> None:
    factory = make(codex=CodexSettings(use="replay"))

    with pytest.raises(ProviderNotFoundError, match="Did you mean 'claude'"):
        factory.create("cluade")
    with pytest.raises(MissingCredentialsError, match="CLAUDE_API_KEY"):
        factory.create("claude")
    with pytest.raises(ConfigurationError, match="real, mock"):
        factory.create("codex")


def test_registering_goes_to_the_registry(make: Any, make_spec: Any) -> None:
    factory = make(use="mock")

    factory.register(make_spec("new"))
    with pytest.raises(DuplicateProviderError):
        factory.register(make_spec("new"))
    factory.register(make_spec("new", title="Newer"), replace=True)

    assert factory.create("new").name == "new-mock"
    assert factory.registry.get("new").title == "Newer"


def test_the_environment_alone_makes_a_real_provider(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    factory = make(use="mock", claude=ClaudeSettings(model="from the file", **KEYED))

    made = factory.create_from_env("anthropic", {"CLAUDE_API_KEY": "k"})

    assert (made.name, made.model) == ("claude", ClaudeSettings().model)
    with pytest.raises(MissingCredentialsError):
        factory.create_from_env("claude", {})
    monkeypatch.setenv("CLAUDE_API_KEY", "k")
    assert factory.create_from_env("claude").name == "claude"


def test_credentials_are_looked_for_in_the_settings(make: Any) -> None:
    factory = make(claude=ClaudeSettings(**KEYED))

    found = {name: factory.has_credentials(name) for name in ("anthropic", "codex", "acme", "local")}

    assert found == {"anthropic": True, "codex": False, "acme": False, "local": True}
    with pytest.raises(ProviderNotFoundError):
        factory.has_credentials("nobody")


def test_availability_says_why_not_in_the_order_of_preference(make: Any) -> None:
    factory = make(
        preference=("local", "Codex"),
        codex=CodexSettings(use="record"),
        acme={"use": "mock"},
        local={"colour": "red"},
    )

    rows = factory.detect_available()

    assert [(row.name, row.use, row.available) for row in rows] == [
        ("local", None, False),
        ("codex", "record", False),
        ("acme", "mock", True),
        ("claude", "real", False),
    ]
    reasons = {row.name: row.reason or "" for row in rows}
    assert "generation.plugins.local.colour" in reasons["local"]
    assert "The choices are: real, mock." in reasons["codex"]
    assert reasons["claude"] == "no credentials; set CLAUDE_API_KEY or generation.claude.api_key"
    assert [row.name for row in rows if row.invalid] == ["local", "codex"]
    assert factory.available_providers() == ("acme",)


def test_availability_has_the_plugins_that_are_broken_or_unknown(registry: Any, http: Any, install: Any) -> None:
    install("acme-crash", "1 / 0", {"crash": "SPEC", "claude": "SPEC"})
    registry.load_entry_points("understudy.generation")
    settings = GenerationSettings(default="nobody", preference=("nowhere", "crash"))
    factory = ProviderFactory(registry, settings, http)

    for _ in range(2):
        rows = {row.name: row.reason or "" for row in factory.detect_available()}
        assert list(rows) == ["nobody", "nowhere", "crash", "acme", "claude", "codex", "local"]
        assert "No generation provider is called 'nobody'" in rows["nobody"]
        assert rows["crash"] == "skipped: ZeroDivisionError: division by zero"


def test_what_a_plugin_raises_is_its_reason(make: Any, make_spec: Any) -> None:
    def crash(*args: Any, **kwargs: Any) -> Any:
        raise ZeroDivisionError("at start")

    factory = make(default="crash")
    factory.register(make_spec("crash", real=crash, needs_credentials=False))

    assert factory.create_default().name == "local"
    assert factory.detect_available()[0].available


def test_a_credential_that_no_variable_holds_is_asked_for_in_the_settings(make: Any, make_spec: Any) -> None:
    factory = make()
    factory.register(make_spec("new", credentials=()))

    reasons = {row.name: row.reason for row in factory.detect_available()}

    assert reasons["new"] == "no credentials; set generation.plugins.new.api_key"


@pytest.mark.parametrize("default", ["codex", "CODEX"])
def test_the_default_is_what_the_settings_name(make: Any, default: str) -> None:
    factory = make(default=default, claude=ClaudeSettings(**KEYED), codex=CodexSettings(**KEYED))

    assert factory.default == "codex"
    assert factory.create_default().name == "codex"


def test_the_default_can_be_set_and_must_exist(make: Any) -> None:
    factory = make(use="mock")
    assert factory.default is None

    factory.set_default("Anthropic")

    assert factory.default == "claude"
    assert factory.create_default().name == "claude-mock"
    with pytest.raises(ProviderNotFoundError):
        factory.set_default("nobody")
    assert factory.default == "claude"


def test_without_a_default_the_preference_decides_and_then_the_alphabet(make: Any) -> None:
    acme, claude = {"api_key": "k"}, ClaudeSettings(**KEYED)

    assert make(acme=acme, claude=claude).create_default().name == "claude"
    assert make(acme=acme, claude=claude, preference=("acme",)).create_default().name == "acme"
    assert make(acme=acme, preference=()).create_default().name == "acme"
    assert make().create_default().name == "local"


def test_a_default_that_is_not_available_gives_way_with_a_warning(make: Any, caplog: pytest.LogCaptureFixture) -> None:
    factory = make(default="claude", codex=CodexSettings(**KEYED))

    with caplog.at_level(logging.WARNING):
        assert factory.create_default().name == "codex"

    reason = "no credentials; set CLAUDE_API_KEY or generation.claude.api_key"
    assert [record.getMessage() for record in caplog.records] == [
        f"The default provider claude is not available ({reason}); using codex"
    ]


def test_a_default_that_nobody_announced_is_a_slip_and_not_replaced(make: Any) -> None:
    with pytest.raises(ProviderNotFoundError, match="Did you mean 'codex'"):
        make(default="codx", codex=CodexSettings(**KEYED)).create_default()


def test_a_default_whose_plugin_is_broken_gives_way(registry: Any, http: Any, install: Any) -> None:
    install("acme-gone", "1 / 0", {"gone": "SPEC"})
    registry.load_entry_points("understudy.generation")
    factory = ProviderFactory(registry, GenerationSettings(default="gone"), http)

    assert factory.create_default().name == "local"
    with pytest.raises(ProviderNotFoundError, match="skipped"):
        _ = factory.default


def test_an_invalid_provider_is_passed_over_with_a_warning_and_one_without_a_key_without(
    make: Any, caplog: pytest.LogCaptureFixture
) -> None:
    factory = make(preference=("acme", "typo", "claude"), acme={"colour": "red"})

    with caplog.at_level(logging.WARNING):
        assert factory.create_default().name == "local"

    messages = [record.getMessage() for record in caplog.records]
    assert [message.split(":")[0] for message in messages] == [
        "Passed over the provider acme",
        "Passed over the provider typo",
    ]


def test_without_any_usable_provider_every_one_says_why(make: Any) -> None:
    factory = make(local={"use": "replay"}, codex=CodexSettings(use="mock"))

    with pytest.raises(NoProviderAvailableError) as caught:
        factory.create_default()

    assert list(caught.value.reasons) == ["claude", "codex", "acme", "local"]
    assert "no credentials" in caught.value.reasons["claude"]
    assert "stand-in" in caught.value.reasons["codex"]
    assert "'replay'" in caught.value.reasons["local"]


def test_an_empty_registry_has_no_provider_available(http: Any) -> None:
    with pytest.raises(NoProviderAvailableError, match="none is registered"):
        ProviderFactory(ProviderRegistry("generation"), GenerationSettings(), http).create_default()


def test_a_stand_in_takes_no_real_providers_place_unless_it_is_the_default(make: Any) -> None:
    codex = CodexSettings(use="mock")

    assert make(default="claude", codex=codex).create_default().name == "local"
    assert make(default="codex", codex=codex).create_default().name == "codex-mock"


def test_fallbacks_stand_behind_the_default(make: Any) -> None:
    factory = make(
        fallback=("local", "anthropic"), claude=ClaudeSettings(**KEYED), codex=CodexSettings(**KEYED), default="codex"
    )

    chain = factory.create_with_fallback()

    assert isinstance(chain, FallbackGenerator)
    assert [each.name for each in chain.generators] == ["codex", "local", "claude"]


def test_the_chain_can_be_made_of_providers_that_somebody_keeps(make: Any, fake: Any) -> None:
    kept = {name: fake(name=name) for name in ("local", "claude")}
    factory = make(default="local", fallback=("claude",))

    chain = factory.create_with_fallback(kept.__getitem__)

    assert chain.generators == (kept["local"], kept["claude"])


def test_a_fallback_that_cannot_be_made_is_passed_over_with_a_warning(
    make: Any, caplog: pytest.LogCaptureFixture
) -> None:
    factory = make(default="local", fallback=("claude", "local"))

    with caplog.at_level(logging.WARNING):
        assert factory.create_with_fallback().name == "local"

    assert "Passed over the fallback claude: no credentials" in caplog.text


def test_a_fallback_that_nobody_announced_is_a_slip(make: Any) -> None:
    with pytest.raises(ProviderNotFoundError):
        make(fallback=("nobody",)).create_with_fallback()


def test_the_plugins_sections_of_the_loader_are_used(registry: ProviderRegistry, http: Any) -> None:
    section = ProviderSettings(use="mock", model="validated")
    factory = ProviderFactory(registry, GenerationSettings(), http, plugins={"acme": section})

    assert factory.settings_for("acme") is section
    assert factory.create("acme").model == "validated"


async def test_a_probe_asks_the_local_server_and_nobody_else(make: Any, make_spec: Any, fake: Any) -> None:
    made: list[Any] = []

    def real(settings: Any, http: Any) -> Any:
        made.append(fake(name="local", health=[HealthStatus.UNHEALTHY]))
        return made[-1]

    factory = make(claude=ClaudeSettings(**KEYED))
    factory.register(make_spec("local", real=real, needs_credentials=False), replace=True)

    rows = {row.name: row for row in await factory.probe()}

    assert rows["claude"].available
    assert rows["claude"].health is None
    assert rows["local"].reason == "its health is unhealthy"
    assert [each.closed for each in made] == [1]


async def test_a_probe_of_names_asks_these(make: Any) -> None:
    rows = {row.name: row for row in await make(claude=ClaudeSettings(**KEYED)).probe("Claude", "codex")}

    assert rows["claude"].health is not None
    assert rows["claude"].available
    assert rows["codex"].reason == "no credentials; set CODEX_API_KEY or generation.codex.api_key"
    assert rows["local"].health is None
    with pytest.raises(ProviderNotFoundError):
        await make().probe("nobody")


async def hang() -> Any:
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(hang, "no answer within 0.01 s"), (OSError("no route"), "OSError: no route"), (TimeoutError(), "TimeoutError")],
)
async def test_a_probe_that_gets_no_answer_says_so(
    make: Any, make_spec: Any, fake: Any, answer: Any, reason: str
) -> None:
    factory = make()
    spec = make_spec("local", real=lambda settings, http: fake(health=[answer]), needs_credentials=False)
    factory.register(spec, replace=True)

    rows = {row.name: row for row in await factory.probe(within=0.01)}

    assert rows["local"].reason == reason


async def test_a_probe_of_what_cannot_be_made_says_so(make: Any, make_spec: Any) -> None:
    def crash(settings: Any, http: Any) -> Any:
        raise ZeroDivisionError("at start")

    factory = make()
    factory.register(make_spec("local", real=crash, needs_credentials=False), replace=True)

    rows = {row.name: row for row in await factory.probe()}

    assert rows["local"].reason == "ZeroDivisionError: at start"
    assert rows["local"].invalid
