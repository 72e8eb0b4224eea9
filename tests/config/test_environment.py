"""Environment variables: the documented names, the prefixed ones, and that they never add a key."""

from __future__ import annotations

from pathlib import Path

import pytest

from understudy.config.environment import VARIABLES
from understudy.domain.secrets import Secret

DOCUMENTED = [
    ("HTTP_TIMEOUT_CONNECT", "2.5", "http.timeout.connect", 2.5),
    ("HTTP_TIMEOUT_READ", "7", "http.timeout.read", 7.0),
    ("HTTP_MAX_RETRIES", "0", "http.retry.max_retries", 0),
    ("HTTP_BACKOFF_BASE", "0.5", "http.retry.backoff_base", 0.5),
    ("ANTHROPIC_API_KEY", "sk-a", "generation.claude.api_key", Secret("sk-a")),
    ("ANTHROPIC_BASE_URL", "https://a.example", "generation.claude.base_url", "https://a.example"),
    ("ANTHROPIC_MODEL", "m-a", "generation.claude.model", "m-a"),
    ("OPENAI_API_KEY", "sk-o", "generation.codex.api_key", Secret("sk-o")),
    ("OPENAI_BASE_URL", "https://o.example/v1", "generation.codex.base_url", "https://o.example/v1"),
    ("OPENAI_MODEL", "m-o", "generation.codex.model", "m-o"),
    ("OPENAI_ORG_ID", "org-1", "generation.codex.organization", "org-1"),
    ("OPENAI_PROJECT_ID", "proj-1", "generation.codex.project", "proj-1"),
    ("GOOGLE_API_KEY", "sk-g", "generation.gemini.api_key", Secret("sk-g")),
    ("GEMINI_API_KEY", "sk-g", "generation.gemini.api_key", Secret("sk-g")),
    ("GEMINI_BASE_URL", "https://g.example", "generation.gemini.base_url", "https://g.example"),
    ("GEMINI_MODEL", "m-g", "generation.gemini.model", "m-g"),
    ("OLLAMA_HOST", "localhost:5000", "generation.ollama.base_url", "http://localhost:5000"),
    ("OLLAMA_MODEL", "m-l", "generation.ollama.model", "m-l"),
    ("DEEPSEEK_API_KEY", "sk-d", "generation.deepseek.api_key", Secret("sk-d")),
    ("DEEPSEEK_BASE_URL", "https://d.example", "generation.deepseek.base_url", "https://d.example"),
    ("DEEPSEEK_MODEL", "m-d", "generation.deepseek.model", "m-d"),
    ("MOCK_LS_CLIENT", "true", "platform.llama_stack.use", "mock"),
    ("MOCK_MAAS_CLIENT", "1", "platform.maas.use", "mock"),
    ("MOCK_MCP_CLIENT", "Yes", "platform.mcp.use", "mock"),
    ("MOCK_K8S_CLIENT", "on", "platform.kubernetes.use", "mock"),
    ("LLAMA_STACK_URL", "http://stack:8321", "platform.llama_stack.base_url", "http://stack:8321"),
    ("MAAS_URL", "https://maas.example/maas-api", "platform.maas.base_url", "https://maas.example/maas-api"),
    ("AUTH_TOKEN_HEADER", "x-forwarded-access-token", "platform.identity.token_header", "x-forwarded-access-token"),
    ("AUTH_TOKEN_PREFIX", "", "platform.identity.token_prefix", ""),
    ("BUNDLE_PATHS", "/a.pem, /b.pem", "platform.tls.ca_bundles", (Path("/a.pem"), Path("/b.pem"))),
    ("INSECURE_SKIP_VERIFY", "true", "platform.tls.insecure_skip_verify", True),
    ("SNOWFLAKE_ACCOUNT", "org-acme", "storage.snowflake.account", "org-acme"),
    ("SNOWFLAKE_USER", "u", "storage.snowflake.user", "u"),
    ("SNOWFLAKE_PASSWORD", "pw", "storage.snowflake.password", Secret("pw")),
    ("SNOWFLAKE_ROLE", "R", "storage.snowflake.role", "R"),
    ("SNOWFLAKE_WAREHOUSE", "W", "storage.snowflake.warehouse", "W"),
    ("SNOWFLAKE_DATABASE", "D", "storage.snowflake.database", "D"),
    ("SNOWFLAKE_SCHEMA", "S", "storage.snowflake.default_schema", "S"),
    ("GOOGLE_APPLICATION_CREDENTIALS", "/key.json", "storage.bigquery.credentials_file", Path("/key.json")),
    ("GOOGLE_CLOUD_PROJECT", "acme-prod", "storage.bigquery.project", "acme-prod"),
]


