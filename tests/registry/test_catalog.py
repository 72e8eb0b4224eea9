"""The five built-in providers: what the catalogue says of them is what their specs say."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from understudy.config.models.base import Use
from understudy.config.models.generation import GenerationSettings, ProviderSettings
from understudy.config.models.http import HttpSettings
from understudy.domain.generation import TextGenerator
from understudy.providers.generation.choosing.catalog import BUILT_IN, builtin_registry
from understudy.providers.generation.choosing.factory import ProviderFactory
from understudy.providers.http.clients import HttpClients
from understudy.providers.spec import load

NAMES = [name for name, _, _ in BUILT_IN]


@pytest.mark.parametrize(("name", "target", "aliases"), BUILT_IN, ids=NAMES)
def test_the_catalogue_and_the_spec_say_the_same(name: str, target: str, aliases: tuple[str, ...]) -> None:
    spec = builtin_registry().get(name)

    assert spec is load(target)
    assert spec.name == name
    assert sorted(spec.aliases) == sorted(aliases)
    assert spec.distribution == "understudy"


@pytest.mark.parametrize("name", NAMES)
def test_the_model_of_the_spec_is_the_one_of_the_settings_section(name: str) -> None:
    model = load(builtin_registry().get(name).settings)

    assert issubclass(model, ProviderSettings)
    assert isinstance(getattr(GenerationSettings(), name), model)


@pytest.mark.parametrize(
    ("alias", "name"),
    [("anthropic", "claude"), ("openai", "codex"), ("gpt", "codex"), ("google", "gemini"), ("local", "ollama")],
)
def test_the_promised_aliases_work(alias: str, name: str) -> None:
    assert builtin_registry().get(alias).name == name


def test_only_ollama_needs_no_credential_and_the_others_name_their_variables() -> None:
    needs = {spec.name: bool(spec.credentials) for spec in builtin_registry() if spec.needs_credentials}

    assert needs == {"claude": True, "codex": True, "deepseek": True, "gemini": True}


def test_two_registries_share_nothing(make_spec: Any) -> None:
    one, other = builtin_registry(), builtin_registry()

    one.register(make_spec("acme"))

    assert "acme" in one.names
    assert "acme" not in other.names


def test_listing_the_built_in_providers_imports_none_of_them() -> None:
    code = (
        "import sys; from understudy.providers.generation.choosing.catalog import builtin_registry; "
        "assert len(builtin_registry().names) == 5; "
        "print([name for name in sys.modules if name.endswith(('.spec', '.provider')) and name.count('.') > 2"
        " or name in ('httpx', 'aiohttp', 'pydantic')])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own code

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("use", ["real", "mock"])
@pytest.mark.parametrize("name", NAMES)
def test_every_built_in_provider_can_be_made_for_real_and_as_its_stand_in(name: str, use: Use) -> None:
    spec = builtin_registry().get(name)
    keyed = load(spec.settings)(api_key="k")
    factory = ProviderFactory(builtin_registry(), GenerationSettings(**{name: keyed}), HttpClients(HttpSettings()))

    made = factory.create(name, use=use)

    assert isinstance(made, TextGenerator)
    assert (made.name, made.model) == (name, keyed.model)
    assert made.capabilities == spec.capabilities_for(keyed)
