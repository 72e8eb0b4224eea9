"""Third-party sections: validated by the plugin's own model, with the same origins, and harmless to the others."""

from __future__ import annotations

import pytest
from pydantic import Field

from understudy.config.models.generation import ProviderSettings


class Acme(ProviderSettings):
    """A third party's settings."""

    region: str
    depth: int = Field(default=3, ge=1)


def models(name):
    return Acme if name == "acme" else None


def test_a_section_is_validated_by_the_plugins_model(load):
    loaded = load("generation: {plugins: {acme: {region: eu, api_key: '${K}'}}}", {"K": "sk-1"}, plugin_models=models)
    acme = loaded.plugins["acme"]
    assert isinstance(acme, Acme)
    assert (acme.region, acme.depth, acme.api_key.reveal()) == ("eu", 3, "sk-1")


def test_faults_have_the_plugins_keys_and_the_files_places(faults):
    text = "generation:\n  plugins:\n    acme: {regoin: eu, depth: 0, use: moc}\n"
    found = faults(text, plugin_models=models)
    assert [(fault.origin, fault.where, fault.hint) for fault in found] == [
        ("settings.yaml:3:5", "generation.plugins.acme.region", None),
        ("settings.yaml:3:12", "generation.plugins.acme.regoin", "Did you mean 'region'?"),
        ("settings.yaml:3:31", "generation.plugins.acme.depth", None),
        ("settings.yaml:3:39", "generation.plugins.acme.use", "Did you mean 'mock'?"),
    ]


def test_plugin_faults_are_in_the_same_report_as_the_others(faults):
    found = faults("http: {keepalive: x}\ngeneration: {plugins: {acme: {}}}", plugin_models=models)
    assert [fault.where for fault in found] == ["http.keepalive", "generation.plugins.acme.region"]


def test_every_layer_reaches_a_plugins_section(load, write):
    write("generation: {plugins: {acme: {region: us}}}", "settings.us.yaml")
    loaded = load(
        "generation: {plugins: {acme: {region: eu}}}",
        {"UNDERSTUDY__GENERATION__PLUGINS__ACME__DEPTH": "7"},
        profile="us",
        set=["generation.plugins.acme.model=m"],
        plugin_models=models,
    )
    acme = loaded.plugins["acme"]
    assert (acme.region, acme.depth, acme.model) == ("us", 7, "m")
    explained = loaded.explain("generation.plugins.acme.depth")
    assert (explained.value, str(explained.shadowed[0].origin)) == (7, "default")
    assert loaded.explain("generation.plugins.acme.region").shadowed[0].value == "eu"


def test_a_section_that_is_no_mapping_is_a_fault(faults):
    found = faults("generation: {plugins: {acme: 3}}", plugin_models=models)
    assert found[0].where == "generation.plugins.acme"


def test_a_name_that_nobody_registered_is_warned_about_and_left_alone(load, caplog):
    loaded = load("generation: {plugins: {gone: {x: 1}}}", plugin_models=models)
    assert loaded.plugins == {}
    assert loaded.settings.generation.plugins["gone"] == {"x": 1}
    assert (
        caplog.records[0].getMessage()
        == "generation.plugins.gone: no provider of this name is registered (settings.yaml:1:24)"
    )


def test_a_plugin_whose_model_cannot_be_imported_is_a_fault_of_its_section_only(faults):
    def broken(name):
        raise ImportError("No module named 'acme_client'")

    (fault,) = faults("generation: {plugins: {acme: {x: 1}}}", plugin_models=broken)
    assert (fault.where, fault.origin) == ("generation.plugins.acme", "settings.yaml:1:24")
    assert "ImportError: No module named 'acme_client'" in fault.reason


def test_a_plugin_that_no_file_names_is_never_asked_for(load):
    def asked(name):
        raise AssertionError(name)

    assert load("", plugin_models=asked).plugins == {}


@pytest.mark.parametrize("key", ["generation.plugins.acme.nothing", "generation.plugins.acme.depth.x"])
def test_keys_that_the_plugin_does_not_know_are_refused_as_options_too(faults, key):
    (fault,) = faults("generation: {plugins: {acme: {region: eu}}}", set=[f"{key}=1"], plugin_models=models)
    assert fault.where == key
