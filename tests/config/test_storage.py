"""The storage family's settings: seven backends, further instances, plugins, and nothing imported that is not used."""

import subprocess
import sys

import pytest
from pydantic import BaseModel

from understudy.config.loader import load_settings, settings_from
from understudy.config.models.settings import Settings
from understudy.config.models.storage import BackendSettings
from understudy.config.models.storage_backends import SnowflakeSettings
from understudy.domain.errors import ConfigurationError

VENDORS = ("snowflake", "bigquery", "redshift", "synapse", "exasol", "delta")
PEM = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"  # pragma: allowlist secret


@pytest.mark.parametrize("name", VENDORS)
def test_a_vendors_section_is_of_its_own_model_and_absent_by_default(name):
    assert getattr(Settings().storage, name) is None
    section = getattr(settings_from({"storage": {name: {}}}).settings.storage, name)
    assert type(section).__name__.lower() == f"{name}settings"
    assert isinstance(section, BackendSettings)


def test_a_fault_in_a_vendors_section_names_its_key_and_the_near_match():
    with pytest.raises(ConfigurationError) as caught:
        settings_from({"storage": {"snowflake": {"warehous": "W", "port": "many"}}})
    said = {fault.where: str(fault) for fault in caught.value.faults}
    assert set(said) == {"storage.snowflake.warehous", "storage.snowflake.port"}
    assert "Did you mean 'warehouse'?" in said["storage.snowflake.warehous"]
    assert "whole number" in said["storage.snowflake.port"]


def test_several_instances_of_one_backend_each_have_settings_of_their_own():
    loaded = settings_from(
        {
            "storage": {
                "default": "reporting",
                "snowflake": {"account": "a"},
                "instances": {"snowflake": {"reporting": {"account": "b"}, "billing": {"account": "c"}}},
            }
        }
    )
    instances = loaded.settings.storage.instances
    assert instances is not None
    assert {name: each.account for name, each in instances.snowflake.items()} == {"reporting": "b", "billing": "c"}
    assert loaded.explain("storage.instances.snowflake.reporting.account").value == "b"


def test_a_private_key_may_have_lines_and_shows_itself_nowhere():
    loaded = settings_from({"storage": {"snowflake": {"user": "u", "private_key": PEM, "password": ""}}})
    section = loaded.settings.storage.snowflake
    assert isinstance(section, SnowflakeSettings)
    assert section.private_key is not None
    assert section.private_key.reveal() == PEM
    assert section.password is None
    shown = f"{section!r} {loaded.settings.model_dump()} {loaded.settings.model_dump_json()} {loaded.tree!r}"
    assert "AAAA" not in shown + str(loaded.explain("storage.snowflake.private_key"))


def test_a_wrong_secret_is_not_quoted():
    with pytest.raises(ConfigurationError) as caught:
        settings_from({"storage": {"redshift": {"password": ["s3cr3t"]}}})  # pragma: allowlist secret
    assert "s3cr3t" not in str(caught.value)
    assert caught.value.faults[0].where == "storage.redshift.password"


def test_the_vendors_own_variables_are_read(tmp_path):
    environ = {"SNOWFLAKE_ACCOUNT": "acme", "SNOWFLAKE_PASSWORD": "pw", "GOOGLE_APPLICATION_CREDENTIALS": "key.json"}
    (tmp_path / "settings.yaml").write_text("storage: {}\n")
    loaded = load_settings(tmp_path, profile="", environ=environ)
    storage = loaded.settings.storage
    assert storage.snowflake is not None
    assert storage.bigquery is not None
    assert storage.snowflake.account == "acme"
    assert str(storage.bigquery.credentials_file) == "key.json"
    assert "pw" not in str(loaded.explain("storage.snowflake.password"))
    assert "SNOWFLAKE_PASSWORD" in str(loaded.origin("storage.snowflake.password"))


def test_production_refuses_a_stand_in_and_unverified_tls_of_a_backend():
    with pytest.raises(ConfigurationError) as caught:
        settings_from(
            {
                "production": True,
                "storage": {"snowflake": {"use": "mock"}, "redshift": {"insecure_skip_verify": True}},
            }
        )
    assert {fault.where for fault in caught.value.faults} == {
        "storage.snowflake.use",
        "storage.redshift.insecure_skip_verify",
    }


class AcmeSettings(BackendSettings):
    """A third party's backend."""

    url: str = "acme://here"


def test_a_plugins_section_is_validated_by_the_plugins_own_model():
    def models(name: str) -> type[BaseModel] | None:
        return AcmeSettings if name == "acme" else None

    loaded = settings_from({"storage": {"plugins": {"acme": {"url": "acme://there"}}}}, backend_models=models)
    assert loaded.storage_plugins["acme"] == AcmeSettings(url="acme://there")
    assert not loaded.plugins
    assert loaded.explain("storage.plugins.acme.url").value == "acme://there"
    with pytest.raises(ConfigurationError, match=r"storage\.plugins\.acme\.urll"):
        settings_from({"storage": {"plugins": {"acme": {"urll": ""}}}}, backend_models=models)


def test_the_vendors_models_are_imported_where_one_is_used():
    code = (
        "import sys; from understudy.config.loader import settings_from; "
        "settings_from({'storage': {'default': 'duckdb', 'duckdb': {'database': ':memory:'}}}); "
        "assert 'understudy.config.models.storage_backends' not in sys.modules; "
        "settings_from({'storage': {'exasol': {}}}); "
        "assert 'understudy.config.models.storage_backends' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - our own code
