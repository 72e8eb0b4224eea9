"""The generation providers there are: the five built in, and the plugins of installed packages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from understudy.domain.errors import ProviderNotFoundError
from understudy.providers.registry import ProviderRegistry
from understudy.providers.spec import load

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["BUILT_IN", "ENTRY_POINTS", "FAMILY", "builtin_registry", "generation_registry", "plugin_models"]

FAMILY = "generation"
ENTRY_POINTS = "understudy.generation"
"""The entry-point group of third-party providers; each yields a ProviderSpec or a function that returns one."""

_HOME = "understudy.providers.generation"

BUILT_IN: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("claude", f"{_HOME}.anthropic.spec:SPEC", ("anthropic",)),
    ("codex", f"{_HOME}.openai.spec:SPEC", ("gpt", "openai")),
    ("deepseek", f"{_HOME}.deepseek.spec:SPEC", ()),
    ("gemini", f"{_HOME}.gemini.spec:SPEC", ("google",)),
    ("ollama", f"{_HOME}.ollama.spec:SPEC", ("local",)),
)
"""Name, import string of the spec, aliases. The aliases stand here too, so that no plugin can take one."""


def builtin_registry() -> ProviderRegistry:
    """A new registry with the five built-in providers; their specs are imported when they are asked for."""
    registry = ProviderRegistry(FAMILY)
    for name, target, aliases in BUILT_IN:
        registry.register_lazy(name, target, aliases=aliases)
    return registry


def generation_registry(*, plugins: bool = True) -> ProviderRegistry:
    """A new registry with the built-in providers and, unless ``plugins`` is false, those of installed packages."""
    registry = builtin_registry()
    if plugins:
        registry.load_entry_points(ENTRY_POINTS)
    return registry


def plugin_models(registry: ProviderRegistry) -> Callable[[str], type[BaseModel] | None]:
    """What finds the settings model of a plugin by its name, for ``load_settings(plugin_models=…)``.

    It gives None for a name that no usable provider has.
    """

    def model(name: str) -> type[BaseModel] | None:
        try:
            spec = registry.get(name)
        except ProviderNotFoundError:
            return None
        found: type[BaseModel] = load(spec.settings)
        return found

    return model
