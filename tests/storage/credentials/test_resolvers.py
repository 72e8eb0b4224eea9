"""Where credentials come from, and that nothing of them is told."""

import logging

import pytest

from understudy.domain.errors import ConfigurationError, MissingCredentialsError
from understudy.domain.secrets import Secret
from understudy.domain.storage import StorageCredentials
from understudy.providers.storage.credentials.resolvers import (
    ExternalCredentials,
    FirstOf,
    Fixed,
    SettingsCredentials,
)
from understudy.providers.storage.credentials.sources import Given, SecretFile, Variable

PASSWORD = "hunter-22"  # pragma: allowlist secret


def _resolver(*secrets, **changes):
    return SettingsCredentials(
        backend="acme",
        key="storage.acme.password",
        host="h",
        port=1,
        principal="u",
        secrets=secrets,
        variables=("ACME_PASSWORD",),
        **changes,
    )


def from_a_vault():
    return StorageCredentials(principal="vault", secret=Secret(PASSWORD))


def broken_vault():
    raise RuntimeError(f"401 for {PASSWORD}")


def test_the_settings_secret_and_what_goes_with_it():
    found = _resolver(Given(Secret(PASSWORD)), meta={"warehouse": "W"}).resolve()
    assert (found.host, found.port, found.principal, found.meta["warehouse"]) == ("h", 1, "u", "W")
    assert found.secret.reveal() == PASSWORD


def test_the_first_place_that_has_the_secret_gives_it(tmp_path):
    path = tmp_path / "password"
    path.write_text("from-file\n")
    file = SecretFile(path=path, key="storage.acme.password_file")
    variable = Variable(name="ACME_PASSWORD", environ={"ACME_PASSWORD": "from-environment"})
    assert _resolver(Given(None), file, variable).resolve().secret.reveal() == "from-file"
    assert _resolver(Given(Secret("")), variable, file).resolve().secret.reveal() == "from-environment"


def test_a_rotated_file_is_read_anew(tmp_path):
    path = tmp_path / "password"
    resolver = _resolver(SecretFile(path=path, key="k"))
    for text in ("one", "two"):
        path.write_text(text)
        assert resolver.resolve().secret.reveal() == text


def test_no_secret_at_all_says_what_would_do():
    with pytest.raises(MissingCredentialsError) as caught:
        _resolver(Given(None), SecretFile(path=None, key="k"), Variable(name="ACME_PASSWORD", environ={})).resolve()
    assert "set ACME_PASSWORD; set storage.acme.password in the settings" in str(caught.value)


def test_a_backend_may_do_without_a_secret():
    assert not _resolver(secret_needed=False).resolve().secret


@pytest.mark.parametrize("content", [None, b"\xff" + PASSWORD.encode()], ids=["missing", "not text"])
def test_a_secret_file_that_cannot_be_read_is_named_and_not_quoted(tmp_path, content):
    path = tmp_path / "password"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"storage\.acme\.password_file") as caught:
        SecretFile(path=path, key="storage.acme.password_file").read()
    assert PASSWORD not in f"{caught.value!r} {caught.value.__context__!r}"


def test_several_resolvers_are_asked_in_turn():
    mine = StorageCredentials(principal="mine")
    assert FirstOf([_resolver(), Fixed(mine)]).resolve() is mine
    with pytest.raises(MissingCredentialsError):
        FirstOf([_resolver(), _resolver()]).resolve()


@pytest.mark.parametrize("target", [from_a_vault, f"{__name__}:from_a_vault"], ids=["function", "import string"])
def test_a_function_of_the_users_own_gives_them(target, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, __name__, sys.modules.get(__name__) or _this_module())
    assert ExternalCredentials(target=target, key="k").resolve().principal == "vault"


def _this_module():
    import types

    module = types.ModuleType(__name__)
    module.from_a_vault = from_a_vault  # type: ignore[attr-defined] # a module made for the test
    return module


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (broken_vault, "broken_vault failed with RuntimeError"),
        ("nowhere.at_all:credentials", "failed with ModuleNotFoundError"),
        (lambda: "u:p", "returned str, not StorageCredentials"),
    ],
    ids=["raises", "not there", "something else"],
)
def test_a_function_that_fails_is_named_without_its_words(target, said):
    with pytest.raises(ConfigurationError) as caught:
        ExternalCredentials(target=target, key="storage.acme.credentials").resolve()
    assert said in str(caught.value)
    assert "storage.acme.credentials" in str(caught.value)
    assert PASSWORD not in str(caught.value)


def test_nothing_that_is_resolved_is_logged_or_shown(caplog, tmp_path):
    caplog.set_level(logging.DEBUG)
    path = tmp_path / "password"
    path.write_text(PASSWORD)
    resolvers = [
        _resolver(Given(Secret(PASSWORD))),
        _resolver(SecretFile(path=path, key="k")),
        ExternalCredentials(target=from_a_vault, key="k"),
        Fixed(from_a_vault()),
    ]
    shown = [f"{resolver!r} {resolver.resolve()!r} {resolver.resolve()!s}" for resolver in resolvers]
    assert PASSWORD not in " ".join([*shown, caplog.text])
