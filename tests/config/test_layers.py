"""Layers and merging: who wins, what is kept of what lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.config.loader import settings_from
from understudy.config.tree import Node, Origin, format_key, from_plain, merge, parse_key, to_plain
from understudy.domain.errors import ConfigurationError

KEY = "http.keepalive"
MODEL = "generation.claude.model"


def test_every_layer_beats_the_one_before_and_is_remembered(load, write):
    write("generation: {claude: {model: overlay-a}}", "settings.a.yaml")
    write("generation: {claude: {model: overlay-b}}", "settings.b.yaml")
    write("generation: {claude: {model: local}}", "settings.local.yaml")
    loaded = load(
        "generation: {claude: {model: base}}",
        {"ANTHROPIC_MODEL": "documented", "UNDERSTUDY__GENERATION__CLAUDE__MODEL": "prefixed"},
        profile="a,b",
        set=[f"{MODEL}=first-option", f"{MODEL}=last-option"],
        code={"generation": {"claude": {"model": "code"}}},
    )
    explained = loaded.explain(MODEL)
    assert loaded.settings.generation.claude.model == explained.value == "code"
    assert [(said.value, str(said.origin)) for said in explained.shadowed[:-1]] == [
        ("last-option", f"--set {MODEL}"),
        ("first-option", f"--set {MODEL}"),
        ("prefixed", "environment variable UNDERSTUDY__GENERATION__CLAUDE__MODEL"),
        ("documented", "environment variable ANTHROPIC_MODEL"),
        ("local", "settings.local.yaml:1:30"),
        ("overlay-b", "settings.b.yaml:1:30"),
        ("overlay-a", "settings.a.yaml:1:30"),
        ("base", "settings.yaml:1:30"),
    ]
    assert str(explained.origin) == "code"
    assert str(explained.shadowed[-1].origin) == "default"


def test_mappings_merge_while_lists_scalars_and_null_replace(load, write):
    write("generation: {default: null, preference: [codex], claude: {options: {a: 2}}}", "settings.x.yaml")
    loaded = load(
        "generation: {default: claude, preference: [claude, gemini], claude: {options: {a: 1, b: [1]}}}", profile="x"
    )
    generation = loaded.settings.generation
    assert (generation.default, generation.preference) == (None, ("codex",))
    assert generation.claude.options == {"a": 2, "b": [1]}


def test_null_in_place_of_a_section_is_a_fault_with_advice(faults):
    (fault,) = faults("http:\n")
    assert (fault.origin, fault.reason) == ("settings.yaml:1:6", "must be a mapping: 'key: value' lines")
    assert "Remove the key" in fault.hint


def test_a_model_in_code_counts_with_the_names_that_a_file_has(load):
    from understudy.config.models.mock import ErrorSettings, MockSettings

    script = MockSettings(errors=(ErrorSettings.model_validate({"class": "OverloadedError"}),))
    loaded = load("", code={"generation": {"claude": {"mock": script}}})
    assert loaded.settings.generation.claude.mock == script


def test_code_may_hold_models_and_tuples(load):
    from understudy.config.models.generation import ClaudeSettings

    loaded = load(
        "generation: {claude: {base_url: https://file}}",
        code={"generation": {"claude": ClaudeSettings(model="m"), "preference": ("codex",)}},
    )
    claude = loaded.settings.generation.claude
    assert (claude.model, claude.base_url, loaded.settings.generation.preference) == ("m", "https://file", ("codex",))


def test_settings_from_code_alone_read_no_file_and_no_environment(write, monkeypatch):
    write("http: {keepalive: 3}")
    monkeypatch.setenv("HTTP_TIMEOUT_READ", "3")
    loaded = settings_from({"generation": {"use": "mock"}})
    assert (loaded.settings.http.keepalive, loaded.settings.http.timeout.read) == (15, 30)
    assert (loaded.files, loaded.profiles, str(loaded.origin("generation.use"))) == ((), (), "code")
    with pytest.raises(ConfigurationError, match=r"code: generation\.use: 'moc' is not one of"):
        settings_from({"generation": {"use": "moc"}})


class TestSet:
    @pytest.mark.parametrize(
        ("option", "read"),
        [
            ("http.keepalive=3", lambda s: s.http.keepalive == 3),
            ("http.timeout.attempt=null", lambda s: s.http.timeout.attempt is None),
            ("production=true", lambda s: s.production is True),
            ("generation.preference=codex, claude", lambda s: s.generation.preference == ("codex", "claude")),
            ("generation.preference=[gemini]", lambda s: s.generation.preference == ("gemini",)),
            ("generation.fallback=", lambda s: s.generation.fallback == ()),
            ("generation.claude.model=a=b", lambda s: s.generation.claude.model == "a=b"),
            ("generation.claude.model=0123", lambda s: s.generation.claude.model == "0123"),
            (
                "generation.claude.options.temperature=0.5",
                lambda s: s.generation.claude.options == {"temperature": 0.5},
            ),
            ("generation.claude.options={a: [1, x]}", lambda s: s.generation.claude.options == {"a": [1, "x"]}),
            ("http.timeout={read: 9}", lambda s: (s.http.timeout.read, s.http.timeout.total) == (9, 7)),
            ('platform.mcp.servers."a.b".url=http://x', lambda s: s.platform.mcp.servers["a.b"].url == "http://x"),
        ],
    )
    def test_the_text_is_read_by_what_the_key_holds(self, load, option, read):
        assert read(load("http: {timeout: {total: 7}}", set=[option]).settings)

    @pytest.mark.parametrize(
        ("option", "reason", "hint"),
        [
            ("http", "there is no '=' in it", "Write --set section.key=value."),
            ("htp.keepalive=1", "there is no such key", "Did you mean 'http'?"),
            ("http.keepalive.x=1", "there is no such key", "This is a single value; there are no keys under it."),
            ("http..x=1", "a part of it is empty", None),
            ('http."x=1', "a quote is out of place", None),
            ("http.keepalive=soon", "must be a number", None),
            ("generation.preference=[a", "not YAML", "The value is read as YAML."),
        ],
    )
    def test_what_does_not_fit_is_a_fault_of_the_option(self, faults, option, reason, hint):
        (fault,) = faults("", set=[option])
        assert reason in fault.reason
        assert hint is None or fault.hint == hint
        assert fault.origin.startswith("--set")


leaf = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.lists(st.integers(), max_size=2)
keys = st.sampled_from("abcd")


def like(shape):
    """Documents in which the same key always holds a mapping, or never does."""
    if shape is None:
        return leaf
    return st.fixed_dictionaries({}, optional={key: like(inner) for key, inner in shape.items()})


shapes = st.recursive(
    st.none(), lambda inner: st.dictionaries(keys, inner, min_size=1, max_size=3), max_leaves=8
).filter(bool)
three = shapes.flatmap(lambda shape: st.tuples(like(shape), like(shape), like(shape)))
documents = st.dictionaries(
    keys, st.recursive(leaf, lambda inner: st.dictionaries(keys, inner, max_size=3), max_leaves=6), max_size=3
)


def tree(document, name="x") -> Node:
    return from_plain(document, Origin(name))


def merged(lower, upper):
    """The rule in its plainest words."""
    if isinstance(lower, dict) and isinstance(upper, dict):
        return {
            key: merged(lower[key], upper[key]) if key in lower and key in upper else upper.get(key, lower.get(key))
            for key in {**lower, **upper}
        }
    return upper


@given(documents, documents)
def test_merging_follows_the_rule(lower, upper):
    assert to_plain(merge(tree(lower), tree(upper))) == merged(lower, upper)


@given(three)
def test_merging_is_associative_where_mappings_meet_mappings(documents):
    a, b, c = map(tree, documents)
    assert to_plain(merge(merge(a, b), c)) == to_plain(merge(a, merge(b, c)))


@given(documents)
def test_an_empty_layer_changes_nothing(document):
    empty = tree({})
    assert to_plain(merge(empty, tree(document))) == to_plain(merge(tree(document), empty)) == document


@given(documents, documents)
def test_a_value_comes_from_the_upper_layer_and_remembers_the_lower(lower, upper):
    both = merge(tree(lower, "lower"), tree(upper, "upper"))
    for key, node in (both.children or {}).items():
        if node.children is None:
            assert node.origin.name == ("upper" if key in upper else "lower")
            assert [each.origin.name for each in node.shadowed] == (["lower"] if key in upper and key in lower else [])


@given(
    st.lists(
        st.text(st.characters(exclude_characters='"', codec="utf-8"), min_size=1, max_size=6), min_size=1, max_size=4
    )
)
def test_a_key_is_read_back_as_it_was_written(path):
    assert parse_key(format_key(tuple(path))) == tuple(path)


def test_a_frozen_tree_of_settings_cannot_be_changed(load):
    with pytest.raises(Exception, match="frozen"):
        load("").settings.http.keepalive = 3
    with pytest.raises(ConfigurationError, match="no such key"):
        load("").origin("http.nothing")
