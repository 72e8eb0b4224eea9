"""The table of providers: what is registered, what was found, never a key."""

from __future__ import annotations

import json
import re

KEY = "sk-ant-0123456789abcdef0123456789"


def table(run, *args):
    result = run("providers", "--json", "--profile", "", *args)
    assert result.exit_code == 0, result.output
    return {row["name"]: row for row in json.loads(result.stdout)["providers"]}


def test_every_built_in_is_listed_with_what_it_can_do(run):
    rows = table(run)
    assert set(rows) == {"claude", "codex", "gemini", "ollama", "deepseek"}
    assert rows["claude"]["aliases"] == ["anthropic"]
    assert rows["codex"]["variables"] == ["OPENAI_API_KEY"]
    assert rows["ollama"]["needs_credentials"] is False
    assert {"streaming", "tools", "vision"} <= set(rows["claude"]["capabilities"])
    assert "vision" not in rows["deepseek"]["capabilities"]


def test_without_a_key_only_the_keyless_one_is_available(run):
    rows = table(run)
    assert [name for name, row in rows.items() if row["available"]] == ["ollama"]
    assert rows["ollama"]["default"]
    assert "ANTHROPIC_API_KEY" in rows["claude"]["reason"]


def test_a_key_is_found_and_never_shown(run, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    rows = table(run)
    assert rows["claude"]["available"]
    assert rows["claude"]["default"]
    assert rows["claude"]["credentials"] == "environment variable ANTHROPIC_API_KEY"
    for args in (["providers", "--json"], ["providers"], ["providers", "--profile", ""]):
        assert KEY not in run(*args).output


def test_stand_ins_need_no_key(run, tmp_path):
    (tmp_path / "settings.yaml").write_text("generation: {use: mock, default: gemini}\n")
    rows = table(run)
    assert all(row["available"] and row["use"] == "mock" for row in rows.values())
    assert [name for name, row in rows.items() if row["default"]] == ["gemini"]


def test_a_setting_on_the_command_line_counts(run):
    rows = table(run, "--set", "generation.claude.use=mock", "--set", "production=false")
    assert rows["claude"]["use"] == "mock"
    assert rows["claude"]["available"]


def test_a_broken_plugin_is_shown_and_harms_nobody(run, tmp_path, monkeypatch):
    info = tmp_path / "site" / "acme-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[understudy.generation]\nacme = no_such_module:SPEC\n")
    monkeypatch.syspath_prepend(tmp_path / "site")
    result = run("providers", "--json", "--profile", "")
    report = json.loads(result.stdout)
    assert [(each["name"], each["source"]) for each in report["broken_plugins"]] == [
        ("acme", "acme 1.0, no_such_module:SPEC")
    ]
    assert len(report["providers"]) == 5
    assert "Skipped: acme" in run("providers", "--profile", "").stdout


def test_the_table_for_people_is_plain_when_it_is_piped(run):
    result = run("providers", "--profile", "")
    assert result.exit_code == 0
    assert "\x1b" not in result.output
    assert re.search(r"claude +anthropic +real", result.stdout)
    assert re.search(r"ollama +local +real .* none needed +yes, the default", result.stdout)


def test_faulty_settings_are_one_screen_and_status_3(run, tmp_path):
    (tmp_path / "settings.yaml").write_text("generation: {use: mok}\n")
    result = run("providers", "--profile", "")
    assert result.exit_code == 3
    assert "settings.yaml:1:19" in result.stderr
    assert "'mock'" in result.stderr
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) < 25
