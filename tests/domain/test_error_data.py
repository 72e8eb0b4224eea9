"""What each error of choosing and building a provider holds for programs, and says to people."""

from __future__ import annotations

from understudy.domain.errors import (
    DuplicateProviderError,
    MissingCredentialsError,
    MissingDependencyError,
    NoProviderAvailableError,
    ProviderNotFoundError,
    UnsupportedCapabilityError,
)


def test_a_name_that_nobody_has() -> None:
    error = ProviderNotFoundError("clade", family="generation", registered=["ollama", "claude"])
    assert (error.name, error.family, error.registered) == ("clade", "generation", ("claude", "ollama"))
    assert (error.near_match, error.reason) == ("claude", None)
    said = "No generation provider is called 'clade'. Did you mean 'claude'? Registered: claude, ollama."
    assert str(error) == said


def test_a_name_among_none() -> None:
    error = ProviderNotFoundError("a", family="storage", registered=[])
    assert str(error) == "No storage provider is called 'a'. Registered: none."


def test_a_name_that_was_announced_and_skipped() -> None:
    error = ProviderNotFoundError("claude", family="generation", registered=["claude2"], reason="it is broken")
    assert (error.reason, error.near_match) == ("it is broken", None)
    said = "The generation provider 'claude' was skipped: it is broken. Registered: claude2."
    assert str(error) == said


def test_a_name_that_is_taken() -> None:
    error = DuplicateProviderError("gpt", family="generation", taken_by="codex")
    assert (error.name, error.family, error.taken_by) == ("gpt", "generation", "codex")
    assert str(error) == (
        "The generation provider name 'gpt' is taken by 'codex'."
        " Choose another name, or register with replace=True to take its place."
    )
    assert DuplicateProviderError("gpt", family="generation", taken_by="codex", hint="No.").hint == "No."


def test_no_credentials() -> None:
    error = MissingCredentialsError("claude", variables=["A", "B"], key="generation.claude.api_key")
    assert (error.provider, error.variables, error.key) == ("claude", ("A", "B"), "generation.claude.api_key")
    assert str(error) == (
        "claude: no credentials. To mend it: set A or B; set generation.claude.api_key in the settings;"
        " say 'use: mock' to go on without a key."
    )
    bare = MissingCredentialsError("claude", variables=[])
    assert str(bare) == "claude: no credentials. To mend it: say 'use: mock' to go on without a key."


def test_a_module_that_is_not_there() -> None:
    error = MissingDependencyError(
        "acme", target="acme.sdk", reason="No module named 'acme'", install="pip install acme"
    )
    found = (error.provider, error.target, error.reason, error.install)
    assert found == ("acme", "acme.sdk", "No module named 'acme'", "pip install acme")
    assert error.message == "acme: acme.sdk cannot be imported: No module named 'acme'."
    assert error.hint == "Install what it needs: pip install acme"
    bare = MissingDependencyError("acme", target="acme.sdk", reason="No module named 'acme'")
    assert bare.hint == "Install what it needs, or say 'use: mock'."


def test_nobody_to_ask() -> None:
    error = NoProviderAvailableError("generation", reasons={"claude": "no key", "ollama": "not running"})
    assert (error.family, error.reasons) == ("generation", {"claude": "no key", "ollama": "not running"})
    assert str(error).splitlines() == [
        "No generation provider is available.",
        "  claude: no key",
        "  ollama: not running",
        "Say 'use: mock' to go on without any.",
    ]
    assert "  none is registered" in str(NoProviderAvailableError("generation", reasons={})).splitlines()


def test_what_a_model_does_not_do() -> None:
    error = UnsupportedCapabilityError("tools", provider="ollama", model="small", hint="Take another.")
    assert (error.capability, error.provider, error.model, error.hint) == ("tools", "ollama", "small", "Take another.")
    assert error.message == "ollama (model small) does not support tools; nothing was sent."
    assert UnsupportedCapabilityError("tools", provider="o").message == "o does not support tools; nothing was sent."