def value_at(settings, key):
    for part in key.split("."):
        settings = getattr(settings, part)
    return settings


@pytest.mark.parametrize(("name", "text", "key", "value"), DOCUMENTED, ids=[row[0] for row in DOCUMENTED])
def test_a_documented_variable_sets_its_key_and_is_its_origin(load, name, text, key, value):
    loaded = load("", {name: text})
    assert value_at(loaded.settings, key) == value
    assert str(loaded.origin(key)) == f"environment variable {name}"


def test_every_documented_variable_has_its_row_above():
    assert {variable.name for variable in VARIABLES} == {row[0] for row in DOCUMENTED}


def test_of_the_two_names_for_gemini_the_more_particular_one_wins(load):
    loaded = load("", {"GOOGLE_API_KEY": "google", "GEMINI_API_KEY": "gemini"})
    assert loaded.settings.generation.gemini.api_key == Secret("gemini")
    assert str(loaded.explain("generation.gemini.api_key").shadowed[0].origin) == "environment variable GOOGLE_API_KEY"


def test_an_empty_documented_variable_says_nothing(load):
    loaded = load(
        "generation: {claude: {model: m}}", {"ANTHROPIC_MODEL": "", "ANTHROPIC_API_KEY": "", "MOCK_LS_CLIENT": ""}
    )
    assert loaded.settings.generation.claude.model == "m"
    assert loaded.settings.platform.llama_stack.use is None


@pytest.mark.parametrize("text", ["false", "0", "no", "OFF"])
def test_a_mock_variable_that_says_no_leaves_the_choice_alone(load, text):
    assert load("platform: {mcp: {use: mock}}", {"MOCK_MCP_CLIENT": text}).settings.platform.mcp.use == "mock"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("localhost", "http://localhost:11434"),
        ("127.0.0.1:5000", "http://127.0.0.1:5000"),
        (":5000", "http://127.0.0.1:5000"),
        ("0.0.0.0", "http://127.0.0.1:11434"),  # noqa: S104 - a variable as a server would have it; nothing binds
        ("0.0.0.0:5000", "http://127.0.0.1:5000"),
        ("[::1]", "http://[::1]:11434"),
        ("::1", "http://[::1]:11434"),
        ("[::]:5000", "http://[::1]:5000"),
        ("https://ollama.example", "https://ollama.example"),
        ("https://ollama.example:8443/path/", "https://ollama.example:8443/path"),
        ("http://localhost", "http://localhost"),
        (' "localhost:5000" ', "http://localhost:5000"),
    ],
)
def test_ollama_host_is_read_as_ollama_reads_it(load, text, url):
    assert load("", {"OLLAMA_HOST": text}).settings.generation.ollama.base_url == url


@pytest.mark.parametrize(
    ("environ", "where", "reason"),
    [
        ({"HTTP_TIMEOUT_READ": "soon"}, "http.timeout.read", "must be a number"),
        ({"HTTP_MAX_RETRIES": "-1"}, "http.retry.max_retries", "must be greater than or equal to 0"),
        ({"MOCK_K8S_CLIENT": "perhaps"}, "platform.kubernetes.use", "must be true or false"),
        ({"OLLAMA_HOST": "ftp://x"}, "generation.ollama.base_url", "must begin with http"),
        ({"INSECURE_SKIP_VERIFY": "perhaps"}, "platform.tls.insecure_skip_verify", "must be true or false"),
        ({"UNDERSTUDY__HTTP__KEEPALIVE": "soon"}, "http.keepalive", "must be a number"),
    ],
)
def test_a_variable_with_a_value_that_does_not_fit_is_named(faults, environ, where, reason):
    (fault,) = faults("", environ)
    assert (fault.origin, fault.where) == (f"environment variable {next(iter(environ))}", where)
    assert reason in fault.reason


