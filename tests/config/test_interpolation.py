"""``${X}``, ``${X:default}``, ``${file:path}`` and ``$${``: only in values, only after parsing, and never silently."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.config.interpolation import interpolate, unfilled
from understudy.config.tree import Origin, Unfilled, from_plain, to_plain


def fill(value, environ=None, folder=Path()):
    return to_plain(interpolate(from_plain(value, Origin("x")), folder=folder, environ=environ or {}))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${A}", "1"),
        ("x${A}y${B}z", "x1ytwoz"),
        ("${NOPE:d}", "d"),
        ("${NOPE:}", ""),
        ("${A:d}", "1"),
        ("${EMPTY:d}", ""),
        ("$${A}", "${A}"),
        ("$$${A}", "$${A}"),
        ("${NOPE:a:b}", "a:b"),
        ("${NOPE:${A}}", "1"),
        ("${NOPE:${NOPE2:${B}}!}", "two!"),
        ("$A {A} }", "$A {A} }"),
        ("", ""),
    ],
)
def test_texts_are_filled_in(text, value):
    assert fill(text, {"A": "1", "B": "two", "EMPTY": ""}) == value


def test_a_value_that_was_filled_in_is_not_filled_in_again():
    assert fill("${A}", {"A": "${B}", "B": "no"}) == "${B}"


def test_keys_and_values_that_are_no_text_are_left_alone():
    assert fill({"${A}": [1, None, "${A}"]}, {"A": "x"}) == {"${A}": [1, None, "x"]}


def test_a_variable_cannot_change_the_structure(load):
    loaded = load('generation: {claude: {model: "${M}"}}', {"M": "x\nproduction: true\n"})
    assert loaded.settings.generation.claude.model == "x\nproduction: true\n"
    assert loaded.settings.production is False


def test_the_result_is_text_that_validation_makes_a_number_of(load):
    loaded = load('http: {keepalive: "${K:7}", retry: {max_retries: "${R}", jitter: "${J}"}}', {"R": "2", "J": "false"})
    http = loaded.settings.http
    assert (http.keepalive, http.retry.max_retries, http.retry.jitter) == (7.0, 2, False)


def test_a_file_is_relative_to_the_settings_file_and_loses_one_newline(load, write):
    write("sk-1\n", "keys/a")
    write("sk-2\r\n", "keys/b")
    write("m\n\n", "keys/c")
    loaded = load(
        "generation: {claude: {api_key: '${file:keys/a}'}, codex: {api_key: '${file:keys/b}', model: '${file:keys/c}'}}"
    )
    generation = loaded.settings.generation
    assert (generation.claude.api_key.reveal(), generation.codex.api_key.reveal(), generation.codex.model) == (
        "sk-1",
        "sk-2",
        "m\n",
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("${NOPE}", "the environment variable NOPE is not set"),
        ("${file:missing}", "the file missing cannot be read: No such file or directory"),
        ("${file:}", "names no file"),
        ("${file:big}", "more than 64 KiB"),
        ("${file:latin}", "is not UTF-8"),
        ("${A", "never closed"),
        ("${A:${B}", "never closed"),
        ("${}", "not a variable's name"),
        ("${a b}", "not a variable's name"),
        ("${1X}", "not a variable's name"),
        ("${X:" * 12 + "}" * 12, "nested more than 8 deep"),
    ],
)
def test_what_cannot_be_filled_in_is_a_fault_with_its_origin(faults, folder, text, reason):
    (folder / "big").write_bytes(b"x" * 70_000)
    (folder / "latin").write_bytes(b"\xe9")
    (fault,) = faults(f"generation:\n  claude: {{model: '{text}'}}\n")
    assert reason in fault.reason
    assert (fault.origin, fault.where) == ("settings.yaml:2:19", "generation.claude.model")


def test_all_missing_variables_are_told_beside_the_other_faults(faults):
    found = faults("http: {keepalive: '${A}', max_connections: x}\ngeneration: {claude: {model: '${B}'}}")
    assert [fault.where for fault in found] == ["http.keepalive", "http.max_connections", "generation.claude.model"]


def test_a_missing_variable_does_not_matter_where_its_value_is_replaced(load, write):
    write("generation: {claude: {model: fixed}}", "settings.x.yaml")
    loaded = load("generation: {claude: {model: '${NOPE}'}}", profile="x")
    assert loaded.settings.generation.claude.model == "fixed"
    assert loaded.explain("generation.claude.model").shadowed[0].value == "(not filled in)"


def test_what_an_alias_repeats_is_filled_in_once():
    """A small file with many aliases of one long text must not become a large tree."""
    shared = "${A}" + "x" * 100
    filled = fill([shared] * 50, {"A": "1"})
    assert len({id(each) for each in filled}) == 1


@given(st.text())
def test_any_text_comes_through_when_its_openings_are_doubled(text):
    assert fill(text.replace("${", "$${")) == text


@given(st.text(max_size=30), st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=30))
def test_any_value_of_a_variable_comes_through_unchanged(default, value):
    assert fill("<${X:" + default.replace("{", "").replace("}", "") + "}>", {"X": value}) == f"<{value}>"


@given(st.lists(st.sampled_from(["${", "}", "$", "{", ":", "A", "file:", "x"]), max_size=12).map("".join))
def test_any_text_is_filled_in_or_refused_but_never_breaks(text):
    node = interpolate(from_plain(text, Origin("x")), folder=Path("nowhere"), environ={"A": "1"})
    assert isinstance(node.value, Unfilled) == bool(list(unfilled(node)))
