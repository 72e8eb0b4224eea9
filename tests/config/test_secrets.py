"""No credential is ever shown: not in messages, excerpts, tracebacks, reprs, explanations, nor in what is printed."""

from __future__ import annotations

import contextlib
import json
import string
import tempfile
import traceback
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr, field_validator

from understudy.config import load_settings
from understudy.config.display import yaml_lines
from understudy.config.models.base import OptionalSecret, Section
from understudy.config.tree import parse_key
from understudy.domain.errors import ConfigurationError
from understudy.domain.secrets import MASK, Secret

KEY = "sk-very-secret-1234"


def told(error: BaseException) -> str:
    """All that an error shows, with its chain and the locals of its frames."""
    trace = traceback.TracebackException.from_exception(error, capture_locals=True)
    ours = [frame for frame in trace.stack if "understudy" in frame.filename]
    trace.stack = traceback.StackSummary.from_list(ours)
    parts = [str(error), repr(error), "".join(trace.format()), repr(getattr(error, "faults", ()))]
    return "\n".join(parts)


SPOTS = {
    "a space after it": "generation: {{claude: {{api_key: '{key} '}}}}",
    "not a string": "generation: {{claude: {{api_key: [{key}]}}}}",
    "a letter no header takes": "generation: {{claude: {{api_key: '{key}é'}}}}",
    "a misspelt key": "generation: {{claude: {{api_kye: {key}}}}}",
    "a misspelt section": "generation: {{cluade: {{api_key: {key}}}}}",
    "a neighbour's fault": "generation: {{claude: {{api_key: {key}, use: moc, base_url: ftp://x}}}} # {key}",
    "inside a URL": "generation: {{claude: {{base_url: 'https://user:{key}@host'}}}}",
    "in a URL's query": "generation: {{gemini: {{base_url: 'https://host/?key={key}'}}}}",
    "broken YAML after it": "generation: {{claude: {{api_key: {key}, model: [}}}}",
    "a quote not closed": "generation: {{claude: {{api_key: '{key}}}}}",
    "a tab": "generation:\n\tclaude: {{api_key: {key}}}",
    "twice": "generation: {{claude: {{api_key: {key}, api_key: {key}}}}}",
    "as an alias": "generation: {{claude: {{api_key: *{key}}}}}",
    "as an anchor": "generation: {{claude: {{api_key: &{key} , use: moc}}}}",
    "as a tag": "generation: {{claude: {{api_key: !{key} x}}}}",
    "no colon's space": "generation: {{claude: {{use: moc}}}}\nplatform:\n  kubernetes:\n    token:{key}\n",
    "a list of keys": "- {key}\n- x: {key}",
    "in a block": "generation:\n  claude:\n    api_key: |\n      {key}\n    use: moc\n",
    "in a comment": "http: {{keepalive: soon}}  # {key}",
    "in a merged mapping": "x: &x {{api_key: {key}}}\ngeneration: {{claude: {{<<: *x, api_key: '{key} ', use: moc}}}}",
    "among free options": "generation: {{claude: {{options: {{x: {key}, y: 1}}, use: moc}}}}",
    "in an unknown plugin": "generation: {{use: moc, plugins: {{acme: {{api_key: {key}, note: {key}}}}}}}",
    "in braces": "generation: {{claude: {{api_key: {{{key}}}, use: moc}}}}",
    "in a template's braces": "generation: {{claude: {{api_key: {{{{ {key} }}}}, use: moc}}}}",
    "in a mapping of its own": "generation:\n  claude:\n    api_key:\n      {key}:\n    use: moc\n",
    "as a key": "generation: {{claude: {{{key}}}, {key}: {{x: 1}}}}\n{key}: 1\n",
    "a second document": "generation: {{claude: {{api_key: {key}}}}}\n---\nx: {key}",
}


@pytest.mark.parametrize("spot", SPOTS)
def test_no_fault_shows_a_credential_that_stands_in_the_file(faults, load, spot):
    with pytest.raises(ConfigurationError) as caught:
        load(SPOTS[spot].format(key=KEY))
    assert KEY not in told(caught.value)
    assert KEY not in json.dumps([str(fault) for fault in caught.value.faults])


keys = st.text(string.ascii_letters + string.digits + "-_", min_size=12, max_size=40).map("sk-1{}".format)


@given(key=keys, spot=st.sampled_from(sorted(SPOTS)))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_no_fault_shows_any_credential(key, spot):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "settings.yaml")
        path.write_text(SPOTS[spot].format(key=key), encoding="utf-8")
        with pytest.raises(ConfigurationError) as caught:
            load_settings(path, environ={})
    assert key not in told(caught.value)


@pytest.mark.parametrize(
    "options",
    [
        {"environ": {"ANTHROPIC_API_KEY": KEY + "\n"}},
        {"environ": {"UNDERSTUDY__GENERATION__CLAUDE__API_KEY": KEY + " "}},
        {"environ": {"UNDERSTUDY__GENERATION__CLAUDE__API_KYE": KEY}},
        {"environ": {"ANTHROPIC_BASE_URL": f"https://x:{KEY}@y"}},
        {"set": [f"generation.claude.api_key={KEY}\t"]},
        {"set": [f"generation.claude.api_kye={KEY}"]},
        {"set": [KEY]},
        {"set": [f"generation.plugins=[{KEY}"]},
        {"code": {"generation": {"claude": {"api_key": KEY + " "}}}},
        {"code": {"generation": {"claude": {"api_key": Secret(KEY + " ")}}}},
        {"code": {"generation": {"claude": {"api_key": 17}, "use": KEY[:0] or "moc"}}},
    ],
)
def test_no_fault_shows_a_credential_from_elsewhere(load, options):
    with pytest.raises(ConfigurationError) as caught:
        load("", **options)
    assert KEY not in told(caught.value)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


