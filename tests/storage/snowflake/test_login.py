"""What the connector is given to log in with."""

import pytest
import snowflake.connector
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from understudy.config.models.storage_backends import SnowflakeSettings
from understudy.domain.errors import MissingCredentialsError
from understudy.domain.secrets import Secret
from understudy.domain.storage import StorageCredentials
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.snowflake.backend import SnowflakeBackend
from understudy.providers.storage.snowflake.login import connect


class Made:
    telemetry_enabled = True


@pytest.fixture
def told(monkeypatch):
    """What the connector was told last."""
    seen = {}

    def record(**options):
        seen.update(options)
        return Made()

    monkeypatch.setattr(snowflake.connector, "connect", record)
    return seen


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key, passphrase=None):
    how = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how).decode()


def der(key):
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def log_in(secret, settings=None, **meta):
    credentials = StorageCredentials(principal="u", secret=Secret(secret), meta=meta)
    return connect(settings or SnowflakeSettings(account="acme-prod"), credentials)


def test_a_secret_that_is_no_key_is_a_password(told):
    made = log_in("hunter-22")  # pragma: allowlist secret
    assert (told["user"], told["password"], told["account"]) == (
        "u",
        "hunter-22",
        "acme-prod",
    )  # pragma: allowlist secret
    assert "private_key" not in told
    assert made.telemetry_enabled is False


def test_a_key_in_pem_is_known_as_one(told, key):
    log_in(pem(key))
    assert told["private_key"] == der(key)
    assert "password" not in told


def test_an_encrypted_key_needs_its_passphrase(told, key):
    encrypted = pem(key, b"open sesame")  # pragma: allowlist secret
    log_in(encrypted, private_key_passphrase=Secret("open sesame"))  # pragma: allowlist secret
    assert told["private_key"] == der(key)
    with pytest.raises(CommandFault) as caught:
        log_in(encrypted, private_key_passphrase=Secret("wrong"))
    assert caught.value.code == StorageCode.AUTHENTICATION
    assert "wrong" not in str(caught.value)
    assert caught.value.__context__ is None


def test_meta_goes_before_the_settings_and_names_are_kept_exactly(told):
    settings = SnowflakeSettings(
        account="a", role="LOADER", warehouse="SMALL", database="Sales Data", default_schema="x"
    )
    log_in("p", settings, warehouse="LARGE")
    assert (told["role"], told["warehouse"]) == ("LOADER", "LARGE")
    assert (told["database"], told["schema"]) == ('"Sales Data"', '"x"')


def test_what_text_depends_on_is_set_whatever_the_account_says(told):
    log_in("p")
    session = told["session_parameters"]
    assert session["QUOTED_IDENTIFIERS_IGNORE_CASE"] is False
    assert session["TIMESTAMP_NTZ_OUTPUT_FORMAT"] == "YYYY-MM-DD HH24:MI:SS.FF9"
    assert session["TIMEZONE"] == "UTC"


def test_credentials_come_from_the_key_its_file_the_password_and_the_environment(tmp_path, monkeypatch):
    monkeypatch.delenv("SNOWFLAKE_PASSWORD", raising=False)
    file = tmp_path / "key.pem"
    file.write_text("-----BEGIN from file\n")  # pragma: allowlist secret

    def resolved(**settings):
        return SnowflakeBackend(SnowflakeSettings(user="u", **settings)).create_credentials_resolver().resolve()

    assert resolved(private_key=Secret("k"), private_key_file=file).secret.reveal() == "k"
    assert (
        resolved(private_key_file=file, password=Secret("p")).secret.reveal() == "-----BEGIN from file"
    )  # pragma: allowlist secret
    assert resolved(password=Secret("p")).secret.reveal() == "p"
    with pytest.raises(MissingCredentialsError, match="SNOWFLAKE_PASSWORD"):
        resolved()
    monkeypatch.setenv("SNOWFLAKE_PASSWORD", "e")
    found = resolved(private_key_passphrase=Secret("open sesame"))  # pragma: allowlist secret
    assert (found.secret.reveal(), found.principal) == ("e", "u")
    assert "open sesame" not in repr(found)  # pragma: allowlist secret
