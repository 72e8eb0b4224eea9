"""The doctor: it finds every seeded fault, says what to do, shows no secret, and is quick about it."""

from __future__ import annotations

import json
import os
import socket
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from understudy.cli.checks import sections
from understudy.cli.checks.base import Examination
from understudy.cli.checks.sections import Section, examine
from understudy.cli.options import SettingsChoice

KEY = "sk-ant-0123456789abcdef0123456789"
OK = """
generation:
  default: claude
  claude: {api_key: "${MY_KEY}"}
"""
MOCKED = "generation: {use: mock, default: claude}\n"


@dataclass(frozen=True, kw_only=True)
class Seed:
    """A fault: what is put where, and what the doctor has to say about it."""

    settings: str | None = OK
    files: dict[str, str] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    args: tuple[str, ...] = ("--profile", "")
    plugins: dict[str, str] = field(default_factory=dict)
    says: tuple[str, ...] = ()
    level: str = "failure"


def closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


SEEDS = {
    "bad YAML": Seed(settings="generation:\n  claude: {api_key: [\n", says=("settings.yaml:",)),
    "a tab": Seed(settings="generation:\n\tuse: mock\n", says=("settings.yaml:2:1",)),
    "not a mapping": Seed(settings="- generation\n", says=("mapping",)),
    "a duplicate key": Seed(settings="generation:\n  use: mock\n  use: real\n", says=("settings.yaml:3:3", "use")),
    "an unknown key": Seed(
        settings="generation:\n  claud: {}\n", says=("settings.yaml:2:3", "generation.claud", "claude")
    ),
    "a wrong type": Seed(settings="http: {timeout: {connect: soon}}\n", says=("http.timeout.connect", "number")),
    "a missing variable": Seed(
        settings='generation: {claude: {api_key: "${NO_SUCH_KEY}"}}\n', says=("settings.yaml:1", "NO_SUCH_KEY")
    ),
    "a missing profile": Seed(
        args=("--profile", "stagging"), files={"settings.staging.yaml": "{}\n"}, says=("stagging", "staging")
    ),
    "a missing settings file": Seed(args=("--settings", "elsewhere.yaml"), says=("elsewhere.yaml",)),
    "a bad base URL": Seed(settings=OK + "  codex: {base_url: api.example.org}\n", says=("base_url", "http")),
    "a key with a newline": Seed(env={"ANTHROPIC_API_KEY": KEY + "\n"}, says=("ANTHROPIC_API_KEY", "white space")),
    "no key for the default": Seed(
        settings="generation: {default: codex}\n", says=("codex", "generation.default", "OPENAI_API_KEY")
    ),
    "no key for a fallback": Seed(
        settings=OK + "  fallback: [gemini]\n", says=("gemini", "generation.fallback", "GEMINI_API_KEY")
    ),
    "an unknown default": Seed(
        settings="generation: {use: mock, default: claudia}\n", says=("settings.yaml:1", "claudia", "'claude'")
    ),
    "an unknown fallback": Seed(settings=OK + "  fallback: [gemni]\n", says=("settings.yaml:5", "gemni", "'gemini'")),
    "an unknown name in the preference": Seed(settings=OK + "  preference: [olama]\n", says=("olama", "'ollama'")),
    "a missing CA bundle": Seed(settings=OK + "http: {tls: {ca_bundles: [missing.pem]}}\n", says=("missing.pem",)),
    "a CA bundle without certificates": Seed(
        settings=OK + "http: {tls: {ca_bundles: [bundle.pem]}}\n",
        files={"bundle.pem": "not a certificate\n"},
        says=("bundle.pem", "certificate"),
    ),
    "unverified TLS in production": Seed(
        settings=OK + "production: true\nhttp: {tls: {insecure_skip_verify: true}}\n",
        says=("insecure_skip_verify", "production"),
    ),
    "unverified TLS": Seed(
        settings=OK + "http: {tls: {insecure_skip_verify: true}}\n", says=("insecure_skip_verify",), level="warning"
    ),
    "a stand-in in production": Seed(settings="production: true\n" + MOCKED, says=("settings.yaml:2", "production")),
    "plain http to another machine": Seed(
        settings=OK + "  codex: {base_url: http://api.example.org/v1}\n",
        says=("settings.yaml:5", "http://api.example.org"),
    ),
    "plain http in production": Seed(
        settings=OK + "  codex: {base_url: http://api.example.org/v1}\nproduction: true\n",
        says=("settings.yaml:5", "production"),
    ),
    "a base URL with an operation's path": Seed(
        settings=OK + "  codex: {base_url: https://api.example.org/v1/chat/completions}\n",
        says=("/chat/completions", "operation"),
    ),
    "a key that goes elsewhere": Seed(
        env={"ANTHROPIC_BASE_URL": "https://proxy.example.org"},
        says=("proxy.example.org", "ANTHROPIC_BASE_URL"),
        level="warning",
    ),
    "another service's key": Seed(
        settings=f"generation: {{default: codex, codex: {{api_key: {KEY}}}}}\n",
        says=("codex", "Anthropic"),
        level="warning",
    ),
    "a placeholder for a key": Seed(
        settings="generation: {default: codex, codex: {api_key: your-key-here}}\n",
        says=("placeholder",),
        level="warning",
    ),
    "a key in clear": Seed(
        settings=f"generation: {{default: claude, claude: {{api_key: {KEY}}}}}\n",
        says=("settings.yaml:1:", "in clear", "ANTHROPIC_API_KEY"),
        level="warning",
    ),
    "no settings where the environment says": Seed(
        env={"UNDERSTUDY_SETTINGS": "nowhere.yaml"}, says=("nowhere.yaml", "UNDERSTUDY_SETTINGS")
    ),
    "an unknown profile in the environment": Seed(
        env={"UNDERSTUDY_PROFILE": "nobody"}, args=(), says=("nobody", "UNDERSTUDY_PROFILE")
    ),
    "an unknown key in the environment": Seed(
        env={"UNDERSTUDY__GENERATION__USES": "mock"}, says=("UNDERSTUDY__GENERATION__USES",)
    ),
    "a section for a plugin that is not installed": Seed(
        settings=OK + "  plugins: {acme: {model: m1}}\n", says=("settings.yaml:5:", "acme"), level="warning"
    ),
    "an unused proxy": Seed(
        env={"HTTPS_PROXY": "http://proxy.example.org:3128"}, says=("HTTPS_PROXY",), level="warning"
    ),
    "a broken plugin": Seed(plugins={"acme": "no_such_module:SPEC"}, says=("acme", "no_such_module")),
    "a duplicate plugin": Seed(plugins={"claude": "no_such_module:SPEC"}, says=("claude", "taken")),
    "an unknown use": Seed(settings="generation: {use: mok}\n", says=("settings.yaml:1:19", "mok", "'mock'")),
    "an unknown storage backend": Seed(
        settings=OK + "storage: {default: duckbd}\n", says=("settings.yaml:5:", "duckbd", "'duckdb'")
    ),
    "no credentials for a storage backend": Seed(
        settings=OK + "storage: {default: snowflake, snowflake: {account: acme, user: u}}\n",
        says=("snowflake", "storage.snowflake.password"),
    ),
    "Ollama does not answer": Seed(
        settings=f"generation: {{default: ollama, ollama: {{base_url: 'http://127.0.0.1:{closed_port()}'}}}}\n"
        "http: {retry: {max_retries: 0}}\n",
        args=("--profile", "", "--live"),
        says=("ollama", "127.0.0.1"),
    ),
    "more in flight than the pool has connections": Seed(
        settings=OK + "  codex: {api_key: k-0123456789, http: {rate: {in_flight: 500}}}\n",
        says=("codex", "500", "100", "max_connections"),
        level="warning",
    ),
    "no settings file": Seed(settings=None, says=("no settings file",), level="warning"),
    "nobody is available": Seed(
        settings="generation: {preference: [claude], ollama: {use: mock}}\n", says=("no provider is available",)
    ),
}


