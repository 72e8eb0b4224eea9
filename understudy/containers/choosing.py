"""The decisions behind the generation container's wiring: who is used how, and who answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from pydantic import BaseModel

from understudy.config.models.base import Use
from understudy.config.models.generation import GenerationSettings, ProviderSettings
from understudy.containers._injector import providers
from understudy.containers.lifetime import Lifetime, kept
from understudy.containers.switch import Choice, Switch
from understudy.domain.errors import ProviderNotFoundError
from understudy.domain.generation import TextGenerator
from understudy.providers.generation.choosing.availability import Availability
from understudy.providers.generation.choosing.build import BUILDERS, build_mock, build_real, build_replay
from understudy.providers.generation.choosing.factory import ProviderFactory
from understudy.providers.generation.choosing.manager import ProviderManager
from understudy.providers.generation.choosing.sections import provider_settings, settings_key
from understudy.providers.registry import ProviderRegistry
from understudy.providers.spec import ProviderSpec

if TYPE_CHECKING:
    from understudy.providers.generation.choosing.build import Builder
    from understudy.providers.http.clients import HttpClients
    from understudy.providers.recording.tapes import Tapes

__all__ = ["FALLBACK", "WiredFactory", "fallback_chain", "manager_of", "member", "select"]

FALLBACK = "fallback"
"""The branch of the generator that asks several providers; no provider can have this name."""

_FAMILY = "generation"
Plugins = Mapping[str, BaseModel]


class WiredFactory(ProviderFactory):
    """The container's factory. What overrides a provider's node is available, and is what ``create`` gives.

    ``nodes`` is the switch that has the providers' nodes as its branches, ``tapes`` makes the container's recordings.
    """

    def __init__(
        self,
        registry: ProviderRegistry,
        settings: GenerationSettings,
        plugins: Plugins,
        http: HttpClients,
        *,
        nodes: Switch[TextGenerator],
        tapes: Callable[[], Tapes],
    ) -> None:
        super().__init__(registry, settings, http, plugins=plugins, builders=_builders(tapes))
        self._nodes = nodes

    def create(self, name: str, *, use: Use | None = None) -> TextGenerator:
        """As ``ProviderFactory.create``; an overridden node's override, unless ``use`` says how."""
        node = None if use else self._override(name)
        return super().create(name, use=use) if node is None else node()

    def node(self, name: str) -> providers.Provider[TextGenerator] | None:
        """The container's node of a provider, by its name; None for one that was registered later."""
        return self._nodes.providers.get(name)

    def _override(self, name: str) -> providers.Provider[TextGenerator] | None:
        node = self.node(name) or self.node(self.registry.get(name).name)
        return None if node is None or node.last_overriding is None else node

    def _row(self, name: str) -> Availability:
        node = self.node(name)
        overridden = node is not None and node.last_overriding is not None
        return Availability(name=name) if overridden else super()._row(name)


def member(
    name: str,
    registry: providers.Provider[ProviderRegistry],
    settings: providers.Provider[GenerationSettings],
    plugins: providers.Provider[Plugins],
    http: providers.Provider[HttpClients],
    tapes: providers.Provider[Tapes],
    lifetime: providers.Provider[Lifetime],
) -> providers.Provider[TextGenerator]:
    """The node of one generation provider: itself, recorded, replayed or its stand-in, as its settings say."""
    return Switch(
        providers.Callable(_use, name, registry, settings, plugins),
        real=kept(lifetime, real_provider, name, registry, settings, plugins, http),
        record=kept(lifetime, recorded, name, registry, settings, plugins, tapes),
        replay=kept(lifetime, replayed, name, registry, settings, plugins, tapes),
        mock=kept(lifetime, stand_in, name, registry, settings, plugins),
    )


