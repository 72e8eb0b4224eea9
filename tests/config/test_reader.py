"""Reading YAML: types, marks, what is refused, and that nothing in a file is ever executed."""

from __future__ import annotations

import json
import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from understudy.config.problems import Problem
from understudy.config.reader import plain_scalar, read_yaml
from understudy.config.tree import Node, to_plain


def read(text: str) -> Node:
    problems: list[Problem] = []
    node = read_yaml(text, "f.yaml", problems)
    assert node is not None, problems
    return node


def problems_of(text: str) -> list[Problem]:
    problems: list[Problem] = []
    assert read_yaml(text, "f.yaml", problems) is None
    return problems


@pytest.fixture(params=["C", "Python"])
def parser(request, monkeypatch):
    """The same behaviour is asked of libyaml and of PyYAML's own parser."""
    if request.param == "Python":
        monkeypatch.delattr(yaml, "CSafeLoader")
    elif not hasattr(yaml, "CSafeLoader"):
        pytest.skip("PyYAML was built without libyaml")


@pytest.mark.parametrize(
    "text",
    [
        "on",
        "off",
        "yes",
        "NO",
        "y",
        "n",
        "0123",
        "007",
        "1:30",
        "190:20:30",
        "2026-11-20",
        "1_000",
        "0b11",
        "=",
        "0o9",
        "0xg",
        "1e",
        ".",
        "+",
    ],
)
def test_words_that_old_yaml_would_turn_into_something_else_stay_text(text):
    assert plain_scalar(text) == text
    assert to_plain(read(f"a: {text}\n")) == {"a": text}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ("~", None),
        ("", None),
        ("true", True),
        ("FALSE", False),
        ("0", 0),
        ("-17", -17),
        ("+3", 3),
        ("0o17", 15),
        ("0xFF", 255),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("-1e3", -1000.0),
        ("0.1E-2", 0.001),
        (".inf", math.inf),
        ("-.INF", -math.inf),
    ],
)
def test_core_types_are_read(text, value):
    assert plain_scalar(text) == value
    assert type(plain_scalar(text)) is type(value)
    assert to_plain(read(f"a: {text}\n")) == {"a": value}


def test_nan_is_read():
    assert math.isnan(plain_scalar(".nan"))


def test_a_number_of_thousands_of_digits_is_text_and_costs_nothing():
    assert plain_scalar("1" * 5000) == "1" * 5000


def test_quotes_make_text():
    assert to_plain(read("a: '1'\nb: \"true\"\nc: 'null'\nd: |\n  5\n")) == {
        "a": "1",
        "b": "true",
        "c": "null",
        "d": "5\n",
    }


def test_yamls_own_tags_are_kept_to():
    text = "a: !!str 1\nb: !!int '2'\nc: !!float 3\nd: !!map {x: !!null ''}\ne: !!seq [!!bool true]\n"
    assert to_plain(read(text)) == {"a": "1", "b": 2, "c": 3, "d": {"x": None}, "e": [True]}


@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/object/apply:os.system ['true']\n",
        "a: !!python/name:os.system x\n",
        "a: !mine {b: 1}\n",
        "a: !!int x\n",
        "a: !!set {x}\n",
        "a: !!binary aGk=\n",
    ],
)
def test_a_tag_that_is_not_yamls_own_or_does_not_fit_is_refused(text):
    assert "tag" in problems_of(text)[0].reason


def test_marks_count_lines_and_columns_from_one_for_keys_and_values(parser):
    tree = read("# comment\nhttp:\n  keepalive: 3\n  timeout: {read: 'é', total: 7}\n")
    read_at, total = tree.find(("http", "timeout", "read")), tree.find(("http", "timeout", "total"))
    assert str(tree.find(("http", "keepalive")).key) == "f.yaml:3:3"
    assert (str(read_at.origin), str(total.key), str(total.origin)) == ("f.yaml:4:19", "f.yaml:4:24", "f.yaml:4:31")


def test_old_line_ends_count_as_lines(parser):
    assert str(read("a: 1\rb: 2\r").find(("b",)).key) == "f.yaml:2:1"
    assert str(problems_of("a: 1\rb: 'x\r")[0].origin) == "f.yaml:2:4"


