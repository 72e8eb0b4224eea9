"""Who asks BigQuery."""

import json
import traceback

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth.credentials import AnonymousCredentials
from google.oauth2.service_account import Credentials

from understudy.config.models.storage_backends import BigQuerySettings
from understudy.domain.secrets import Secret
from understudy.domain.storage import StorageCredentials
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.bigquery.backend import BigQueryBackend
from understudy.providers.storage.bigquery.client import connect
from understudy.providers.storage.fault import CommandFault

ENDPOINT = BigQuerySettings(endpoint="http://localhost:9")


@pytest.fixture(scope="module")
def pem():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@pytest.fixture
def account():
    return {
        "type": "service_account",
        "project_id": "own-project",
        "client_email": "robot@own-project.iam.gserviceaccount.com",
        "token_uri": "http://169.254.169.254/computeMetadata",
    }


@pytest.mark.parametrize("form", ["parts", "escaped", "whole"])
def test_a_key_comes_whole_or_in_two_parts(account, pem, form):
    if form == "whole":
        given = StorageCredentials(secret=Secret(json.dumps({**account, "private_key": pem})))
    else:
        secret = pem.replace("\n", "\\n") if form == "escaped" else pem
        given = StorageCredentials(principal=json.dumps(account), secret=Secret(secret))
    client = connect(ENDPOINT, given)
    assert isinstance(client._credentials, Credentials)
    assert client._credentials.service_account_email == account["client_email"]
    assert client.project == "own-project"
    client.close()


def test_who_brings_a_key_does_not_choose_where_tokens_are_had(account, pem):
    client = connect(ENDPOINT, StorageCredentials(principal=json.dumps(account), secret=Secret(pem)))
    assert client._credentials._token_uri == "https://oauth2.googleapis.com/token"
    client.close()


def test_what_the_credentials_say_goes_before_the_settings():
    settings = BigQuerySettings(endpoint="http://localhost:9", project="settings", location="US")
    client = connect(settings, StorageCredentials(meta={"project": "given", "region": "EU"}))
    assert (client.project, client.location) == ("given", "EU")
    assert isinstance(client._credentials, AnonymousCredentials)
    client.close()


@pytest.mark.parametrize("secret", ["n0t-a-key", '{"type": "service_account", "private_key": "n0t-a-key"}', "[1]"])
@pytest.mark.parametrize("principal", ["", "{}", "robot"])
def test_a_key_that_is_none_is_not_repeated(principal, secret):
    with pytest.raises(CommandFault) as caught:
        connect(ENDPOINT, StorageCredentials(principal=principal, secret=Secret(secret)))
    assert caught.value.code == StorageCode.AUTHENTICATION
    told = "".join(traceback.format_exception(caught.value)) + str(caught.value.__context__)
    assert "n0t-a-key" not in told


def test_without_a_key_the_machine_itself_is_asked_for_one(monkeypatch, tmp_path):
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "gone.json"))
    with pytest.raises(CommandFault, match="no account of its own") as caught:
        connect(BigQuerySettings(project="p"), StorageCredentials())
    assert caught.value.code == StorageCode.AUTHENTICATION


def test_the_key_files_text_comes_first_then_the_file(tmp_path):
    file = tmp_path / "key.json"
    file.write_text('{"from": "file"}')
    both = BigQueryBackend(BigQuerySettings(credentials_file=file, credentials_json='{"from": "settings"}'))
    assert both.create_credentials_resolver().resolve().secret.reveal() == '{"from": "settings"}'
    one = BigQueryBackend(BigQuerySettings(credentials_file=file))
    assert one.create_credentials_resolver().resolve().secret.reveal() == '{"from": "file"}'
    assert not BigQueryBackend(BigQuerySettings()).create_credentials_resolver().resolve().secret
