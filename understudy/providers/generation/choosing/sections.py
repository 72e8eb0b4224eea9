"""A provider's own settings: its section of the file, a plugin's section, or its model's defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from understudy.config.models.base import Use
from understudy.config.models.generation import GenerationSettings, ProviderSettings
from understudy.domain.errors import ConfigurationError, Fault, WiringError
from understudy.providers.spec import ProviderSpec, load

__all__ = ["provider_settings", "settings_key", "use_of", "validate"]

_Found = TypeVar("_Found")


def settings_key(spec: ProviderSpec, field: str = "") -> str:
    """Where the settings file says ``field`` of a provider: ``generation.claude.api_key``."""
    section = spec.name if spec.name in GenerationSettings.model_fields else f"plugins.{spec.name}"
    return f"generation.{section}.{field}".rstrip(".")


def use_of(section: ProviderSettings, settings: GenerationSettings) -> Use:
    """How a provider is used: as its own section says, else as the family's does."""
    return section.use or settings.use


def provider_settings(
    spec: ProviderSpec, settings: GenerationSettings, plugins: Mapping[str, BaseModel]
) -> ProviderSettings:
    """The settings of one provider, of the model that its spec names.

    ``plugins`` are the plugins' sections as the settings loader validated them; a section that it has not is validated
    here. Raises ConfigurationError for a section that does not fit, WiringError for a model that is not one of
    ProviderSettings, ImportError where the model cannot be imported.
    """
    model = _model(spec)
    own = getattr(settings, spec.name, None) if spec.name in type(settings).model_fields else None
    validated = _lookup(plugins, spec)
    for section in (own, validated):
        if isinstance(section, model):
            return section
    raw = _lookup(settings.plugins, spec)
    if raw is None and isinstance(own, BaseModel):  # the provider was replaced by one with another model
        raw = {name: getattr(own, name) for name in own.model_fields_set}
    return validate(spec, raw or {})


def validate(
    spec: ProviderSpec, values: Mapping[str, Any], *, origins: Mapping[str, str] | None = None
) -> ProviderSettings:
    """A provider's settings from plain values. Raises ConfigurationError with every fault; no value shows in it.

    ``origins`` says where the value of a field came from.
    """
    try:
        return _model(spec).model_validate(dict(values))
    except ValidationError as error:
        faults = [
            Fault(
                where=settings_key(spec, ".".join(str(step) for step in fault["loc"])),
                reason=fault["msg"],
                origin=(origins or {}).get(str(fault["loc"][0])) if fault["loc"] else None,
            )
            for fault in error.errors(include_input=False, include_url=False, include_context=False)
        ]
    raise ConfigurationError(faults)  # outside of the handler: pydantic's own error quotes the values


def _model(spec: ProviderSpec) -> type[ProviderSettings]:
    model = load(spec.settings)
    if not (isinstance(model, type) and issubclass(model, ProviderSettings)):
        reason = f"its settings model {model!r} does not derive from ProviderSettings"
        raise WiringError([Fault(where=f"generation provider {spec.name!r}", reason=reason)])
    return model


def _lookup(sections: Mapping[str, _Found], spec: ProviderSpec) -> _Found | None:
    """The section under the provider's name, else under one of its aliases, in any case."""
    by_word = {word.lower(): section for word, section in sections.items()}
    found = (by_word[word.lower()] for word in (spec.name, *spec.aliases) if word.lower() in by_word)
    return next(found, None)
