"""Settings of the generation family."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from understudy.config.models.base import BaseUrl, OptionalSecret, Section, Use
from understudy.config.models.http import HttpOverrides
from understudy.config.models.mock import MockSettings

__all__ = [
    "ClaudeSettings",
    "CodexSettings",
    "DeepSeekSettings",
    "GeminiSettings",
    "GenerationSettings",
    "OllamaSettings",
    "ProviderSettings",
]


class ProviderSettings(Section):
    """What every generation provider can be told; a third party's settings model derives from this one."""

    use: Use | None = None
    """Real or stand-in; absent: what `generation.use` says."""
    api_key: OptionalSecret = None
    """The credential."""
    base_url: BaseUrl = ""
    """Where the API is."""
    model: str = ""
    """The model that answers when a request names none."""
    http: HttpOverrides = Field(default_factory=HttpOverrides)
    """What differs from the shared `http` settings."""
    options: Mapping[str, Any] = Field(default_factory=dict)
    """Put into every request body untouched."""
    mock: MockSettings = Field(default_factory=MockSettings)
    """The stand-in's script, for `use: mock`."""


class ClaudeSettings(ProviderSettings):
    """Anthropic's Messages API."""

    base_url: BaseUrl = "https://api.anthropic.com"
    model: str = "claude-sonnet-5-5"
    max_output_tokens: int = Field(default=16_384, ge=1)
    """The API demands a limit, which holds for thinking too; this one is sent where the request has none."""


class CodexSettings(ProviderSettings):
    """OpenAI's Chat Completions and Responses APIs."""

    base_url: BaseUrl = "https://api.openai.com/v1"
    model: str = "gpt-6.1-terra"
    api: Literal["chat", "responses"] = "responses"
    """Which of the two APIs is spoken; services that are only compatible with OpenAI's mostly speak `chat`."""
    organization: str | None = None
    """The organization that is billed, where the key belongs to several."""
    project: str | None = None
    """The project that is billed, where the key belongs to several."""
    embedding_model: str = "text-embedding-3-small"
    """The model that embeds when a call names none."""


class GeminiSettings(ProviderSettings):
    """Google's Gemini API."""

    base_url: BaseUrl = "https://generativelanguage.googleapis.com/v1beta"
    model: str = "gemini-3.8-flash"
    embedding_model: str = "gemini-embedding-001"
    """The model that embeds when a call names none."""


class OllamaSettings(ProviderSettings):
    """A local Ollama server; it needs no credential."""

    base_url: BaseUrl = "http://localhost:11434"
    model: str = "gemma4"
    embedding_model: str = "embeddinggemma"
    """The model that embeds when a call names none."""


class DeepSeekSettings(ProviderSettings):
    """DeepSeek's API, which follows OpenAI's Chat Completions."""

    base_url: BaseUrl = "https://api.deepseek.com"
    model: str = "deepseek-v4-flash"


class GenerationSettings(Section):
    """The generation family."""

    use: Use = "real"
    """For the whole family; each provider may say otherwise."""
    default: str | None = None
    """The provider's name or alias; absent: the first available one in `preference`."""
    preference: tuple[str, ...] = ("claude", "codex", "gemini", "deepseek", "ollama")
    """The order in which providers are tried where there is no default, or it is not available."""
    fallback: tuple[str, ...] = ()
    """Providers to go on to when the default fails."""
    claude: ClaudeSettings = Field(default_factory=ClaudeSettings)
    codex: CodexSettings = Field(default_factory=CodexSettings)
    gemini: GeminiSettings = Field(default_factory=GeminiSettings)
    ollama: OllamaSettings = Field(default_factory=OllamaSettings)
    deepseek: DeepSeekSettings = Field(default_factory=DeepSeekSettings)
    plugins: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)
    """Third-party providers by name; each is validated by the plugin's own settings model."""