@pytest.mark.parametrize(
    ("name", "text", "read"),
    [
        ("UNDERSTUDY__HTTP__KEEPALIVE", "3", lambda s: s.http.keepalive == 3),
        ("UNDERSTUDY__GENERATION__USE", "mock", lambda s: s.generation.use == "mock"),
        (
            "UNDERSTUDY__GENERATION__PREFERENCE",
            "codex,claude",
            lambda s: s.generation.preference == ("codex", "claude"),
        ),
        ("UNDERSTUDY__GENERATION__DEFAULT", "null", lambda s: s.generation.default is None),
        ("UNDERSTUDY__GENERATION__CLAUDE__API_KEY", "", lambda s: s.generation.claude.api_key is None),
        (
            "UNDERSTUDY__PLATFORM__MCP__SERVERS__MY_SERVER__URL",
            "http://other",
            lambda s: s.platform.mcp.servers["my-server"].url[7:] == "other",
        ),
        ("UNDERSTUDY__GENERATION__CLAUDE__OPTIONS__TOP_K", "5", lambda s: s.generation.claude.options == {"top_k": 5}),
    ],
)
def test_a_prefixed_variable_sets_any_key_that_exists(load, name, text, read):
    servers = "platform: {mcp: {servers: {my-server: {url: http://one}}}}"
    generation = "generation: {default: claude, claude: {options: {top_k: 1}}}"
    assert read(load(f"{servers}\n{generation}", {name: text}).settings)


@pytest.mark.parametrize(
    ("name", "where", "hint"),
    [
        ("UNDERSTUDY__HTP__KEEPALIVE", "htp", "Did you mean 'http'?"),
        ("UNDERSTUDY__HTTP__KEEPALIV", "http.keepaliv", "Did you mean 'keepalive'?"),
        ("UNDERSTUDY__HTTP__KEEPALIVE__X", "http.keepalive.x", "This is a single value; there are no keys under it."),
        ("UNDERSTUDY__", '""', "Known here:"),
        ("UNDERSTUDY__HTTP", "http", "Name one of its keys: timeout"),
        ("UNDERSTUDY__PLATFORM__MCP__SERVERS", "platform.mcp.servers", "Put its entries into a settings file."),
        ("UNDERSTUDY__PLATFORM__MCP__SERVERS__EVIL__URL", "platform.mcp.servers.evil", "Put it into a settings file"),
        ("UNDERSTUDY__PLATFORM__MCP__SERVERS__GODD__URL", "platform.mcp.servers.godd", "Did you mean 'good'?"),
        (
            "UNDERSTUDY__GENERATION__CLAUDE__OPTIONS__NEW",
            "generation.claude.options.new",
            "Put it into a settings file",
        ),
        ("UNDERSTUDY__WAIVERS__PRODUCTION", "waivers.production", "Put it into a settings file"),
    ],
)
def test_a_variable_never_adds_a_key(faults, name, where, hint):
    (fault,) = faults("platform: {mcp: {servers: {good: {url: http://one}}}}", {name: "x"})
    assert (fault.origin, fault.where) == (f"environment variable {name}", where)
    assert hint in fault.hint


def test_other_variables_are_nobodys_business(load):
    assert load("", {"UNDERSTUDY_CORPUS": "x", "UNDERSTUDY_FOO": "x", "understudy__http": "x", "UNDERSTUDYX": "y"})


def test_a_variables_text_is_not_interpolated(load):
    assert load("", {"ANTHROPIC_MODEL": "${HOME}"}).settings.generation.claude.model == "${HOME}"
