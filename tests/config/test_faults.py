"""Faults: every error in one report, each with the place that it came from, the line, and what may have been meant."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from understudy.config.fields import Catalog
from understudy.config.models.settings import Settings
from understudy.config.reader import read_yaml
from understudy.config.tree import Node, format_key, to_plain
from understudy.config.validation import check_model

ALL = """\
production: perhaps
http:
  keepalve: 3
  timeout: {read: -1, connect: soon, total: true}
  tls: {ca_bundles: one.pem}
  http2: true
generation:
  use: moc
  cluade: {}
  claude:
    model: 4.1
    base_url: ftp://x
    options: 3
platform: {mcp: {servers: {a: {transport: stdio}}}}
storage:
"""


def test_all_faults_are_told_at_once_each_with_its_place_and_reason(faults):
    found = faults(ALL)
    assert [
        (fault.origin.removeprefix("settings.yaml:"), fault.where, fault.reason.partition(":")[0]) for fault in found
    ] == [
        ("1:13", "production", "must be true or false"),
        ("3:3", "http.keepalve", "there is no such key"),
        ("4:19", "http.timeout.read", "must be greater than 0"),
        ("4:32", "http.timeout.connect", "must be a number"),
        ("4:45", "http.timeout.total", "must be a number"),
        ("5:21", "http.tls.ca_bundles", "must be a list"),
        ("6:3", "http.http2", "HTTP/2 is refused"),
        ("8:8", "generation.use", "'moc' is not one of real, mock, record, replay"),
        ("9:3", "generation.cluade", "there is no such key"),
        ("11:12", "generation.claude.model", "must be text"),
        ("12:15", "generation.claude.base_url", "the URL must begin with http"),
        ("13:14", "generation.claude.options", "must be a mapping"),
        ("14:28", "platform.mcp.servers.a.url", "a value is needed here"),
        ("14:43", "platform.mcp.servers.a.transport", "'stdio' is not one of streamable-http, sse"),
        ("15:9", "storage", "must be a mapping"),
    ]


def test_the_caret_stands_under_the_offending_text(faults):
    for fault in faults(ALL):
        line, caret = fault.excerpt.splitlines()
        number, column = fault.origin.split(":")[1:]
        assert line.startswith(f"{number} | ")
        source = ALL.splitlines()[int(number) - 1]
        if "*" not in line:
            assert line.removeprefix(f"{number} | ") == source
            assert caret.index("^") - len(f"{number} | ") == int(column) - 1


def test_likely_slips_are_named(faults):
    hints = {fault.where: fault.hint for fault in faults(ALL)}
    assert hints["http.keepalve"] == "Did you mean 'keepalive'?"
    assert hints["generation.use"] == "Did you mean 'mock'?"
    assert hints["generation.cluade"] == "Did you mean 'claude'?"
    assert hints["generation.claude.model"] == "Put it in quotes to make it text."


def test_where_nothing_is_like_it_the_known_keys_are_listed(faults):
    (fault,) = faults("recording: {zzz: 1}")
    assert fault.hint == "Known here: expires_after_days, folder, policy, timing, used_list."


def test_http2_is_refused_with_the_reason_wherever_it_is_asked_for(faults):
    found = faults("http: {http2: false}\ngeneration: {claude: {http: {http2: true}}}")
    assert len(found) == 2
    assert all("cancelled streams" in fault.reason for fault in found)


@pytest.mark.parametrize("options", [{"set": ["http.http2=true"]}, {"environ": {"UNDERSTUDY__HTTP__HTTP2": "true"}}])
def test_http2_is_refused_from_elsewhere_too(faults, options):
    (fault,) = faults("", **options)
    assert "cancelled streams" in fault.reason


def test_a_fault_in_an_overlay_names_the_overlay(faults, write):
    write("http:\n  keepalive: soon\n", "settings.x.yaml")
    (fault,) = faults("http: {keepalive: 3}", profile="x")
    assert fault.origin == "settings.x.yaml:2:14"
    assert "keepalive: soon" in fault.excerpt


def test_a_fault_in_code_says_so(faults):
    (fault,) = faults("", code={"http": {"keepalive": "soon"}})
    assert (fault.origin, fault.excerpt) == ("code", None)


def test_a_flag_is_no_number(faults, load):
    (fault,) = faults("http: {retry: {max_retries: true}}")
    assert fault.reason == "must be a number"
    assert load("http: {retry: {max_retries: '2', jitter: 'on'}}").settings.http.retry.jitter is True


@pytest.mark.parametrize("text", [".inf", ".nan", "-.inf"])
def test_a_number_is_finite(faults, text):
    assert "finite" in faults(f"http: {{timeout: {{read: {text}}}}}")[0].reason


def test_a_long_line_is_cut_around_the_caret(faults):
    (fault,) = faults("generation: {preference: [" + "a, " * 200 + "b], use: moc, fallback: [" + "c, " * 200 + "]}")
    line, caret = fault.excerpt.splitlines()
    assert len(line) < 200
    assert line[caret.index("^") :].startswith("moc")


def test_the_whole_report_is_one_screen_of_plain_text(faults, load):
    (fault,) = faults("generation:\n  use: moc\n")
    assert str(fault).splitlines() == [
        "settings.yaml:2:8: generation.use: 'moc' is not one of real, mock, record, replay",
        "    2 |   use: moc",
        "      |        ^",
        "    Did you mean 'mock'?",
    ]


# --- origins, for any document -------------------------------------------------------------------------------------

catalog = Catalog(Settings)
words = st.sampled_from(["real", "claude", "x", "http://a", ""]) | st.integers(-2, 5) | st.booleans() | st.none()


def section(path=(), depth=0):
    """Documents that use the real keys, wrong keys and values of every kind, at random."""
    slot = catalog.slot(path)
    known = catalog.keys_under(path)
    if slot is None or not known or depth > 3:
        return words | st.lists(words, max_size=2) | st.dictionaries(st.sampled_from(["x", "y"]), words, max_size=2)
    inner = {key: st.deferred(lambda key=key: section((*path, key), depth + 1) | words) for key in known}
    return st.fixed_dictionaries({}, optional={**inner, "nonsense": words})


def place_of(text, node):
    """What stands at a node's origin in the text."""
    line = text.splitlines()[node.origin.line - 1]
    return line[node.origin.column - 1 :]