def _use(name: str, registry: ProviderRegistry, settings: GenerationSettings, plugins: Plugins) -> Choice:
    if name in type(settings).model_fields:
        own, setting = getattr(settings, name).use, f"generation.{name}.use"
    elif settings.plugins:
        spec = registry.get(name)
        own, setting = provider_settings(spec, settings, plugins).use, settings_key(spec, "use")
    else:  # it has no section, and nobody has to import it to see that
        own, setting = None, ""
    return Choice(settings.use, "generation.use") if own is None else Choice(own, setting)


def real_provider(
    name: str, registry: ProviderRegistry, settings: GenerationSettings, plugins: Plugins, http: HttpClients
) -> TextGenerator:
    spec = registry.get(name)
    return build_real(spec, provider_settings(spec, settings, plugins), http)


def stand_in(name: str, registry: ProviderRegistry, settings: GenerationSettings, plugins: Plugins) -> TextGenerator:
    spec = registry.get(name)
    return build_mock(spec, provider_settings(spec, settings, plugins))


def recorded(
    name: str, registry: ProviderRegistry, settings: GenerationSettings, plugins: Plugins, tapes: Tapes
) -> TextGenerator:
    spec = registry.get(name)
    return build_real(spec, provider_settings(spec, settings, plugins), tapes.recording(_FAMILY, spec.name))


def replayed(
    name: str, registry: ProviderRegistry, settings: GenerationSettings, plugins: Plugins, tapes: Tapes
) -> TextGenerator:
    spec = registry.get(name)
    return build_replay(spec, provider_settings(spec, settings, plugins), tapes.replaying(_FAMILY, spec.name))


def _builders(tapes: Callable[[], Tapes]) -> Mapping[Use, Builder]:
    """The ways of using a provider, with those that need the container's recordings."""

    def record(spec: ProviderSpec, section: ProviderSettings, _http: HttpClients) -> TextGenerator:
        return build_real(spec, section, tapes().recording(_FAMILY, spec.name))

    def replay(spec: ProviderSpec, section: ProviderSettings, _http: HttpClients) -> TextGenerator:
        return build_replay(spec, section, tapes().replaying(_FAMILY, spec.name))

    return {**BUILDERS, "record": record, "replay": replay}


def select(factory: WiredFactory) -> Choice:
    """The branch of the generator: the fallback where one is configured, else the first provider that can be used.

    A name in the settings that nobody has announced is returned as it is, so that the switch refuses it. Raises
    NoProviderAvailableError.
    """
    settings = factory.settings
    wanted = [("generation.fallback", word) for word in settings.fallback]
    if settings.default is not None:
        wanted.append(("generation.default", settings.default))
    for setting, word in wanted:
        if not _announced(factory.registry, word):
            if word == FALLBACK:  # which is a branch, and still no provider
                raise ProviderNotFoundError(word, family="generation", registered=factory.registry.names)
            return Choice(word, setting)  # no branch: the switch says which there are, and where this was set
    if settings.fallback:
        return Choice(FALLBACK, "generation.fallback")
    setting = "generation.preference" if settings.default is None else "generation.default"
    return Choice(factory.first_usable(_itself), setting)


def _announced(registry: ProviderRegistry, word: str) -> bool:
    """Whether somebody has announced this provider, even one that turned out to be broken."""
    try:
        registry.get(word)
    except ProviderNotFoundError as error:
        return error.reason is not None
    return True


def fallback_chain(factory: WiredFactory, lifetime: Lifetime) -> TextGenerator:
    """The default provider and those of ``generation.fallback`` behind it, each the container's own."""
    return factory.create_with_fallback(_resolver(factory, lifetime))


def manager_of(factory: WiredFactory, lifetime: Lifetime) -> ProviderManager:
    """A manager whose providers are the container's own."""
    return ProviderManager(factory, create=_resolver(factory, lifetime))


def _resolver(factory: WiredFactory, lifetime: Lifetime) -> Callable[[str], TextGenerator]:
    def resolve(name: str) -> TextGenerator:
        node = factory.node(name)
        return lifetime.add(factory.create(name)) if node is None else node()

    return resolve


def _itself(name: str) -> str:
    return name
