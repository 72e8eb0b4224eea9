"""Explaining a value, listing the keys, and writing settings as YAML that reads back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.config.display import yaml_lines, yaml_scalar
from understudy.config.reader import read_yaml
from understudy.config.tree import parse_key, to_plain
from understudy.domain.errors import ConfigurationError


def test_a_default_is_explained_as_such(load):
    explained = load("").explain("http.timeout.read")
    assert (explained.key, explained.value, str(explained.origin), explained.shadowed) == (
        "http.timeout.read",
        30.0,
        "default",
        (),
    )


def test_the_value_is_the_validated_one_and_what_it_replaced_is_as_it_was_written(load):
    explained = load("http: {keepalive: '7'}", {"UNDERSTUDY__HTTP__KEEPALIVE": "8"}).explain("http.keepalive")
    assert explained.value == 8.0
    assert [said.value for said in explained.shadowed] == ["7", 15.0]


def test_a_value_hidden_by_a_merge_key_in_the_same_file_is_remembered(load):
    loaded = load("http:\n  timeout: {<<: {read: 3, total: 9}, read: 4}\n")
    explained = loaded.explain("http.timeout.read")
    assert (explained.value, str(explained.shadowed[0].origin)) == (4.0, "settings.yaml:2:24")


def test_lists_and_entries_of_the_users_own_are_explained(load):
    loaded = load("platform: {mcp: {servers: {a: {url: http://x}}}}\ngeneration: {preference: [codex]}")
    assert loaded.explain("generation.preference").value == ["codex"]
    assert loaded.explain("platform.mcp.servers.a.transport").value == "streamable-http"
    assert loaded.explain("platform.mcp.servers.a.url").value == "http://x"


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("generation.cluade", "Did you mean 'claude'"),
        ("http.keepalive.x", "single value"),
        ("a..b", "empty"),
        ("", "empty"),
    ],
)
def test_a_key_that_does_not_exist_is_an_error_with_a_near_match(load, key, message):
    with pytest.raises(ConfigurationError, match=message):
        load("").explain(key)


def test_the_keys_are_all_values_defaults_included(load):
    loaded = load("platform: {mcp: {servers: {a.b: {url: http://x}}}}")
    keys = loaded.keys()
    assert len(keys) == len(set(keys))
    assert {
        "http.timeout.read",
        "production",
        "generation.claude.api_key",
        'platform.mcp.servers."a.b".url',
        "storage.duckdb.database",
    } <= set(keys)
    assert all(loaded.explain(key) for key in keys)
    assert loaded.keys("http.retry") == tuple(key for key in keys if key.startswith("http.retry."))
    assert loaded.keys("http.keepalive") == ("http.keepalive",)


def test_what_is_shown_loads_to_the_same_settings(load, write):
    loaded = load(
        """
        http: {timeout: {read: 7, attempt: 3}, tls: {ca_bundles: [a.pem]}}
        generation: {preference: [codex, claude], claude: {model: "0123", options: {stop: ["a, b", "#", "yes"]}}}
        platform:
          mcp: {servers: {"my server": {url: http://x, description: "a: b"}}}
          identity: {token_prefix: "Bearer "}
        """
    )
    shown = "\n".join(yaml_lines((parse_key(key), loaded.explain(key).value, None) for key in loaded.keys("")))
    again = load(shown)
    assert again.settings == loaded.settings


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)


@given(
    st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=8,
    )
)
def test_any_value_is_written_on_one_line_and_read_back(value):
    line = f"a: {yaml_scalar(value)}"
    problems = []
    tree = read_yaml(line, "f", problems)
    assert "\n" not in line
    assert tree is not None, (line, problems)
    assert to_plain(tree) == {"a": value}
