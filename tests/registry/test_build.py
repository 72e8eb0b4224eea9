"""Building a provider: real or stand-in, and what is said where that cannot be done."""

from __future__ import annotations

import re
from typing import Any

import pytest

from understudy.config.models.generation import ProviderSettings
from understudy.domain.errors import (
    ConfigurationError,
    MissingCredentialsError,
    MissingDependencyError,
    ProviderError,
)
from understudy.domain.secrets import Secret
from understudy.providers.generation.choosing.build import build, build_mock, build_real

KEYED = ProviderSettings(api_key=Secret("k"), model="m")


def test_real_gets_its_settings_and_the_http_layer(make_spec: Any, http: Any) -> None:
    got: list[Any] = []
    spec = make_spec(real=lambda settings, http: got.append((settings, http)))

    build_real(spec, KEYED, http)

    assert got == [(KEYED, http)]


def test_mock_gets_its_settings_and_the_spec_and_needs_no_credential(make_spec: Any) -> None:
    got: list[Any] = []
    spec = make_spec(mock=lambda settings, spec: got.append((settings, spec)))
    settings = ProviderSettings()

    build_mock(spec, settings)

    assert got == [(settings, spec)]


@pytest.mark.parametrize("settings", [ProviderSettings(), ProviderSettings(api_key=Secret(""))])
@pytest.mark.parametrize(
    ("name", "key"), [("acme", "generation.plugins.acme.api_key"), ("claude", "generation.claude.api_key")]
)
def test_a_real_provider_without_its_credential_says_where_one_may_stand(
    make_spec: Any, http: Any, settings: ProviderSettings, name: str, key: str
) -> None:
    with pytest.raises(MissingCredentialsError, match="use: mock") as caught:
        build_real(make_spec(name), settings, http)

    assert caught.value.variables == (f"{name.upper()}_API_KEY",)
    assert caught.value.key == key


def test_a_provider_that_needs_no_credential_is_built_without(make_spec: Any, http: Any) -> None:
    assert build_real(make_spec(needs_credentials=False), ProviderSettings(), http).name == "acme"


def needs_a_library(settings: ProviderSettings, http: object) -> Any:
    import a_library_that_nobody_has  # type: ignore[import-not-found] # that it is missing is what is tested

    return a_library_that_nobody_has


@pytest.mark.parametrize("real", ["a_library_that_nobody_has:Real", needs_a_library])
def test_a_missing_optional_dependency_names_the_extra(make_spec: Any, http: Any, real: Any) -> None:
    spec = make_spec(real=real, extra="acme")

    with pytest.raises(MissingDependencyError, match=re.escape('pip install "understudy[acme]"')) as caught:
        build_real(spec, KEYED, http)

    assert "a_library_that_nobody_has" in str(caught.value)
    assert isinstance(caught.value, ImportError)


def test_the_extra_of_a_plugin_is_one_of_its_own_package(make_spec: Any, http: Any) -> None:
    spec = make_spec(real="a_library_that_nobody_has:Real", extra="all", distribution="acme-plugin")

    with pytest.raises(MissingDependencyError, match=re.escape('pip install "acme-plugin[all]"')):
        build_real(spec, KEYED, http)


def test_an_import_string_that_leads_nowhere_is_an_error_of_the_tree(make_spec: Any) -> None:
    with pytest.raises(MissingDependencyError, match="json:Nothing cannot be imported") as caught:
        build_mock(make_spec(mock="json:Nothing"), KEYED)

    assert caught.value.install is None


@pytest.mark.parametrize(("use", "name"), [("real", "acme"), ("mock", "acme-mock")])
def test_one_word_decides_which_is_built(make_spec: Any, http: Any, use: Any, name: str) -> None:
    assert build(make_spec(), KEYED, http, use=use).name == name


@pytest.mark.parametrize("use", ["record", "replay"])
def test_a_use_that_is_not_there_names_those_that_are(make_spec: Any, http: Any, use: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        build(make_spec("claude"), KEYED, http, use=use)

    (fault,) = caught.value.faults
    assert fault.where == "generation.claude.use"
    assert repr(use) in fault.reason
    assert fault.hint == "The choices are: real, mock."


def test_another_way_of_using_a_provider_can_be_added(make_spec: Any, http: Any, fake: Any) -> None:
    builders = {"replay": lambda spec, settings, http: fake(name=f"{spec.name} replayed")}

    assert build(make_spec(), KEYED, http, use="replay", builders=builders).name == "acme replayed"


def test_a_constructor_that_fails_is_told_by_its_providers_name(make_spec: Any, http: Any) -> None:
    def broken(settings: ProviderSettings, **_: object) -> Any:
        raise RuntimeError("no disk")

    spec = make_spec(real=broken, mock=broken)

    for make in (lambda: build_real(spec, KEYED, http), lambda: build_mock(spec, KEYED)):
        with pytest.raises(RuntimeError, match="no disk") as caught:
            make()
        assert caught.value.__notes__ == ["while making the generation provider 'acme' of understudy"]


def test_a_constructors_own_errors_of_the_tree_come_through_as_they_are(make_spec: Any, http: Any) -> None:
    refused = ProviderError("no")

    def refuse(settings: ProviderSettings, **_: object) -> Any:
        raise refused

    with pytest.raises(ProviderError) as caught:
        build_real(make_spec(real=refuse), KEYED, http)
    assert caught.value is refused
    assert not hasattr(refused, "__notes__")
