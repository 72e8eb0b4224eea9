"""The models themselves: addresses, credentials, defaults, and the files that the library ships."""

from __future__ import annotations

import string
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from understudy.config import Settings, load_settings
from understudy.config.models.base import BaseUrl, OptionalSecret, SecretValue
from understudy.config.models.platform import LlamaStackHttp, MaasHttp
from understudy.domain.secrets import Secret

ROOT = Path(__file__).parents[2]
URL = TypeAdapter(BaseUrl)
SECRET = TypeAdapter(SecretValue)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://a.example", "https://a.example"),
        ("https://a.example/", "https://a.example"),
        ("http://a:80/v1//", "http://a:80/v1"),
        ("http://[::1]:11434/x", "http://[::1]:11434/x"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
    ],
)
def test_an_address_is_kept_without_its_last_slash(url, kept):
    assert URL.validate_python(url) == kept


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.example",
        "//a.example",
        "ftp://a",
        "file:///etc/passwd",
        "http://",
        "https:///x",
        "http://a:99999",
        "http://a:0",
        "http://a:x",
        "http://[::1",
        "https://user@a",
        "https://user:pw@a",
        "https://:pw@a",
        "https://a?x=1",
        "https://a#x",
        "https://a?",
        "https://a b",
        "https://a\n",
        "https://ä.example",
        "http:\\\\a",
    ],
)
def test_what_is_no_plain_address_of_a_service_is_refused(url):
    with pytest.raises(ValidationError):
        URL.validate_python(url)


@given(st.text(string.printable, max_size=40))
def test_whatever_is_accepted_as_an_address_has_a_host_and_no_login(text):
    from urllib.parse import urlsplit

    try:
        url = URL.validate_python("http://" + text)
    except ValidationError:
        return
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.username is None
    assert not (set("?#\n\r\t ") & set(url))


@pytest.mark.parametrize("text", ["x ", " x", "x\n", "x\r\n", "a\tb", "a\x00b", "ä", "a\nb"])
@pytest.mark.parametrize("wrap", [str, Secret])
def test_a_credential_that_no_header_can_carry_is_refused_without_being_shown(text, wrap):
    with pytest.raises(ValidationError) as caught:
        SECRET.validate_python(wrap(text))
    assert repr(text)[1:-1] not in str(caught.value.errors(include_input=False))


@pytest.mark.parametrize("value", [5, True, ["x"], {"x": "y"}])
def test_a_credential_is_text(value):
    with pytest.raises(ValidationError):
        SECRET.validate_python(value)


def test_a_credential_is_kept_as_a_secret_and_an_empty_one_is_none():
    optional = TypeAdapter(OptionalSecret)
    assert SECRET.validate_python("sk-1").reveal() == "sk-1"
    assert (
        optional.validate_python("") is optional.validate_python(Secret("")) is optional.validate_python(None) is None
    )


def test_settings_can_be_made_in_code_and_never_changed():
    settings = Settings(production=True)
    assert settings.http.timeout.total == 60
    with pytest.raises(ValidationError, match="frozen"):
        settings.production = False
    with pytest.raises(ValidationError):
        Settings(nonsense=1)


def test_a_services_own_limits_stay_when_another_one_is_set():
    assert LlamaStackHttp.model_validate({"timeout": {"connect": 1}}).timeout.total == 480
    assert MaasHttp.model_validate({"retry": {"max_retries": 1}}).timeout.total == 30


def test_the_base_at_the_root_is_production_with_real_providers_and_needs_no_keys():
    loaded = load_settings(ROOT, environ={})
    assert loaded.settings.production
    assert loaded.settings.generation.use == loaded.settings.platform.use == loaded.settings.storage.use == "real"
    assert loaded.settings.generation.claude.api_key is None
    assert loaded.profiles == ()


def test_the_test_profile_at_the_root_puts_stand_ins_everywhere():
    loaded = load_settings(ROOT, profile="test", environ={})
    settings = loaded.settings
    assert not settings.production
    assert settings.generation.use == settings.platform.use == settings.storage.use == "mock"
    assert loaded.origin("generation.use").name.endswith("settings.test.yaml")


def test_the_shipped_base_says_nothing_that_the_defaults_do_not():
    """What the file writes out is for the reader; a value that differs from the code's would surprise somebody."""
    shipped = load_settings(ROOT, environ={}).settings
    assert shipped == Settings(production=True)


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("understudy.config", ["pydantic", "yaml", "understudy.config.loader"]),
        (
            "understudy.config.loader",
            ["httpx", "aiohttp", "dependency_injector", "click", "rich", "msgspec", "understudy.config.schema"],
        ),
    ],
)
def test_importing_the_settings_stays_lean(module, absent):
    code = f"import sys, {module}; print([name for name in {absent!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)  # noqa: S603 - our own code
    assert done.stdout.strip() == "[]"