@pytest.fixture
def examine_seed(run, tmp_path, monkeypatch):
    """Put a seed in place and return the exit status and the report."""

    def put(seed: Seed):
        monkeypatch.setenv("MY_KEY", KEY)
        if seed.settings is not None:
            (tmp_path / "settings.yaml").write_text(seed.settings)
        for name, text in seed.files.items():
            (tmp_path / name).write_text(text)
        for name, value in seed.env.items():
            monkeypatch.setenv(name, value)
        if seed.plugins:
            announce(tmp_path / "site", seed.plugins)
            monkeypatch.syspath_prepend(tmp_path / "site")
        result = run("doctor", "--json", *seed.args)
        return result, json.loads(result.stdout)

    return put


def announce(site: Path, plugins: dict[str, str]) -> None:
    """An installed package that announces providers."""
    info = site / "acme_plugin-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-plugin\nVersion: 1.0\n")
    lines = "".join(f"{name} = {target}\n" for name, target in plugins.items())
    (info / "entry_points.txt").write_text(f"[understudy.generation]\n{lines}")


def findings(report, level):
    return [each for section in report["sections"] for each in section["findings"] if each["level"] == level]


def words(finding) -> str:
    return " ".join(str(finding[name]) for name in ("what", "fix", "excerpt"))


