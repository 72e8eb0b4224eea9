"""Which backends the settings name: each backend under its own name, and further instances under theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from understudy.config.models.base import StorageUse
from understudy.config.models.storage import BackendSettings, StorageSettings
from understudy.domain.errors import ConfigurationError, Fault, ProviderNotFoundError, WiringError
from understudy.providers.spec import load
from understudy.providers.storage.registry import FAMILY, StorageBackendRegistry
from understudy.providers.storage.spec import BackendSpec

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Instance", "Instances"]

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A backend with the settings of one of its instances. ``key`` is where the settings have its section."""

    name: str
    spec: BackendSpec
    section: BackendSettings
    key: str
    use: StorageUse


class Instances:
    """The instances by name. Nothing is imported before one is asked for."""

    def __init__(
        self, settings: StorageSettings, registry: StorageBackendRegistry, plugins: Mapping[str, BaseModel]
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._plugins = plugins
        self._further = dict(self._named())

    @property
    def names(self) -> tuple[str, ...]:
        """The backends' names and those of further instances, sorted."""
        return tuple(sorted({*self._registry.names, *self._further}))

    def find(self, name: str) -> Instance:
        """The instance of this name, or the backend of this name or alias.

        Raises ProviderNotFoundError, and ConfigurationError for a section that does not fit the backend's own model.
        """
        if name in self._further:
            backend, section = self._further[name]
            spec = self._registry.get(backend)
            return self._instance(name, spec, section, f"{FAMILY}.instances.{backend}.{name}")
        try:
            spec = self._registry.get(name)
        except ProviderNotFoundError as error:
            known = (*error.registered, *self._further)
            raise ProviderNotFoundError(name, family=FAMILY, registered=known, reason=error.reason) from None
        built_in = spec.name in type(self._settings).model_fields
        key = f"{FAMILY}.{spec.name}" if built_in else f"{FAMILY}.plugins.{spec.name}"
        return self._instance(spec.name, spec, self._section(spec, key, built_in=built_in), key)

    def _instance(self, name: str, spec: BackendSpec, section: BackendSettings, key: str) -> Instance:
        return Instance(name=name, spec=spec, section=section, key=key, use=section.use or self._settings.use)

    def _section(self, spec: BackendSpec, key: str, *, built_in: bool) -> BackendSettings:
        model = load(spec.settings)
        if not (isinstance(model, type) and issubclass(model, BackendSettings)):
            reason = f"its settings model {model!r} does not derive from BackendSettings"
            raise WiringError([Fault(where=f"storage backend {spec.name!r}", reason=reason)])
        found = getattr(self._settings, spec.name) if built_in else _lookup(self._plugins, spec)
        if isinstance(found, model):
            return found
        raw = _lookup(self._settings.plugins, spec)
        if raw is None and isinstance(found, BaseModel):  # the backend was replaced by one with another model
            raw = {name: getattr(found, name) for name in found.model_fields_set}
        return _validated(model, raw or {}, key)

    def _named(self) -> Iterator[tuple[str, tuple[str, BackendSettings]]]:
        """The further instances. Raises ConfigurationError for a name that is a backend's, or comes twice."""
        further = self._settings.instances
        taken = {word.lower(): word for word in (*self._registry.names, *self._registry.aliases)}
        faults: list[Fault] = []
        for backend in type(further).model_fields if further is not None else ():
            for name, section in getattr(further, backend).items():
                if name.lower() in taken:
                    reason = f"the name is taken by {taken[name.lower()]!r}"
                    faults.append(Fault(where=f"{FAMILY}.instances.{backend}.{name}", reason=reason))
                taken[name.lower()] = f"{backend}.{name}"
                yield name, (backend, section)
        if faults:
            raise ConfigurationError(faults)


def _validated(model: type[BackendSettings], raw: Mapping[str, object], key: str) -> BackendSettings:
    try:
        return model.model_validate(dict(raw))
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)
        faults = [Fault(where=".".join([key, *map(str, each["loc"])]), reason=each["msg"]) for each in found]
    raise ConfigurationError(faults)  # outside of the handler: pydantic's own error quotes the values


def _lookup(sections: Mapping[str, _Found], spec: BackendSpec) -> _Found | None:
    """The section under the backend's name, else under one of its aliases, in any case."""
    by_word = {word.lower(): section for word, section in sections.items()}
    return next((by_word[word.lower()] for word in (spec.name, *spec.aliases) if word.lower() in by_word), None)
