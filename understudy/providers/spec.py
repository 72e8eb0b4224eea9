"""A provider as it is known before it is imported."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from understudy.domain.capabilities import Capabilities

__all__ = ["NAME", "ProviderSpec", "check_name", "load"]

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""What a provider's name and its aliases look like."""


def load(target: str | Callable[..., Any]) -> Any:
    """The object behind ``"package.module:name"``; anything that is not a string is returned as it is."""
    if not isinstance(target, str):
        return target
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)


def check_name(name: str) -> None:
    """Raises ValueError for what cannot be a provider's name."""
    if not NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} is not a provider name: letters, digits, '.', '_' and '-', and a letter or a digit first."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSpec:
    """A provider as the registry knows it.

    ``real``, ``mock`` and ``settings`` are import strings (``"package.module:name"``) or the objects themselves:
    ``real(settings, http=HttpClients)`` and ``mock(settings, spec=ProviderSpec)`` make a TextGenerator, ``settings`` is
    the model of the provider's settings. ``credentials`` names the environment variables any one of which will do.
    ``extra`` is the optional dependency group that ``real`` needs, of the package that ``distribution`` names.
    ``narrow`` is for a provider whose settings choose between APIs that can do different things: it makes the
    capabilities from the settings and the spec's own.

    Raises ValueError for a name or an alias with anything but ASCII letters, digits, ``.``, ``_`` and ``-`` in it.
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
    distribution: str = "understudy"
    narrow: Callable[[Any, Capabilities], Capabilities] | None = None

    def __post_init__(self) -> None:
        for name in (self.name, *self.aliases):
            check_name(name)

    def capabilities_for(self, settings: Any) -> Capabilities:
        """What the provider can do as ``settings`` have it."""
        return self.capabilities if self.narrow is None else self.narrow(settings, self.capabilities)
