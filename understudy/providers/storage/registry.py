"""The storage backends there are: those built in, and the plugins of installed packages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from understudy.domain.errors import ProviderNotFoundError
from understudy.providers.registry import SpecRegistry
from understudy.providers.spec import load
from understudy.providers.storage.spec import BackendSpec

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["BUILT_IN", "ENTRY_POINTS", "FAMILY", "StorageBackendRegistry", "backend_models", "storage_registry"]

FAMILY = "storage"
ENTRY_POINTS = "understudy.storage"
"""The entry-point group of third-party backends; each yields a BackendSpec or a function that returns one."""

_HOME = "understudy.providers.storage"

BUILT_IN: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("duckdb", f"{_HOME}.duckdb.spec:SPEC", ("duck",)),
    ("bigquery", f"{_HOME}.bigquery.spec:SPEC", ("bq",)),
    ("exasol", f"{_HOME}.exasol.spec:SPEC", ()),
    ("delta", f"{_HOME}.delta.spec:SPEC", ("deltalake",)),
    ("redshift", f"{_HOME}.redshift.spec:SPEC", ()),
    ("snowflake", f"{_HOME}.snowflake.spec:SPEC", ()),
    ("synapse", f"{_HOME}.synapse.spec:SPEC", ()),
)
"""Name, import string of the spec, aliases. The aliases stand here too, so that no plugin can take one."""


class StorageBackendRegistry(SpecRegistry[BackendSpec]):
    """The storage backends by name and alias. Nothing of a backend is imported before it is asked for."""

    def __init__(self) -> None:
        super().__init__(FAMILY, BackendSpec)


def storage_registry(*, plugins: bool = True) -> StorageBackendRegistry:
    """A new registry with the built-in backends and, unless ``plugins`` is false, those of installed packages."""
    registry = StorageBackendRegistry()
    for name, target, aliases in BUILT_IN:
        registry.register_lazy(name, target, aliases=aliases)
    if plugins:
        registry.load_entry_points(ENTRY_POINTS)
    return registry


def backend_models(registry: StorageBackendRegistry) -> Callable[[str], type[BaseModel] | None]:
    """What finds the settings model of a plugin by its name, for ``load_settings(backend_models=…)``.

    It gives None for a name that no usable backend has.
    """

    def model(name: str) -> type[BaseModel] | None:
        try:
            spec = registry.get(name)
        except ProviderNotFoundError:
            return None
        found: type[BaseModel] = load(spec.settings)
        return found

    return model
