"""Production refuses stand-ins and unsafe transport, waivers allow single keys in words, and no key moves silently."""

from __future__ import annotations

import logging

import pytest

GOOD = "generation: {claude: {base_url: https://proxy.example}, ollama: {base_url: 'http://127.0.0.1:1'}}"


@pytest.mark.parametrize("host", ["localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "[::1]"])
def test_production_takes_https_and_plain_http_to_this_machine(load, host):
    assert load(f"production: true\n{GOOD}\nplatform: {{maas: {{base_url: 'http://{host}:8080'}}}}").settings.production


@pytest.mark.parametrize(
    ("text", "where", "origin", "reason"),
    [
        ("generation: {use: mock}", "generation.use", "settings.yaml:2:19", "refuses stand-ins"),
        ("generation: {claude: {use: replay}}", "generation.claude.use", "settings.yaml:2:28", "refuses stand-ins"),
        ("platform: {use: mock}", "platform.use", "settings.yaml:2:17", "refuses stand-ins"),
        ("platform: {mcp: {use: mock}}", "platform.mcp.use", "settings.yaml:2:23", "refuses stand-ins"),
        ("storage: {duckdb: {use: mock}}", "storage.duckdb.use", "settings.yaml:2:25", "refuses stand-ins"),
        ("generation: {use: record}", "generation.use", "settings.yaml:2:19", "refuses recordings"),
        (
            "http: {tls: {insecure_skip_verify: true}}",
            "http.tls.insecure_skip_verify",
            "settings.yaml:2:36",
            "without verification",
        ),
        (
            "generation: {codex: {http: {tls: {insecure_skip_verify: on}}}}",
            "generation.codex.http.tls.insecure_skip_verify",
            "settings.yaml:2:57",
            "without verification",
        ),
        (
            "generation: {ollama: {base_url: 'http://gpu:11434'}}",
            "generation.ollama.base_url",
            "settings.yaml:2:33",
            "plain http",
        ),
        (
            "platform: {llama_stack: {base_url: http://10.0.0.1}}",
            "platform.llama_stack.base_url",
            "settings.yaml:2:36",
            "plain http",
        ),
        (
            "platform: {mcp: {servers: {a: {url: http://m}}}}",
            "platform.mcp.servers.a.url",
            "settings.yaml:2:37",
            "plain http",
        ),
        (
            "generation: {claude: {base_url: http://localhost.evil.example}}",
            "generation.claude.base_url",
            "settings.yaml:2:33",
            "plain http",
        ),
    ],
)
def test_production_refuses_with_the_offending_origin(faults, load, text, where, origin, reason):
    (fault,) = faults(f"production: true\n{text}")
    assert (fault.where, fault.origin) == (where, origin)
    assert reason in fault.reason
    assert load(f"production: false\n{text}").settings.production is False


def test_the_origin_may_be_the_environment_or_an_option(faults):
    found = faults("production: true", {"MOCK_K8S_CLIENT": "1"}, set=["generation.use=mock"])
    assert {fault.origin for fault in found} == {"environment variable MOCK_K8S_CLIENT", "--set generation.use"}


def test_production_may_be_turned_on_over_a_base_that_is_not(faults, write):
    write("production: true", "settings.prod.yaml")
    (fault,) = faults("production: false\ngeneration: {use: mock}", profile="prod")
    assert fault.origin == "settings.yaml:2:19"


def test_a_plugins_section_is_held_to_the_same(faults):
    from understudy.config.models.generation import ProviderSettings

    text = "production: true\ngeneration: {plugins: {p: {use: mock, base_url: http://far}}}"
    found = faults(text, plugin_models=lambda _: ProviderSettings)
    assert [fault.where for fault in found] == ["generation.plugins.p.use", "generation.plugins.p.base_url"]


def test_a_waiver_in_words_allows_one_key_and_is_logged_with_both_origins(load, caplog):
    text = """
    production: true
    waivers:
      generation.ollama.base_url: the machine is in the same rack
    generation: {ollama: {base_url: 'http://gpu:11434'}}
    """
    assert load(text).settings.generation.ollama.base_url == "http://gpu:11434"
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "waived at settings.yaml:4:3: the machine is in the same rack" in record.getMessage()
    assert record.origin == "settings.yaml:5:33"


@pytest.mark.parametrize(
    ("waiver", "reason", "hint"),
    [
        ("generation.codex.base_url: nothing is wrong with it", "nothing needs this waiver", "Remove it"),
        ("generation.olama.base_url: a slip of the pen", "no such key to waive", "Did you mean 'ollama'?"),
        ("generation..x: a slip of the pen", "a part of it is empty", ""),
        ("generation.ollama.base_url: short", "at least 10 characters", ""),
    ],
)
def test_a_waiver_that_waives_nothing_is_a_fault(faults, waiver, reason, hint):
    (fault,) = faults(f"production: true\nwaivers: {{{waiver}}}")
    assert reason in fault.reason
    assert hint in (fault.hint or "")
    assert fault.origin.startswith("settings.yaml:2:")


def test_an_overlay_takes_a_waiver_back_with_null(faults, write):
    write("waivers: {generation.use: null}", "settings.strict.yaml")
    (fault,) = faults(
        "production: true\nwaivers: {generation.use: a demonstration}\ngeneration: {use: mock}", profile="strict"
    )
    assert fault.where == "generation.use"


def test_outside_production_a_waiver_just_waits(load):
    assert load("waivers: {generation.use: needed in production only}").settings.waivers


def test_the_hint_of_a_refusal_is_a_waiver_that_works(faults, load):
    text = "production: true\ngeneration: {use: mock}\n"
    (fault,) = faults(text)
    waiver = fault.hint[fault.hint.index("waivers:") :].rstrip(".")
    assert load(text + waiver).settings.generation.use == "mock"


def test_unverified_tls_is_logged_outside_production(load, caplog):
    load("", {"INSECURE_SKIP_VERIFY": "1"})
    (record,) = caplog.records
    assert record.getMessage().startswith("platform.tls.insecure_skip_verify: TLS certificates are not verified")
    assert record.origin == "environment variable INSECURE_SKIP_VERIFY"


@pytest.mark.parametrize(
    ("text", "environ", "origin"),
    [
        ("", {"ANTHROPIC_BASE_URL": "https://other.example"}, "environment variable ANTHROPIC_BASE_URL"),
        (
            "",
            {"UNDERSTUDY__GENERATION__CLAUDE__BASE_URL": "http://localhost:1"},
            "environment variable UNDERSTUDY__GENERATION__CLAUDE__BASE_URL",
        ),
        ("generation: {claude: {base_url: '${B}'}}", {"B": "https://other.example"}, "settings.yaml:1:33"),
    ],
)
def test_an_address_that_the_environment_moves_is_logged_once_with_its_origin(load, caplog, text, environ, origin):
    load(text, {"ANTHROPIC_API_KEY": "sk-x", **environ})
    (record,) = caplog.records
    assert record.getMessage().startswith(
        "generation.claude.base_url: the environment moves it from api.anthropic.com to "
    )
    assert record.origin == origin


@pytest.mark.parametrize(
    ("text", "environ"),
    [
        ("generation: {claude: {base_url: https://other.example}}", {}),
        ("", {"ANTHROPIC_BASE_URL": "https://api.anthropic.com/v2"}),
        ("", {"OLLAMA_HOST": "127.0.0.1:5000"}),
    ],
)
def test_an_address_from_a_file_or_on_the_own_host_is_not_worth_a_word(load, caplog, text, environ):
    load(text, environ)
    assert not caplog.records


@pytest.mark.parametrize(
    ("text", "environ"),
    [
        ("", {"ANTHROPIC_API_KEY": "sk-x", "ANTHROPIC_BASE_URL": "http://other.example"}),
        ("", {"ANTHROPIC_API_KEY": "sk-x", "ANTHROPIC_BASE_URL": "http://api.anthropic.com"}),
        ("generation: {claude: {api_key: sk-x, base_url: '${B}'}}", {"B": "http://other.example"}),
    ],
)
def test_a_key_never_moves_over_plain_http_because_of_a_variable(faults, load, text, environ):
    (fault,) = faults(text, environ)
    assert (fault.where, fault.reason) == (
        "generation.claude.base_url",
        "the environment sends the key to another machine over plain http",
    )
    waiver = "waivers: {generation.claude.base_url: a proxy that we run}\n"
    assert load(waiver + text, environ)


def test_without_a_key_plain_http_to_another_machine_is_only_logged(load, caplog):
    assert load("", {"OLLAMA_HOST": "gpu:11434"}).settings.generation.ollama.base_url == "http://gpu:11434"
    assert "from localhost to gpu" in caplog.records[0].getMessage()
