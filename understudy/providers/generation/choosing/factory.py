"""Makes providers from the settings, and chooses one where the settings leave the choice open."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel

from understudy.config.models.base import Use
from understudy.config.models.generation import GenerationSettings, ProviderSettings
from understudy.domain.errors import MissingCredentialsError, NoProviderAvailableError, ProviderNotFoundError
from understudy.domain.generation import TextGenerator
from understudy.providers.generation.choosing.availability import Availability, check, probe, why
from understudy.providers.generation.choosing.build import BUILDERS, Builder, build
from understudy.providers.generation.choosing.from_env import settings_from_env
from understudy.providers.generation.choosing.sections import provider_settings, use_of
from understudy.providers.registry import ProviderRegistry
from understudy.providers.spec import ProviderSpec

if TYPE_CHECKING:
    from understudy.providers.http.clients import HttpClients

__all__ = ["ProviderFactory"]

_Made = TypeVar("_Made")
_logger = logging.getLogger(__name__)

STAND_IN = "a stand-in (use: {use}) takes the place of a real provider only where it is named as the default"
_STAND_INS = ("mock", "replay")


class ProviderFactory:
    """Makes the providers of a registry as the settings say.

    ``plugins`` are third-party providers' sections as the settings loader validated them; ``builders`` are the ways of
    using a provider. Each ``create`` makes a new provider; ProviderManager keeps one of each.
    """

    def __init__(
        self,
        registry: ProviderRegistry,
        settings: GenerationSettings,
        http: HttpClients,
        *,
        plugins: Mapping[str, BaseModel] | None = None,
        builders: Mapping[Use, Builder] = BUILDERS,
    ) -> None:
        self.registry = registry
        self.settings = settings
        self._http = http
        self._plugins = dict(plugins or {})
        self._builders = builders
        self._default = settings.default

    def register(self, spec: ProviderSpec, *, replace: bool = False) -> None:
        """Add a provider to the registry. Raises DuplicateProviderError as ``ProviderRegistry.register`` does."""
        self.registry.register(spec, replace=replace)

    def settings_for(self, name: str) -> ProviderSettings:
        """The settings of a provider. Raises ProviderNotFoundError, ConfigurationError."""
        return provider_settings(self.registry.get(name), self.settings, self._plugins)

    def use(self, name: str) -> Use:
        """How a provider is used, real or by its stand-in. Raises ProviderNotFoundError, ConfigurationError."""
        return use_of(self.settings_for(name), self.settings)

    def has_credentials(self, name: str) -> bool:
        """Whether the settings have the credential of a provider, or it needs none."""
        return not self.registry.get(name).needs_credentials or bool(self.settings_for(name).api_key)

    def create(self, name: str, *, use: Use | None = None) -> TextGenerator:
        """A new provider, by name or alias; ``use`` None is as the settings say.

        Raises ProviderNotFoundError, MissingCredentialsError, MissingDependencyError, and ConfigurationError for
        settings that do not fit and for a use that is not there.
        """
        spec = self.registry.get(name)
        section = provider_settings(spec, self.settings, self._plugins)
        how = use or use_of(section, self.settings)
        return build(spec, section, self._http, use=how, builders=self._builders)

    def create_from_env(self, name: str, environ: Mapping[str, str] | None = None) -> TextGenerator:
        """A new real provider from its environment variables alone, over its defaults; no settings file counts.

        ``environ`` stands in for ``os.environ``. Raises what ``create`` raises.
        """
        spec = self.registry.get(name)
        section = settings_from_env(spec, os.environ if environ is None else environ)
        return build(spec, section, self._http, use="real", builders=self._builders)

    @property
    def default(self) -> str | None:
        """The provider that is wanted by default, by name, or None where the preference decides.

        Raises ProviderNotFoundError where the settings name one that does not exist.
        """
        return None if self._default is None else self.registry.get(self._default).name

    def set_default(self, name: str) -> None:
        """Want another provider by default than the settings do. Raises ProviderNotFoundError."""
        self._default = self.registry.get(name).name

    def create_default(self) -> TextGenerator:
        """The default provider or, where it is not available, the first that is: see ``first_usable``."""
        return self.first_usable(self.create)

    def create_with_fallback(self, make: Callable[[str], TextGenerator] | None = None) -> TextGenerator:
        """The default provider, as ``create_default`` has it, with those of ``generation.fallback`` behind it.

        ``make`` makes a provider by its name; without it ``create`` does.
        A fallback that cannot be made is passed over with a warning; with none left, it is the default provider alone.
        Raises what ``create_default`` raises, and ProviderNotFoundError for a fallback that nobody has announced.
        """
        from understudy.providers.generation.fallback.generator import FallbackGenerator

        make = make or self.create
        chain = [self.first_usable(make)]
        for word in self.settings.fallback:
            name = self._announced(word)
            if name in (provider.name for provider in chain):
                continue
            try:
                chain.append(make(name))
            except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the others remain
                _logger.warning("Passed over the fallback %s: %s", name, why(error))
        return FallbackGenerator(chain) if len(chain) > 1 else chain[0]

    def first_usable(self, make: Callable[[str], _Made]) -> _Made:
        """What ``make`` makes of the first provider that can be used: the default, the preference, the rest by name.

        A provider that cannot be used is passed over, with a warning where it is the default or where its settings or
        its code are at fault. While the family is real, a stand-in never takes another provider's place.
        Raises NoProviderAvailableError with each provider's reason, and ProviderNotFoundError for a default that nobody
        has announced: that is a slip, and no reason to use another.
        """
        wanted = None if self._default is None else self._announced(self._default)
        reasons: dict[str, str] = {}
        for row in map(self._row, self._order(wanted)):
            reason = row.reason or self._stand_in(row, wanted)
            invalid = row.invalid
            if reason is None:
                try:
                    made = make(row.name)
                except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the next one is tried
                    reason, invalid = why(error), True
                else:
                    if wanted not in (None, row.name):
                        _logger.warning(
                            "The default provider %s is not available (%s); using %s", wanted, reasons[wanted], row.name
                        )
                    return made
            reasons[row.name] = reason
            if invalid and row.name != wanted:
                _logger.warning("Passed over the provider %s: %s", row.name, reason)
        raise NoProviderAvailableError(self.registry.family, reasons=reasons)

    def detect_available(self) -> tuple[Availability, ...]:
        """Which providers could be used, and why not the others, in the order in which a default is looked for.

        Nothing is sent: a local server that needs no credential counts as available; ``probe`` asks it.
        """
        return tuple(map(self._row, self._order(self._default)))

    def available_providers(self) -> tuple[str, ...]:
        """The names of those that could be used, in the order in which a default is looked for. Nothing is sent."""
        return tuple(row.name for row in self.detect_available() if row.available)

    async def probe(self, *names: str, within: float = 2.0) -> tuple[Availability, ...]:
        """``detect_available``, and a health check of the providers that are ``names``, all at once.

        Without names, those that are used for real and need no credential are asked: there, only the server itself can
        tell whether it is there. ``within`` is in seconds, for each. Raises ProviderNotFoundError.
        """
        asked = {self.registry.get(name).name for name in names}
        rows = self.detect_available()
        return tuple(await asyncio.gather(*(self._probe(row, asked, within) for row in rows)))

    async def _probe(self, row: Availability, asked: set[str], within: float) -> Availability:
        if not row.available or not (row.name in asked if asked else self._only_the_server_knows(row)):
            return row
        try:
            provider = self.create(row.name)
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything; that is the reason
            return replace(row, reason=why(error), invalid=True)
        return await probe(row, provider, within=within)

    def _only_the_server_knows(self, row: Availability) -> bool:
        return row.use == "real" and not self.registry.get(row.name).needs_credentials

    def _announced(self, word: str) -> str:
        """The name behind a word; for a broken plugin, the word. Raises ProviderNotFoundError for an unknown one."""
        try:
            return self.registry.get(word).name
        except ProviderNotFoundError as error:
            if error.reason is None:
                raise
            return word

    def _order(self, wanted: str | None) -> Iterator[str]:
        """The names in the order in which a default is looked for, each once; imports specs as it goes."""
        explicit = "preference" in self.settings.model_fields_set
        seen: set[str] = set()
        broken = (plugin.name for plugin in self.registry.broken)
        for word in chain([wanted] if wanted else [], self.settings.preference, self.registry.names, broken):
            try:
                name = self._announced(word)
            except ProviderNotFoundError:
                if word in self.settings.preference and not explicit:
                    continue  # the built-in preference; this registry has other providers
                name = word
            if name.lower() not in seen:
                seen.add(name.lower())
                yield name

    def _row(self, name: str) -> Availability:
        use: Use | None = None
        try:
            spec = self.registry.get(name)
            section = provider_settings(spec, self.settings, self._plugins)
            use = use_of(section, self.settings)
            check(spec, section, use, self._builders)
        except MissingCredentialsError as error:
            return Availability(name=name, use=use, reason=why(error))
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything; that is the reason
            return Availability(name=name, use=use, reason=why(error), invalid=True)
        return Availability(name=name, use=use)

    def _stand_in(self, row: Availability, wanted: str | None) -> str | None:
        meant = row.use not in _STAND_INS or self.settings.use in _STAND_INS or row.name == wanted
        return None if meant else STAND_IN.format(use=row.use)
