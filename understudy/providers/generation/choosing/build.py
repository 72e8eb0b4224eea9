"""From a spec and its settings to a provider: one builder for each way of using it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from understudy.config.models.base import Use
from understudy.config.models.generation import ProviderSettings
from understudy.domain.errors import (
    ConfigurationError,
    Fault,
    MissingCredentialsError,
    MissingDependencyError,
    UnderstudyError,
)
from understudy.domain.generation import TextGenerator
from understudy.domain.secrets import Secret
from understudy.providers.generation.choosing.sections import settings_key
from understudy.providers.spec import ProviderSpec, load

if TYPE_CHECKING:
    from understudy.providers.http.clients import HttpClients

__all__ = ["BUILDERS", "Builder", "build", "build_mock", "build_real", "build_replay", "check_real", "no_builder"]

Builder: TypeAlias = "Callable[[ProviderSpec, ProviderSettings, HttpClients], TextGenerator]"
"""Makes a provider from its spec, its settings and the shared HTTP layer."""


_NO_KEY = "none-is-needed-for-a-replay"  # the provider's code wants one; it goes nowhere


def _missing(spec: ProviderSpec, target: str | Callable[..., Any], error: Exception) -> MissingDependencyError:
    install = f'pip install "{spec.distribution}[{spec.extra}]"' if spec.extra else None
    return MissingDependencyError(spec.name, target=str(target), reason=str(error), install=install)


def _name(spec: ProviderSpec, error: Exception) -> None:
    """Let an error that a constructor raised by itself say whose it is; those of the tree say so already."""
    if not isinstance(error, UnderstudyError):
        error.add_note(f"while making the generation provider {spec.name!r} of {spec.distribution}")


def _load(spec: ProviderSpec, target: str | Callable[..., Any]) -> Callable[..., TextGenerator]:
    try:
        loaded: Callable[..., TextGenerator] = load(target)
    except (ImportError, AttributeError) as error:
        raise _missing(spec, target, error) from error
    return loaded


def check_real(spec: ProviderSpec, settings: ProviderSettings) -> Callable[..., TextGenerator]:
    """What makes the real provider, if it can be made, without making it.

    Raises MissingCredentialsError where it needs a credential and the settings have none, MissingDependencyError where
    its code cannot be imported.
    """
    if spec.needs_credentials and not settings.api_key:
        raise MissingCredentialsError(spec.name, variables=spec.credentials, key=settings_key(spec, "api_key"))
    return _load(spec, spec.real)


def build_real(spec: ProviderSpec, settings: ProviderSettings, http: HttpClients) -> TextGenerator:
    """The service itself. Nothing is sent.

    Raises MissingCredentialsError, MissingDependencyError, and what its constructor raises, with a note that names it.
    """
    make = check_real(spec, settings)
    try:
        return make(settings, http=http)
    except ImportError as error:  # a provider may import a vendor's library as late as this
        raise _missing(spec, spec.real, error) from error
    except Exception as error:
        _name(spec, error)
        raise


def build_replay(spec: ProviderSpec, settings: ProviderSettings, http: HttpClients) -> TextGenerator:
    """The service's own code over recordings: ``http`` answers from them. It needs no credential.

    Raises MissingDependencyError, and what its constructor raises, with a note that names it.
    """
    if spec.needs_credentials and not settings.api_key:
        settings = settings.model_copy(update={"api_key": Secret(_NO_KEY)})
    return build_real(spec, settings, http)


def build_mock(spec: ProviderSpec, settings: ProviderSettings) -> TextGenerator:
    """The provider's stand-in, which needs no credential. Raises MissingDependencyError."""
    make = _load(spec, spec.mock)
    try:
        return make(settings, spec=spec)
    except Exception as error:
        _name(spec, error)
        raise


def _mock(spec: ProviderSpec, settings: ProviderSettings, _http: HttpClients) -> TextGenerator:
    return build_mock(spec, settings)


BUILDERS: Mapping[Use, Builder] = MappingProxyType({"real": build_real, "mock": _mock})
"""The ways of using a provider that this version has."""


def build(
    spec: ProviderSpec,
    settings: ProviderSettings,
    http: HttpClients,
    *,
    use: Use,
    builders: Mapping[Use, Builder] = BUILDERS,
) -> TextGenerator:
    """The provider, real or stand-in as ``use`` says.

    Raises ConfigurationError for a use that ``builders`` does not have, and what the builder raises.
    """
    builder = builders.get(use)
    if builder is None:
        raise no_builder(spec, use, builders)
    return builder(spec, settings, http)


def no_builder(spec: ProviderSpec, use: Use, builders: Mapping[Use, Builder]) -> ConfigurationError:
    """The error for a way of using a provider that there is not; it names those that there are."""
    reason = f"this version cannot use a generation provider by {use!r}"
    hint = f"The choices are: {', '.join(builders)}."
    return ConfigurationError([Fault(where=settings_key(spec, "use"), reason=reason, hint=hint)])
