"""The redactor: no credential passes, whether it is known or only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.domain.redaction import Redactor
from understudy.domain.secrets import MASK, Secret

KEYS = [
    "sk-proj-abcDEF1234567890",
    "sk-ant-api03-abcDEF1234567890",
    "AIzaSyA1234567890abcdefghijklmnopqrstuv",
    "gsk_abcdefghijklmnop",
    "ghp_abcdefghijklmnop1234",
    "AKIAABCDEFGHIJKLMNOP",  # pragma: allowlist secret
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-DEF_123",  # pragma: allowlist secret
]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("around", ["Incorrect API key provided: {}.", '{{"key": "{}"}}', "x={}&y=1", "{}"])
def test_what_has_the_shape_of_a_key_is_masked(key, around):
    shown = Redactor().text(around.format(key))
    assert key not in shown
    assert MASK in shown


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer hunter2hunter2",
        "authorization: basic dXNlcjpwYXNz",
        '"x-api-key": "hunter2hunter2"',
        "x-goog-api-key=hunter2hunter2",
        "https://user:hunter2hunter2@proxy.test/",
        "https://api.test/v1/x?alt=sse&key=hunter2hunter2",
        "password=hunter2hunter2",
    ],
)
def test_what_stands_where_keys_stand_is_masked(text):
    shown = Redactor().text(text)
    assert "hunter2hunter2" not in shown
    assert "dXNlcjpwYXNz" not in shown
    assert MASK in shown


@given(
    secret=st.text(st.characters(codec="ascii", categories=("L", "N", "P")), min_size=6, max_size=40),
    before=st.text(max_size=20),
    after=st.text(max_size=20),
)
def test_a_known_secret_is_masked_wherever_it_stands(secret, before, after):
    shown = Redactor([Secret(secret)]).text(f"{before}{secret}{after}")
    assert secret not in shown.replace(MASK, "")


def test_a_secret_with_its_scheme_is_also_masked_without_it():
    assert "tok-plain-77" not in Redactor([Secret("Bearer tok-plain-77")]).text("the token tok-plain-77 is unknown")


def test_percent_encoded_secrets_are_masked():
    assert "a%2Fb%2Bc%3D" not in Redactor([Secret("a/b+c=")]).text("?k=a%2Fb%2Bc%3D")


def test_ordinary_words_stay():
    text = "The model gpt-5.1 does not exist; task-force, risk-averse and basic things are no keys. 12345"
    assert Redactor([Secret("abc")]).text(text) == text


def test_an_excerpt_is_short_and_never_cuts_a_key_in_two():
    excerpt = Redactor([Secret("S" * 50)]).excerpt(b"a" * 90 + b"S" * 50, 100)
    assert "SSS" not in excerpt
    assert len(excerpt) <= 101


def test_secret_headers_are_masked_by_name():
    shown = Redactor().headers({"X-Api-Key": "plainvalue", "Accept": "text/plain"})
    assert shown == {"x-api-key": MASK, "accept": "text/plain"}
