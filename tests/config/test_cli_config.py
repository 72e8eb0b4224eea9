"""``understudy config``: the same answers for people and for programs, and no credential in any of them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from understudy.cli.root import cli
from understudy.domain.secrets import MASK

KEY = "sk-very-secret-1234"


@pytest.fixture
def run(folder, monkeypatch):
    """Runs ``understudy config …`` in the folder, without this machine's settings and outside any test profile."""
    for name in os.environ:
        if name.startswith(
            ("UNDERSTUDY", "HTTP_", "ANTHROPIC", "OPENAI", "GEMINI", "GOOGLE", "OLLAMA", "DEEPSEEK", "MOCK_", "PYTEST_")
        ):
            monkeypatch.delenv(name)

    def invoke(*args, **environ):
        outside = {"PYTEST_CURRENT_TEST": None, "PYTEST_VERSION": None}  # pytest sets them again for each phase
        return CliRunner().invoke(cli, ["config", *args], env={**outside, **environ}, catch_exceptions=False)

    return invoke


def test_show_prints_yaml_that_says_what_counts(run, write):
    write(f"generation: {{use: mock, claude: {{api_key: {KEY}}}}}")
    done = run("show", "--set", "http.keepalive=3")
    assert done.exit_code == 0
    assert "  keepalive: 3.0\n" in done.stdout
    assert f'    api_key: "{MASK}"\n' in done.stdout
    assert "attempt: null" not in done.stdout
    assert "attempt: null" in run("show", "--all").stdout


def test_show_names_the_origins_on_demand(run, write):
    write("http: {keepalive: 4}")
    lines = run("show", "--origins", HTTP_TIMEOUT_READ="5").stdout.splitlines()
    assert "  keepalive: 4.0                                          # settings.yaml:1:19" in lines
    assert [line.split("# ")[1] for line in lines if line.strip().startswith("read: 5.0")] == [
        "environment variable HTTP_TIMEOUT_READ"
    ]


def test_show_as_json_is_nested_like_the_file(run, write):
    write(f"generation: {{claude: {{api_key: {KEY}}}}}")
    shown = json.loads(run("show", "--json").stdout)
    assert shown["generation"]["claude"]["api_key"] == MASK
    with_origins = json.loads(run("show", "--json", "--origins").stdout)
    assert with_origins["generation"]["claude"]["api_key"] == {"value": MASK, "origin": "settings.yaml:1:32"}


def test_explain_tells_the_value_its_origin_and_everything_it_replaced(run, write):
    write("http: {timeout: {read: 10}}")
    write("http: {timeout: {read: 20}}", "settings.x.yaml")
    assert run("explain", "http.timeout.read", "--profile", "x", HTTP_TIMEOUT_READ="5").stdout.splitlines() == [
        "http.timeout.read: 5.0",
        "  from environment variable HTTP_TIMEOUT_READ",
        "  instead of 20 from settings.x.yaml:1:24",
        "  instead of 10 from settings.yaml:1:24",
        "  instead of 30.0 from default",
    ]


def test_explain_masks_credentials_old_and_new(run, write):
    write(f"generation: {{claude: {{api_key: {KEY}}}}}")
    done = run("explain", "generation.claude.api_key", ANTHROPIC_API_KEY=KEY + "2")
    assert done.stdout.count(MASK) == 2
    assert KEY not in done.output


def test_explain_of_a_section_or_of_nothing_tells_all_that_is_not_default(run, write):
    write("http: {keepalive: 4, timeout: {read: 3}}\nproduction: false")
    assert [line for line in run("explain", "http").stdout.splitlines() if not line.startswith(" ")] == [
        "http.timeout.read: 3.0",
        "",
        "http.keepalive: 4.0",
    ]
    assert run("explain").stdout.startswith("production: false\n  from settings.yaml:2:13")
    assert run("explain", "storage").stdout == "storage is as the defaults say.\n"