def test_a_file_that_is_filled_in_with_a_bad_key_hides_it(faults, write):
    write(KEY + "\n\n", "key")
    (fault,) = faults("generation: {claude: {api_key: '${file:key}'}}")
    assert "white space around it" in fault.reason
    assert KEY not in str(fault)


def everything_shown(loaded) -> str:
    explanations = [loaded.explain(key) for key in loaded.keys("")]
    lines = yaml_lines((parse_key(each.key), each.value, str(each.origin)) for each in explanations)
    return "\n".join(
        [repr(loaded), str(loaded), repr(loaded.settings), str(loaded.settings), repr(explanations), *lines]
    )


def test_valid_settings_show_no_credential_either(load, write):
    write(KEY, "key")
    loaded = load(
        f"""
        generation:
          claude: {{api_key: {KEY}}}
          codex: {{api_key: '${{K}}', options: {{extra: '${{K}}', auth_token: {KEY}}}}}
          gemini: {{api_key: '${{file:key}}'}}
          plugins: {{acme: {{api_key: {KEY}, header: '${{K}}'}}}}
        platform: {{kubernetes: {{token: {KEY}}}}}
        """,
        {"K": KEY, "DEEPSEEK_API_KEY": KEY, "UNDERSTUDY__GENERATION__OLLAMA__API_KEY": KEY},
        set=[f"generation.deepseek.api_key={KEY}"],
        code={"generation": {"deepseek": {"api_key": KEY}}},
    )
    shown = everything_shown(loaded)
    # Free-form options are the request's body: settings hold them as they are, and only what is shown is masked.
    assert KEY not in shown.replace(repr(loaded.settings.generation.codex.options), "")
    assert MASK in shown
    for provider in ("claude", "codex", "gemini", "deepseek", "ollama"):
        assert getattr(loaded.settings.generation, provider).api_key.reveal() == KEY


@given(key=keys)
@settings(deadline=None)
def test_any_credential_is_masked_wherever_settings_are_shown(key):
    loaded = load_settings(
        Path(__file__).parents[2] / "settings.yaml",
        environ={"ANTHROPIC_API_KEY": key, "K": key},
        set=[f"generation.codex.api_key={key}"],
        code={"generation": {"gemini": {"api_key": key}}},
    )
    assert key not in everything_shown(loaded)


def test_a_replaced_address_with_a_login_is_masked_too(load):
    loaded = load(
        f"generation: {{claude: {{base_url: 'https://u:{KEY}@h'}}}}", set=["generation.claude.base_url=https://ok"]
    )
    assert KEY not in everything_shown(loaded)


def test_an_empty_credential_is_none(load):
    loaded = load(
        "generation: {claude: {api_key: ''}, codex: {api_key: '${NOPE:}'}}", set=["generation.gemini.api_key="]
    )
    generation = loaded.settings.generation
    assert generation.claude.api_key is generation.codex.api_key is generation.gemini.api_key is None
    assert loaded.explain("generation.claude.api_key").value is None


class Chatty(Section):
    """A third party's model whose validators say too much."""

    token: OptionalSecret = None
    other: SecretStr | None = None
    limit: int = 0

    @field_validator("limit")
    @classmethod
    def _limit(cls, value: int, info) -> int:
        if value < 0:
            raise ValueError(f"bad limit for {info.data}, token {info.data['token'].reveal()}")
        if value > 9:
            raise RuntimeError(f"no idea what to do with {info.data['token'].reveal()}")
        return value


@pytest.mark.parametrize("limit", [-1, 10])
def test_a_plugin_that_puts_a_credential_into_its_error_does_not_leak_it(load, limit):
    with pytest.raises(ConfigurationError) as caught:
        load(
            f"generation: {{plugins: {{p: {{token: {KEY}, other: {KEY}2, limit: {limit}}}}}}}",
            plugin_models=lambda _: Chatty,
        )
    assert KEY not in told(caught.value)
    assert "generation.plugins.p" in caught.value.faults[0].where


def test_a_plugins_own_kinds_of_secret_are_masked_and_reach_it_whole(load):
    class Plugin(BaseModel):
        token: SecretStr
        key: OptionalSecret = None

    loaded = load(f"generation: {{plugins: {{p: {{token: {KEY}, key: {KEY}}}}}}}", plugin_models=lambda _: Plugin)
    plugin = loaded.plugins["p"]
    assert plugin.token.get_secret_value() == plugin.key.reveal() == KEY
    assert KEY not in everything_shown(loaded)


def test_the_files_text_is_not_kept(load):
    loaded = load(f"generation: {{claude: {{api_key: {KEY}}}}}  # {KEY}")
    seen: set[int] = set()

    def walk(value, depth=0):
        if id(value) in seen or depth > 12:
            return
        seen.add(id(value))
        assert value != KEY
        for name in getattr(type(value), "__slots__", ()) or ():
            if name != "_value":  # the Secret itself, which has to hold it
                with contextlib.suppress(AttributeError):
                    walk(getattr(value, name), depth + 1)
        for inner in vars(value).values() if hasattr(value, "__dict__") and not isinstance(value, type) else ():
            walk(inner, depth + 1)
        if isinstance(value, dict):
            for inner in value.values():
                walk(inner, depth + 1)
        elif isinstance(value, list | tuple):
            for inner in value:
                walk(inner, depth + 1)

    walk(loaded)
