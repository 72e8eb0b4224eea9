"""dependency-injector, imported without the web frameworks that it looks for.

``dependency_injector.wiring`` imports FastAPI, Starlette, fast_depends and Werkzeug wherever they are installed, only
to recognise their markers: 0.4 to 0.7 s for programs that never use them. Here that one module is imported while those
names do not resolve, and its two public hook lists get extractors that look the frameworks up when they are needed.
Wiring therefore works alike whether the application imports its framework before or after this package.

Everything in this package takes ``containers`` and ``providers`` from here.
"""

from __future__ import annotations

import inspect
import sys
import threading
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

# It does not import the wiring, so it needs no guard; imported first, so that what it imports is not guarded either.
from dependency_injector import providers

__all__ = ["containers", "providers"]

_WIRING = "dependency_injector.wiring"
_FRAMEWORKS = frozenset({"fastapi", "fast_depends", "starlette", "werkzeug"})


class _Refusal:
    """A finder that refuses the frameworks, for the thread that made it; all other imports pass by."""

    def __init__(self) -> None:
        self._thread = threading.get_ident()

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if threading.get_ident() == self._thread and name.partition(".")[0] in _FRAMEWORKS:
            raise ModuleNotFoundError(f"{name} is looked up when it is needed.", name=name)
        return None


def _loaded(module: str, name: str) -> type[Any] | None:
    """The class, where the application has imported its module; never an import."""
    found = getattr(sys.modules.get(module), name, None)
    return found if isinstance(found, type) else None


def _depends_marker(parameter: Any) -> Any:
    """What stands inside the ``Depends(...)`` of FastAPI or of either generation of fast_depends."""
    for module, name in (
        ("fastapi.params", "Depends"),
        ("fast_depends.dependencies.model", "Dependant"),
        ("fast_depends.dependencies", "Depends"),
    ):
        kind = _loaded(module, name)
        if kind is not None and isinstance(parameter, kind):
            return getattr(parameter, "dependency", None)
    return None


def _is_request_class(member: Any) -> bool:
    request = _loaded("starlette.requests", "Request")
    return request is not None and inspect.isclass(member) and issubclass(member, request)


def _is_local_proxy(member: Any) -> bool:
    proxy = _loaded("werkzeug.local", "LocalProxy")
    # type(), because a proxy answers isinstance() for the object that it stands for, which may not be bound yet.
    return proxy is not None and issubclass(type(member), proxy)


def _import_wiring() -> None:
    if _WIRING in sys.modules:
        return
    refusal = _Refusal()
    sys.meta_path.insert(0, refusal)
    try:
        from dependency_injector import wiring
    finally:
        sys.meta_path.remove(refusal)
    wiring.MARKER_EXTRACTORS.append(_depends_marker)
    wiring.INSPECT_EXCLUSION_FILTERS.extend((_is_request_class, _is_local_proxy))


_import_wiring()

from dependency_injector import containers  # noqa: E402  # it imports the wiring, which has to be guarded first
