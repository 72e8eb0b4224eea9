"""Classes that are imported when they are first called."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Any

__all__ = ["Late"]


class Late:
    """A class by import string (``"package.module:Class"``), for a node that is built only where it is selected.

    ``arguments`` are the names of what it is called with, in their order, so that a graph is verified and drawn without
    importing anything.
    """

    def __init__(self, target: str, *arguments: str) -> None:
        self.target = target
        self.__name__ = self.__qualname__ = target.partition(":")[2]
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        self.__signature__ = inspect.Signature([inspect.Parameter(name, kind) for name in arguments])
        self._found: Callable[..., Any] | None = None

    def load(self) -> Callable[..., Any]:
        """The class itself, imported at the first call."""
        if self._found is None:
            module, _, name = self.target.partition(":")
            found: Callable[..., Any] = getattr(import_module(module), name)
            self._found = found
        return self._found

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """An instance of the class."""
        return self.load()(*args, **kwargs)