@pytest.mark.parametrize("name", SEEDS)
def test_every_seeded_fault_is_found_with_a_fix(examine_seed, name):
    seed = SEEDS[name]
    result, report = examine_seed(seed)
    found = [each for each in findings(report, seed.level) if all(word in words(each) for word in seed.says)]
    assert found, result.stdout
    assert all(each["fix"] for each in found)
    assert result.exit_code == (1 if seed.level == "failure" else 0), result.stdout
    assert report["ok"] is (seed.level != "failure")
    assert KEY not in result.output


def test_a_misspelt_name_is_told_by_its_place_and_not_as_a_provider(examine_seed):
    result, report = examine_seed(Seed(settings="generation: {use: mock, default: cluade, preference: [gemni]}\n"))
    assert result.exit_code == 1
    told = [each["what"] for each in findings(report, "failure")]
    assert all(any(key in what for what in told) for key in ("generation.default", "generation.preference.0"))
    assert not any("cluade is not available" in what for what in told)
    assert not any("Change generation.cluade" in words(each) for each in findings(report, "failure"))


def test_what_is_in_order_has_no_finding_but_good_ones(examine_seed):
    result, report = examine_seed(Seed(settings=OK))
    assert result.exit_code == 0
    assert findings(report, "failure") == []
    warned = [each["what"] for each in findings(report, "warning") if "source tree" not in each["what"]]
    assert warned == []


def test_the_report_has_a_mark_a_section_and_a_fix_on_each_line(run, tmp_path):
    (tmp_path / "settings.yaml").write_text("generation: {use: mok}\n")
    result = run("doctor", "--profile", "")
    assert result.exit_code == 1
    assert "\nSettings\n  [✗] " in result.stdout
    assert "\n      → " in result.stdout
    assert "[✓] understudy " in result.stdout
    assert "1 failure" in result.stdout
    assert "\x1b" not in result.stdout


def test_one_screen_for_a_whole_file_of_faults(run, tmp_path):
    lines = "\n".join(f"  key{number}: 1" for number in range(3))
    (tmp_path / "settings.yaml").write_text(f"generation:\n{lines}\n")
    result = run("doctor", "--profile", "")
    assert result.stdout.count("[✗]") == 3
    assert len(result.stdout.splitlines()) < 60


def test_a_check_that_cannot_run_hides_no_other(monkeypatch):
    broken = (Section("Broken", ("nowhere:check",), needs_settings=False), *sections.SECTIONS)
    monkeypatch.setattr(sections, "SECTIONS", broken)
    reports = list(examine(Examination(choice=SettingsChoice())))
    assert "could not run: ModuleNotFoundError" in reports[0].findings[0].what
    assert len(reports) == len(broken) - 1  # without the live ones


def test_nothing_is_sent_without_live(examine_seed, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    result, _ = examine_seed(Seed(settings=OK))
    assert result.exit_code == 0


def test_rates_and_breakers_show(examine_seed):
    own = "{rate: {in_flight: 8, tokens_per_minute: 9000}, breaker: {cooldown: 20}}"
    _, report = examine_seed(Seed(settings=OK + f"  ollama: {{http: {own}}}\n"))
    said = [
        each["what"] for section in report["sections"] if section["title"] == "Rates" for each in section["findings"]
    ]
    assert said == [
        "ollama: at most 8 in flight; 9000 tokens a minute; breaker closed, until 5 failures in a row open it for 20 s"
    ]


def test_a_provider_that_is_asked_shows_its_breakers_state(examine_seed):
    """One refused connection opens this one; the second section's line says so."""
    own = "{retry: {max_retries: 0}, breaker: {failures: 1}}"
    settings = (
        f"generation: {{default: ollama, ollama: {{base_url: 'http://127.0.0.1:{closed_port()}', http: {own}}}}}\n"
    )
    _, report = examine_seed(Seed(settings=settings, args=("--profile", "", "--live")))
    [found] = [each for each in findings(report, "failure") if each["what"].startswith("ollama")]
    assert "breaker open" in found["what"]


@pytest.mark.slow
def test_the_doctor_is_done_in_a_second(process, tmp_path):
    (tmp_path / "settings.yaml").write_text(textwrap.dedent(OK))
    before = os.times()
    done = process("doctor", env={"MY_KEY": KEY})
    after = os.times()
    used = (after.children_user + after.children_system) - (before.children_user + before.children_system)
    assert done.returncode == 0, done.stdout
    assert used <= 1.0
