"""How Synapse is logged in to: what the driver is told, and what is refused before it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.config.models.storage_backends import SynapseSettings
from understudy.domain.errors import MissingCredentialsError
from understudy.domain.secrets import Secret
from understudy.domain.storage import StorageCredentials
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.synapse.backend import SynapseBackend
from understudy.providers.storage.synapse.login import connection_words

POOL = SynapseSettings(host="pool.example", database="dev")


def read(words):
    """The pairs of a connection string, as ODBC reads values in braces."""
    found, rest = {}, words
    while rest:
        name, _, rest = rest.partition("={")
        value = ""
        while True:
            part, _, rest = rest.partition("}")
            value += part
            if not rest.startswith("}"):
                break
            value, rest = value + "}", rest[1:]
        found[name.lstrip(";")] = value
    return found


@given(st.text(min_size=1), st.text())
def test_a_user_and_a_password_are_only_that_whatever_is_in_them(user, password):
    words = read(connection_words(POOL, StorageCredentials(principal=user, secret=Secret(password))))
    assert (words.pop("UID"), words.pop("PWD")) == (user, password)
    assert words == {
        "Server": "pool.example,1433",
        "Database": "dev",
        "Encrypt": "yes",
        "TrustServerCertificate": "no",
    }


def test_an_identity_of_the_machine_needs_no_password():
    backend = SynapseBackend(POOL.model_copy(update={"managed_identity": True}))
    words = read(connection_words(backend.settings, backend.create_credentials_resolver().resolve()))
    assert words["Authentication"] == "ActiveDirectoryMSI"
    assert "PWD" not in words


def test_credentials_go_before_the_settings():
    given = StorageCredentials(host="other", port=1444, meta={"database": "prod", "useManagedIdentity": True})
    words = read(connection_words(POOL, given))
    assert (words["Server"], words["Database"], words["Authentication"]) == (
        "other,1444",
        "prod",
        "ActiveDirectoryMSI",
    )


def test_a_password_goes_over_no_network_in_the_clear():
    with pytest.raises(CommandFault) as caught:
        connection_words(POOL.model_copy(update={"tls": False}), StorageCredentials(principal="u"))
    assert caught.value.code == StorageCode.VALIDATION


def test_a_missing_password_names_where_it_may_stand(monkeypatch):
    monkeypatch.delenv("SYNAPSE_PASSWORD", raising=False)
    with pytest.raises(MissingCredentialsError, match="SYNAPSE_PASSWORD"):
        SynapseBackend(POOL).create_credentials_resolver().resolve()
