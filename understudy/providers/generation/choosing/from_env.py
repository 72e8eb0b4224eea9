"""A provider's settings from environment variables alone: no file, no profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy.config.environment import VARIABLES
from understudy.config.models.generation import ProviderSettings
from understudy.domain.errors import ConfigurationError, Fault
from understudy.domain.secrets import Secret
from understudy.providers.generation.choosing.sections import settings_key, validate
from understudy.providers.spec import ProviderSpec

__all__ = ["settings_from_env"]


def settings_from_env(spec: ProviderSpec, environ: Mapping[str, str]) -> ProviderSettings:
    """What the documented variables say of a provider, over its model's defaults.

    The credential is the first of ``spec.credentials`` that is set. An empty variable says nothing. Raises
    ConfigurationError, with the variable's name and without its value, for one that does not fit.
    """
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for variable in VARIABLES:
        section, _, field = variable.key.rpartition(".")
        if section != settings_key(spec) or field == "api_key" or not environ.get(variable.name):
            continue
        origins[field] = variable.name
        try:
            values[field] = variable.read(environ[variable.name])
        except ValueError as error:
            fault = Fault(where=variable.key, reason=str(error), origin=variable.name)
            raise ConfigurationError([fault]) from None  # the value is not for the traceback
    for name in spec.credentials:
        if environ.get(name):
            origins["api_key"] = name
            values["api_key"] = Secret(environ[name])
            break
    return validate(spec, values, origins=origins)