def test_keys_are_text_whatever_they_look_like():
    assert to_plain(read("1: a\ntrue: b\nnull: c\n2026-11-20: d\n")) == {
        "1": "a",
        "true": "b",
        "null": "c",
        "2026-11-20": "d",
    }


def test_merge_keys_fill_in_what_is_missing_and_keep_the_marks_of_their_source(parser):
    tree = read("base: &b {x: 1, y: 2}\nmore: &m {y: 8, z: 9}\nuse:\n  <<: [*b, *m]\n  x: 5\n")
    use = tree.find(("use",))
    assert to_plain(use) == {"x": 5, "y": 2, "z": 9}
    assert str(use.child("y").origin) == "f.yaml:1:20"
    assert [str(each.origin) for each in use.child("x").shadowed] == ["f.yaml:1:14"]


def test_a_quoted_merge_sign_is_a_key_like_any_other():
    assert to_plain(read("'<<': 1\n")) == {"<<": 1}


def test_every_duplicate_key_is_told_with_the_line_of_the_first(parser):
    problems = problems_of("a: 1\nb: {c: 1, c: 2}\na: 3\n")
    assert [(str(each.origin), each.path) for each in problems] == [("f.yaml:2:11", ("b", "c")), ("f.yaml:3:1", ("a",))]
    assert "line 1" in problems[1].reason


def test_an_empty_document_is_an_empty_mapping():
    assert to_plain(read("")) == to_plain(read("# nothing\n")) == {}


@pytest.mark.parametrize(
    ("text", "reason", "place"),
    [
        ("a:\n\tb: 1\n", "tab", "f.yaml:2:1"),
        ("a: b: c\n", "':' is out of place", "f.yaml:1:5"),
        ("a: 'x\nb: 1\n", "never closed", "f.yaml:1:4"),
        ("a: [1, 2\nb: 1\n", "not closed", "f.yaml:1:4"),
        ("a: 1\njust words\n", "no 'key: value'", "f.yaml:2:1"),
        ("a: 1\n---\nb: 2\n", "second YAML document", "f.yaml:2:1"),
        ("a: *nothing\n", "no anchor", "f.yaml:1:4"),
        ("a: &a [*a]\n", "inside the value", "f.yaml:1:8"),
        ("a: [\n", "bracket is not closed", "f.yaml:1:5"),
        ('a: "\\q"\n', "no escape sequence", "f.yaml:1:5"),
        ("a: @x\n", "no plain value can begin", "f.yaml:1:4"),
        ("[1]: 2\n", "a key must be plain text", "f.yaml:1:1"),
        ("a: {<<: 3}\n", "<< takes a mapping", "f.yaml:1:5"),
        ("a: x\x00y\n", "control character", "f.yaml:1:5"),
    ],
)
def test_what_is_not_yaml_is_told_plainly_and_with_its_place(text, reason, place):
    problem = problems_of(text)[0]
    assert reason in problem.reason
    assert str(problem.origin) == place


@pytest.mark.parametrize(
    "text", ["a:\n\tb: 1\n", "a: 'x\n", "a: 1\njust words\n", "a: *nothing\n", "- [\n", 'a: "\\q"\n']
)
def test_both_parsers_refuse_the_same_documents(text, parser):
    assert problems_of(text)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_deep_nesting_is_refused_before_it_can_hurt_the_interpreter(opening, parser):
    assert "deep" in problems_of(opening * 100_000)[0].reason


def test_depth_counts_through_aliases():
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 100))]
    assert "deep" in problems_of("\n".join(lines))[0].reason


def test_an_alias_bomb_is_counted_in_full_and_refused(parser):
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    assert "aliases counted in full" in problems_of("\n".join(lines))[0].reason


def test_too_many_values_are_refused():
    assert "50000 values" in problems_of("a: [" + "1," * 60_000 + "]")[0].reason


texts = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")) | st.sampled_from("\n\t"), max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(texts, values, max_size=5))
def test_whatever_yaml_can_write_reads_back_to_the_same(document):
    """JSON is YAML, so any JSON document is a fair question."""
    assert to_plain(read(json.dumps(document, ensure_ascii=False))) == document


@given(st.text(max_size=200))
def test_any_text_is_either_read_or_refused_with_an_origin(text):
    problems: list[Problem] = []
    node = read_yaml(text, "f.yaml", problems)
    assert (node is None) == bool(problems)
    assert all(problem.origin is not None and problem.reason for problem in problems)
