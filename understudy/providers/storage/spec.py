"""A storage backend as it is known before it is imported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from understudy.providers.spec import check_name

if TYPE_CHECKING:
    from understudy.providers.storage.backend import StorageBackend

__all__ = ["BackendSpec"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendSpec:
    """A storage backend as the registry knows it.

    ``backend`` and ``settings`` are import strings (``"package.module:Name"``) or the classes themselves: a
    StorageBackend, and the model of its section in the settings. ``extra`` is the optional dependency group that the
    backend needs, of the package that ``distribution`` names. ``proof`` says in a few words what its commands have been
    run against, for the table of what backends can do.

    Raises ValueError for a name or an alias with anything but ASCII letters, digits, ``.``, ``_`` and ``-`` in it.
    """

    name: str
    title: str
    backend: str | type[StorageBackend]
    settings: str | type[Any]
    aliases: tuple[str, ...] = ()
    extra: str | None = None
    distribution: str = "understudy"
    proof: str = "not told"

    def __post_init__(self) -> None:
        for name in (self.name, *self.aliases):
            check_name(name)
