"""What a check finds, and what it has to look at."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from understudy.cli.options import SettingsChoice
from understudy.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from understudy.config import LoadedSettings
    from understudy.providers.generation.choosing.factory import ProviderFactory
    from understudy.providers.http.clients import HttpClients
    from understudy.providers.registry import ProviderRegistry

__all__ = ["Check", "Examination", "Finding", "Level", "failure", "ok", "warning"]


class Level(StrEnum):
    """How bad it is: a failure makes the exit status non-zero, a warning does not."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the report. ``fix`` says what to do; ``excerpt`` is the settings' line, secrets masked."""

    level: Level
    what: str
    fix: str | None = None
    excerpt: str | None = None


def ok(what: str) -> Finding:
    """All is well."""
    return Finding(level=Level.OK, what=what)


def warning(what: str, *, fix: str | None = None) -> Finding:
    """Worth knowing; nothing fails for it yet."""
    return Finding(level=Level.WARNING, what=what, fix=fix)


def failure(what: str, *, fix: str | None = None, excerpt: str | None = None) -> Finding:
    """This does not work."""
    return Finding(level=Level.FAILURE, what=what, fix=fix, excerpt=excerpt)


@dataclass(kw_only=True, eq=False)
class Examination:
    """What the checks look at; each thing is read once. ``live`` allows network traffic."""

    choice: SettingsChoice
    live: bool = False
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @cached_property
    def registry(self) -> ProviderRegistry:
        """The generation providers, plugins included."""
        from understudy.providers.generation.choosing.catalog import generation_registry

        return generation_registry()

    @cached_property
    def _outcome(self) -> LoadedSettings | ConfigurationError:
        try:
            return self.choice.load(self.registry)
        except ConfigurationError as error:
            return error

    @property
    def loaded(self) -> LoadedSettings | None:
        """The settings; None where they are not valid."""
        return None if isinstance(self._outcome, ConfigurationError) else self._outcome

    @property
    def settings_error(self) -> ConfigurationError | None:
        """What is wrong with the settings; None where they are valid."""
        return self._outcome if isinstance(self._outcome, ConfigurationError) else None

    @cached_property
    def http(self) -> HttpClients:
        """The HTTP layer of the settings; it opens nothing before the first request."""
        from understudy.config import Settings
        from understudy.providers.http.clients import HttpClients

        return HttpClients((self.loaded.settings if self.loaded else Settings()).http)

    @cached_property
    def factory(self) -> ProviderFactory | None:
        """What makes the providers; None where the settings are not valid."""
        if self.loaded is None:
            return None
        from understudy.providers.generation.choosing.factory import ProviderFactory

        return ProviderFactory(self.registry, self.loaded.settings.generation, self.http, plugins=self.loaded.plugins)

    @property
    def wanted(self) -> Mapping[str, str]:
        """The registered providers that the settings ask for by name, each with the key that does."""
        if self.loaded is None:
            return {}
        generation = self.loaded.settings.generation
        asked = [("generation.fallback", name) for name in generation.fallback]
        asked += [("generation.default", generation.default)] if generation.default else []
        return {self.registry.get(name).name: key for key, name in asked if name in self.registry}


Check: TypeAlias = Callable[[Examination], Iterable[Finding]]
"""Looks at one thing. It changes nothing, and sends nothing unless ``examination.live``."""
