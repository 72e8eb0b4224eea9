"""The generation family's wiring."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel

from understudy.config.models.generation import GenerationSettings
from understudy.containers._injector import containers, providers
from understudy.containers.choosing import WiredFactory, fallback_chain, manager_of, member, select
from understudy.containers.http import HttpContainer
from understudy.containers.lifetime import Lifetime
from understudy.containers.mounting import needs
from understudy.containers.switch import Switch
from understudy.domain.generation import TextGenerator
from understudy.providers.generation.choosing.manager import ProviderManager
from understudy.providers.registry import ProviderRegistry

__all__ = ["GenerationContainer"]


class GenerationContainer(containers.DeclarativeContainer):
    """Text generators: ``generator`` is the selected one, and each provider has a node of its own name.

    Third-party providers join both when the container is opened.
    """

    settings: providers.Provider[GenerationSettings] = providers.Dependency(instance_of=GenerationSettings)
    plugins: providers.Provider[Mapping[str, BaseModel]] = providers.Dependency(
        instance_of=Mapping  # type: ignore[type-abstract]  # it is only for isinstance
    )
    registry: providers.Provider[ProviderRegistry] = providers.Dependency(instance_of=ProviderRegistry)
    lifetime: providers.Provider[Lifetime] = providers.Dependency(instance_of=Lifetime)
    http = needs(HttpContainer)

    claude = member("claude", registry, settings, plugins, http.clients, http.tapes, lifetime)
    codex = member("codex", registry, settings, plugins, http.clients, http.tapes, lifetime)
    gemini = member("gemini", registry, settings, plugins, http.clients, http.tapes, lifetime)
    ollama = member("ollama", registry, settings, plugins, http.clients, http.tapes, lifetime)
    deepseek = member("deepseek", registry, settings, plugins, http.clients, http.tapes, lifetime)

    generator: Switch[TextGenerator] = Switch(
        claude=claude, codex=codex, gemini=gemini, ollama=ollama, deepseek=deepseek
    )
    factory = providers.ThreadSafeSingleton(
        WiredFactory, registry, settings, plugins, http.clients, nodes=generator.provider, tapes=http.tapes.provider
    )
    manager: providers.Provider[ProviderManager] = providers.ThreadSafeSingleton(manager_of, factory, lifetime)
    fallback: providers.Provider[TextGenerator] = providers.ThreadSafeSingleton(fallback_chain, factory, lifetime)

    generator.set_selector(providers.ThreadSafeSingleton(select, factory))
    generator.add(fallback=fallback)
