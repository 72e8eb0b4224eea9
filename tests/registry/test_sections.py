"""Where a provider's settings come from: its section, a plugin's section, the environment, or its model's defaults."""

from __future__ import annotations

import traceback
from typing import Any

import pytest
from pydantic import Field

from understudy.config.environment import Variable
from understudy.config.models.base import Section
from understudy.config.models.generation import ClaudeSettings, GenerationSettings, ProviderSettings
from understudy.domain.errors import ConfigurationError, WiringError
from understudy.domain.secrets import Secret
from understudy.providers.generation.choosing.catalog import builtin_registry
from understudy.providers.generation.choosing.from_env import settings_from_env
from understudy.providers.generation.choosing.sections import provider_settings, settings_key

KEY = "k-never-to-be-seen"


class AcmeSettings(ProviderSettings):
    region: str = "eu"
    size: int = Field(default=1, ge=1)


def test_a_built_in_provider_has_its_section(make_spec: Any) -> None:
    settings = GenerationSettings(claude=ClaudeSettings(model="m"))

    assert provider_settings(builtin_registry().get("claude"), settings, {}) is settings.claude


def test_what_the_loader_validated_is_taken_as_it_is(make_spec: Any) -> None:
    section = AcmeSettings(region="us")

    found = provider_settings(make_spec(settings=AcmeSettings), GenerationSettings(), {"Acme": section})

    assert found is section


@pytest.mark.parametrize("word", ["acme", "ACME", "wile"])
def test_a_section_that_nobody_validated_yet_is_validated_here(make_spec: Any, word: str) -> None:
    settings = GenerationSettings(plugins={word: {"region": "us"}})

    found = provider_settings(make_spec(aliases=("wile",), settings=AcmeSettings), settings, {})

    assert found == AcmeSettings(region="us")


def test_without_any_section_the_defaults_of_the_model_count(make_spec: Any) -> None:
    assert provider_settings(make_spec(settings=AcmeSettings), GenerationSettings(), {}) == AcmeSettings()


def test_a_replaced_built_in_provider_gets_its_section_in_its_own_model(make_spec: Any) -> None:
    settings = GenerationSettings(claude=ClaudeSettings(api_key=Secret(KEY), model="m"))

    found = provider_settings(make_spec("claude", settings=AcmeSettings), settings, {})

    assert found == AcmeSettings(api_key=Secret(KEY), model="m")


def test_a_section_that_does_not_fit_names_every_key_and_shows_no_value(make_spec: Any) -> None:
    settings = GenerationSettings(plugins={"acme": {"size": 0, "api_key": f"{KEY}\n", "colour": "red"}})

    with pytest.raises(ConfigurationError) as caught:
        provider_settings(make_spec(settings=AcmeSettings), settings, {})

    where = sorted(fault.where for fault in caught.value.faults)
    assert where == [f"generation.plugins.acme.{key}" for key in ("api_key", "colour", "size")]
    assert KEY not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("model", [Section, "json:dumps"])
def test_a_model_that_is_not_one_of_provider_settings_is_a_wiring_fault(make_spec: Any, model: Any) -> None:
    with pytest.raises(WiringError, match="does not derive from ProviderSettings"):
        provider_settings(make_spec(settings=model), GenerationSettings(), {})


def test_the_key_of_a_section_is_the_one_in_the_file(make_spec: Any) -> None:
    assert settings_key(make_spec("claude"), "model") == "generation.claude.model"
    assert settings_key(make_spec("acme"), "model") == "generation.plugins.acme.model"
    assert settings_key(make_spec("acme")) == "generation.plugins.acme"


def test_the_environment_gives_key_address_and_model_over_the_defaults() -> None:
    environ = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": "https://proxy.example/a/", "ANTHROPIC_MODEL": "m"}

    found = settings_from_env(builtin_registry().get("claude"), environ)

    assert found == ClaudeSettings(api_key=Secret(KEY), base_url="https://proxy.example/a", model="m")


def test_an_empty_variable_says_nothing() -> None:
    found = settings_from_env(builtin_registry().get("claude"), {"ANTHROPIC_API_KEY": "", "ANTHROPIC_MODEL": ""})

    assert found == ClaudeSettings()


def test_the_variables_of_other_providers_do_not_count() -> None:
    assert settings_from_env(builtin_registry().get("claude"), {"OPENAI_MODEL": "m"}) == ClaudeSettings()


def test_gemini_prefers_its_own_variable_as_the_settings_loader_does() -> None:
    environ = {"GOOGLE_API_KEY": "google", "GEMINI_API_KEY": "gemini"}

    assert settings_from_env(builtin_registry().get("gemini"), environ).api_key == Secret("gemini")


def test_ollamas_host_is_read_as_ollama_reads_it() -> None:
    assert settings_from_env(builtin_registry().get("ollama"), {"OLLAMA_HOST": "box"}).base_url == "http://box:11434"


def test_a_third_party_has_its_credential_variables(make_spec: Any) -> None:
    spec = make_spec(credentials=("ACME_KEY", "ACME_TOKEN"))

    assert settings_from_env(spec, {"ACME_TOKEN": "t", "ACME_MODEL": "m"}) == ProviderSettings(api_key=Secret("t"))


@pytest.mark.parametrize(
    ("environ", "variable"),
    [
        ({"ANTHROPIC_API_KEY": f"{KEY}\n"}, "ANTHROPIC_API_KEY"),
        ({"ANTHROPIC_BASE_URL": f"ftp://{KEY}"}, "ANTHROPIC_BASE_URL"),
    ],
)
def test_a_variable_that_does_not_fit_is_named_and_its_value_hidden(environ: dict[str, str], variable: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        settings_from_env(builtin_registry().get("claude"), environ)

    assert [fault.origin for fault in caught.value.faults] == [variable]
    assert KEY not in "".join(traceback.format_exception(caught.value))


def test_a_variable_that_its_reader_refuses_is_named_and_its_value_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(text: str) -> str:
        raise ValueError("must be a host")

    table = (Variable("CLAUDE_HOST", "generation.claude.base_url", refuse),)
    monkeypatch.setattr("understudy.providers.generation.choosing.from_env.VARIABLES", table)

    with pytest.raises(ConfigurationError, match=r"CLAUDE_HOST: .* must be a host") as caught:
        settings_from_env(builtin_registry().get("claude"), {"CLAUDE_HOST": KEY})

    assert KEY not in "".join(traceback.format_exception(caught.value))
