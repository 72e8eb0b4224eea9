"""The error tree: what the messages say, and that they cross process borders whole."""

import pickle

import pytest

from understudy.domain import errors
from understudy.domain.errors import (
    ConfigurationError,
    DuplicateProviderError,
    Fault,
    HTTPClientError,
    MaxRetriesExceededError,
    MissingCredentialsError,
    MissingDependencyError,
    NoProviderAvailableError,
    ProviderError,
    ProviderNotFoundError,
    RateLimitError,
    RequestTimeoutError,
    StorageError,
    UnderstudyError,
    UnsupportedCapabilityError,
    WiringError,
    near_match,
)

LAST = RateLimitError("slow down", provider="claude", operation="generate", status=429, retry_after=2.5, retryable=True)
EXAMPLES = [
    UnderstudyError("what", hint="Do this."),
    ConfigurationError([Fault(where="a.b", reason="wrong", origin="settings.yaml:1:2", excerpt="b: 1\n   ^")]),
    WiringError([Fault(where="generation.claude", reason="missing argument")]),
    ProviderNotFoundError("claud", family="generation", registered=["claude", "codex"]),
    DuplicateProviderError("gpt", family="generation", taken_by="codex"),
    MissingCredentialsError("claude", variables=["ANTHROPIC_API_KEY"], key="generation.claude.api_key"),
    MissingDependencyError("acme", target="acme:Real", reason="No module named 'x'", install="pip install acme[x]"),
    NoProviderAvailableError("generation", reasons={"claude": "no key"}),
    UnsupportedCapabilityError("vision", provider="deepseek", model="deepseek-chat"),
    ProviderError("failed", provider="claude", host="api.example", phase="headers", request_id="req_1", body="{}"),
    MaxRetriesExceededError("gave up", attempts=4, last_error=LAST, provider="claude"),
    StorageError("no such table", backend="duckdb", command="DropTable", code=2004),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_an_error_pickles_with_its_data_and_its_message(error: UnderstudyError) -> None:
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes

    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert copy.__dict__.keys() == error.__dict__.keys()


def test_every_exported_error_is_in_the_tree_and_in_the_docstring() -> None:
    classes = [getattr(errors, name) for name in errors.__all__ if name.endswith("Error")]

    assert all(issubclass(cls, UnderstudyError) for cls in classes)
    assert [cls.__name__ for cls in classes if cls.__name__ not in (errors.__doc__ or "")] == []


def test_a_provider_error_says_who_where_why_and_what_to_do() -> None:
    text = str(
        RateLimitError(
            "Too many requests",
            provider="claude",
            operation="generate",
            host="api.example",
            phase="headers",
            status=429,
            code="rate_limit_error",
            request_id="req_1",
            retry_after=7,
            partial_text="abc",
        )
    )

    for fact in (
        "claude generate",
        "Too many",
        "api.example",
        "headers",
        "429",
        "rate_limit_error",
        "req_1",
        "7 s",
        "3",
    ):
        assert fact in text
    assert text.endswith(RateLimitError.default_hint or "")


def test_a_timeout_is_also_pythons_own_timeout() -> None:
    assert issubclass(RequestTimeoutError, TimeoutError)
    assert issubclass(RequestTimeoutError, HTTPClientError)


def test_all_faults_stand_in_one_report_with_origin_caret_and_hint() -> None:
    error = ConfigurationError(
        [
            Fault(
                where="http.timeout", reason="not a number", origin="s.yaml:3:12", excerpt="x: a\n   ^", hint="Say 5."
            ),
            Fault(where="generation", reason="unknown key"),
        ]
    )

    assert str(error).splitlines() == [
        "2 settings faults:",
        "  s.yaml:3:12: http.timeout: not a number",
        "      x: a",
        "         ^",
        "      Say 5.",
        "  generation: unknown key",
    ]


@pytest.mark.parametrize(
    ("word", "expected"), [("claud", "claude"), ("CLAUDE", "claude"), ("olama", "ollama"), ("zzz", None), ("", None)]
)
def test_near_match_finds_likely_slips_only(word: str, expected: str | None) -> None:
    assert near_match(word, ["claude", "codex", "ollama"]) == expected


def test_missing_credentials_names_the_variables_the_key_and_the_keyless_way() -> None:
    text = str(
        MissingCredentialsError("gemini", variables=["GEMINI_API_KEY", "GOOGLE_API_KEY"], key="generation.gemini")
    )

    assert "GEMINI_API_KEY or GOOGLE_API_KEY" in text
    assert "generation.gemini" in text
    assert "use: mock" in text


def test_no_provider_available_lists_each_and_why() -> None:
    text = str(NoProviderAvailableError("generation", reasons={"claude": "no key", "ollama": "refused"}))

    assert "claude: no key" in text
    assert "ollama: refused" in text
    assert "none is registered" in str(NoProviderAvailableError("generation", reasons={}))
