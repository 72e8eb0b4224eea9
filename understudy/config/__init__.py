"""Settings files to one frozen Settings, with the origin of every value."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from understudy.config.loaded import Explanation, LoadedSettings, Said
    from understudy.config.loader import load_settings
    from understudy.config.models.settings import Settings
    from understudy.config.tree import Origin

__all__ = ["Explanation", "LoadedSettings", "Origin", "Said", "Settings", "load_settings"]

_HOMES = {
    "Explanation": "loaded",
    "LoadedSettings": "loaded",
    "Origin": "tree",
    "Said": "loaded",
    "Settings": "models.settings",
    "load_settings": "loader",
}


def __getattr__(name: str) -> Any:
    # The models cost tens of milliseconds to import, and a domain type is often all that is wanted.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