@given(section(), st.sampled_from([None, 1, 3]))
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
def test_every_error_that_pydantic_finds_is_told_at_its_own_line(document, indent):
    """The place of each fault, looked up in the text, is where the offending key or value was written."""
    text = json.dumps(document, indent=indent)
    tree = read_yaml(text, "f", [])
    assert isinstance(tree, Node)
    problems = []
    check_model(Settings, tree, catalog, problems)
    try:
        Settings.model_validate(to_plain(tree))
        errors = []
    except ValidationError as error:
        errors = error.errors(include_input=False, include_url=False)
    told = {problem.path: problem.origin for problem in problems}
    for error in errors:
        loc = tuple(error["loc"])
        path = max((path for path in told if path == loc[: len(path)]), key=len)
        node = tree.find(path)
        if error["type"] == "extra_forbidden":
            assert place_of(text, Node(None, told[path])).startswith(json.dumps(str(loc[-1])))
        elif error["type"] == "missing":
            assert tree.find(path[:-1]) is not None
        else:
            assert node is not None
            assert place_of(text, Node(None, told[path])).startswith(json.dumps(to_plain(node), indent=indent)[:1])
    assert len(told) >= len({tuple(error["loc"]) for error in errors if error["type"] == "extra_forbidden"})


def test_missing_values_point_at_the_key_of_the_mapping_that_lacks_them(faults):
    (fault,) = faults("platform:\n  mcp:\n    servers:\n      one: {description: x}\n")
    assert (fault.origin, fault.where) == ("settings.yaml:4:7", "platform.mcp.servers.one.url")


def test_members_of_a_union_are_told_as_one_fault(load, faults):
    class Plugin(BaseModel):
        limit: int | list[int]

    (fault,) = faults("generation: {plugins: {p: {limit: x}}}", plugin_models=lambda _: Plugin)
    assert (fault.where, fault.origin) == ("generation.plugins.p.limit", "settings.yaml:1:35")
    assert fault.reason == "must be a whole number; or must be a list"


def test_a_key_is_written_as_it_can_be_used_again(faults):
    (fault,) = faults('platform: {mcp: {servers: {"a.b": {url: http://x, transport: y}}}}')
    assert fault.where == format_key(("platform", "mcp", "servers", "a.b", "transport"))
