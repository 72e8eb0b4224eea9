"""From an instance in the settings to a backend: the real one, or its stand-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from understudy.domain.errors import MissingDependencyError, UnderstudyError
from understudy.providers.spec import load
from understudy.providers.storage.instances import Instance

if TYPE_CHECKING:
    from understudy.providers.storage.backend import StorageBackend

__all__ = ["backend_class", "mock_backend", "real_backend"]


def backend_class(instance: Instance) -> type[StorageBackend]:
    """The instance's backend. Raises MissingDependencyError where its code cannot be imported."""
    spec = instance.spec
    try:
        found: type[StorageBackend] = load(spec.backend)
    except (ImportError, AttributeError) as error:
        install = f'pip install "{spec.distribution}[{spec.extra}]"' if spec.extra else None
        raise MissingDependencyError(spec.name, target=str(spec.backend), reason=str(error), install=install) from error
    return found


def real_backend(instance: Instance) -> StorageBackend:
    """The backend itself. Nothing is connected to.

    Raises MissingDependencyError, and what its constructor raises, with a note that names it.
    """
    make: Any = backend_class(instance)
    try:
        made: StorageBackend = make(instance.section)
    except Exception as error:
        if not isinstance(error, UnderstudyError):  # those say whose they are already
            error.add_note(f"while making the storage backend {instance.name!r} of {instance.spec.distribution}")
        raise
    return made


def mock_backend(instance: Instance) -> StorageBackend:
    """Its stand-in: DuckDB in memory behind the backend's name, rules and capabilities.

    Raises MissingDependencyError where DuckDB, or the module of the backend's class, cannot be imported.
    """
    from understudy.providers.storage.mock.backend import stand_in_of

    return stand_in_of(backend_class(instance), instance.section)
