"""What is known of providers without importing them: specs, and the registry of one family."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from understudy.domain.capabilities import Capabilities

__all__ = ["ProviderSpec", "load"]


def load(target: str | Callable[..., Any]) -> Any:
    """The object behind ``"package.module:name"``; anything that is not a string is returned as it is."""
    if not isinstance(target, str):
        return target
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSpec:
    """A provider as the registry knows it.

    ``real``, ``mock`` and ``settings`` are import strings (``"package.module:name"``) or the objects themselves:
    ``real(settings, http=HttpClients)`` and ``mock(settings, spec=ProviderSpec)`` make a TextGenerator, ``settings`` is
    the model of the provider's settings. ``credentials`` names the environment variables any one of which will do.
    ``extra`` is the optional dependency group that ``real`` needs.
    """

    name: str
    title: str
    real: str | Callable[..., Any]
    settings: str | type[Any]
    capabilities: Capabilities
    mock: str | Callable[..., Any] = "understudy.providers.generation.mock:MockGenerator"
    aliases: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ()
    needs_credentials: bool = True
    extra: str | None = None