def test_explain_as_json(run, write):
    write("http: {keepalive: 4}")
    assert json.loads(run("explain", "http.keepalive", "--json").stdout) == [
        {
            "key": "http.keepalive",
            "value": 4.0,
            "origin": "settings.yaml:1:19",
            "shadowed": [{"value": 15.0, "origin": "default"}],
        }
    ]


def test_explain_of_no_key_suggests_one_and_fails(run):
    done = run("explain", "generation.cluade")
    assert done.exit_code == 3
    assert "Did you mean 'claude'?" in done.stderr


def test_schema_is_json_schema(run):
    schema = json.loads(run("schema").stdout)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["additionalProperties"] is False


def test_check_says_what_was_read(run, write):
    write("")
    write("", "settings.x.yaml")
    assert run("check", "--profile", "x").stdout == "OK: settings.yaml, settings.x.yaml (profile: x)\n"
    assert json.loads(run("check", "--json").stdout) == {"ok": True, "profiles": [], "files": ["settings.yaml"]}


def test_check_fails_with_every_fault_for_people_and_for_programs(run, write):
    write(f"http: {{keepalive: soon}}\ngeneration: {{use: moc, claude: {{api_key: '{KEY} '}}}}")
    done = run("check")
    assert done.exit_code == 3
    assert "3 settings faults:" in done.stderr
    assert "settings.yaml:1:19: http.keepalive: must be a number" in done.stderr
    listed = run("check", "--json")
    assert listed.exit_code == 3
    faults = json.loads(listed.stdout)["faults"]
    assert [fault["where"] for fault in faults] == ["http.keepalive", "generation.use", "generation.claude.api_key"]
    assert KEY not in done.output + listed.output


def test_a_production_profile_with_a_stand_in_fails(run, write):
    write("production: true\ngeneration: {use: mock}")
    done = run("check")
    assert done.exit_code == 3
    assert "production refuses stand-ins" in done.stderr


def test_settings_are_taken_from_the_path_given(run, write):
    write("http: {keepalive: 4}", "conf/app.yaml")
    assert json.loads(run("show", "--json", "--settings", "conf/app.yaml").stdout)["http"]["keepalive"] == 4


def test_profiles_lists_those_with_a_file_and_marks_those_that_are_on(run, write):
    write("")
    for name in ("staging", "prod", "local"):
        write("", f"settings.{name}.yaml")
    done = run("profiles", UNDERSTUDY_PROFILE="staging")
    assert done.stdout.splitlines() == [
        "base: settings.yaml",
        "  prod: settings.prod.yaml",
        "* staging: settings.staging.yaml",
        "on: staging (environment variable UNDERSTUDY_PROFILE)",
    ]
    assert json.loads(run("profiles", "--json").stdout)["profiles"][0] == {
        "name": "prod",
        "file": "settings.prod.yaml",
        "active": False,
    }


def test_profiles_shows_the_packaged_overlay_where_pytest_runs_without_one(run, write):
    write("")
    shown = run("profiles", PYTEST_VERSION="9").stdout
    assert shown.splitlines()[1].endswith(str(Path("defaults", "settings.test.yaml")))
    assert shown.splitlines()[-1] == "on: test (running under pytest)"


def test_profiles_works_where_the_settings_do_not_and_refuses_unknown_names(run, write):
    write("[")
    assert run("profiles").exit_code == 0
    assert run("profiles", "--profile", "nope").exit_code == 3


def test_check_knows_the_names_of_providers(run, write):
    write("generation:\n  default: cluade\n  fallback: [codex, gemni]\n")
    done = run("check")
    assert done.exit_code == 3
    assert "2 settings faults" in done.stderr
    assert "settings.yaml:2:12: generation.default: no provider is called 'cluade'" in done.stderr
    assert "settings.yaml:3:13: generation.fallback.1: no provider is called 'gemni'" in done.stderr
    assert "Did you mean 'gemini'? Registered: claude, codex, deepseek, gemini, ollama." in done.stderr
