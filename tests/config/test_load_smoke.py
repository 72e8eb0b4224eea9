"""The files at the repository's root work as shipped."""

from pathlib import Path

from understudy.config import load_settings

ROOT = Path(__file__).parents[2]


def test_base_is_production_with_real_providers_and_no_keys():
    loaded = load_settings(ROOT, environ={})
    assert loaded.settings.production
    assert loaded.settings.generation.use == "real"
    assert loaded.settings.generation.claude.api_key is None
    assert loaded.profiles == ()


def test_test_profile_puts_stand_ins_everywhere():
    loaded = load_settings(ROOT, profile="test", environ={})
    settings = loaded.settings
    assert (settings.production, settings.generation.use) == (False, "mock")
    assert settings.platform.use == settings.storage.use == "mock"
    assert loaded.origin("generation.use").name.endswith("settings.test.yaml")
