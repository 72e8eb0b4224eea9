"""The registry of one family: which providers there are, without importing them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from understudy.domain.errors import DuplicateProviderError, ProviderNotFoundError
from understudy.providers.spec import NAME, ProviderSpec, check_name, load

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["BrokenPlugin", "NamedSpec", "ProviderRegistry", "ProviderSpec", "SpecRegistry", "load"]

_logger = logging.getLogger(__name__)


class NamedSpec(Protocol):
    """What the specs of every family have."""

    @property
    def name(self) -> str:
        """The provider's name."""
        ...

    @property
    def aliases(self) -> tuple[str, ...]:
        """Its other names."""
        ...


S = TypeVar("S", bound=NamedSpec)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenPlugin:
    """A provider that was announced and is not usable. ``source`` says who announced it, ``reason`` what is wrong."""

    name: str
    source: str
    reason: str


@dataclass(slots=True, kw_only=True, eq=False)
class _Entry(Generic[S]):
    """A registered name. ``spec`` is None until it is asked for; ``find`` then gives it."""

    name: str
    source: str
    find: Callable[[], S]
    aliases: tuple[str, ...] = ()
    spec: S | None = None

    @property
    def claims(self) -> frozenset[str]:
        return _claims(self.name, self.aliases)

    def __str__(self) -> str:
        return f"{self.name!r} ({self.source})"


def _claims(name: str, aliases: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word.lower() for word in (name, *aliases))


def _read_spec(kind: type[S], offer: Any) -> S:
    """The spec in what a plugin offers: a spec, a function that returns one, or the import string of either."""
    found = load(offer)
    if not isinstance(found, kind) and callable(found):
        found = found()
    if not isinstance(found, kind):
        raise TypeError(f"it yields {type(found).__name__}, not a {kind.__name__} or a function that returns one")
    return found


def _read_plugin(kind: type[S], point: EntryPoint) -> S:
    return _read_spec(kind, point.load())


def _find(entry: _Entry[S]) -> S | str:
    """The spec of an entry, or what is wrong with it."""
    try:
        spec = entry.find()
    except Exception as error:  # noqa: BLE001 - whatever a plugin raises must not harm the others
        return f"{type(error).__name__}: {error}"
    if spec.name.lower() != entry.name.lower():
        return f"it was announced as {entry.name!r} but its spec is called {spec.name!r}"
    return spec


class SpecRegistry(Generic[S]):
    """The providers of one family, by name and alias; upper and lower case are the same.

    ``kind`` is the class of the family's specs.

    No name or alias ever stands for two providers. Import strings and plugins are imported when their spec is first
    asked for; ``names`` and ``len`` import nothing. Safe to use from several threads.
    """

    def __init__(self, family: str, kind: type[S]) -> None:
        self.family = family
        self._kind = kind
        self._lock = threading.RLock()  # reentrant: a logging handler may look at the registry
        self._entries: dict[str, _Entry[S]] = {}
        self._holders: dict[str, _Entry[S]] = {}
        self._broken: list[BrokenPlugin] = []

    def register(self, spec: S, *, replace: bool = False) -> None:
        """Add a provider. ``replace`` puts it in the place of the one with the same name, whose aliases go too.

        Raises DuplicateProviderError where its name or an alias is taken; with ``replace``, where it is taken by a
        provider with another name.
        """
        entry = _Entry(name=spec.name, source="registered in code", find=lambda: spec, aliases=spec.aliases, spec=spec)
        self._add(entry, replace=replace)

    def register_lazy(self, name: str, target: str, *, aliases: tuple[str, ...] = (), source: str = "built in") -> None:
        """Add a provider by the import string of its spec, which is imported when it is first asked for.

        ``source`` says in messages who announced it. Raises DuplicateProviderError where its name or an alias is taken,
        ValueError for one that is not a provider name.
        """
        for word in (name, *aliases):
            check_name(word)
        self._add(
            _Entry(name=name, source=source, find=partial(_read_spec, self._kind, target), aliases=aliases),
            replace=False,
        )

    def load_entry_points(self, group: str) -> tuple[str, ...]:
        """Add the plugins that installed packages announce in ``group`` and return the names that were added.

        Names come from the packages' metadata: no plugin is imported. A plugin that asks for a taken name is skipped
        with a warning, as is, when its spec is asked for, one that cannot be imported; ``broken`` remembers both.
        """
        from importlib.metadata import entry_points  # slow to import, and only needed here

        found = sorted(entry_points(group=group), key=lambda point: (point.name, point.value))
        added: list[str] = []
        for point in found:
            package = f"{point.dist.name} {point.dist.version}, {point.value}" if point.dist else point.value
            entry = _Entry(name=point.name, source=package, find=partial(_read_plugin, self._kind, point))
            if self._offer(entry):
                added.append(entry.name)
        return tuple(added)

    def get(self, name: str) -> S:
        """The spec with this name or alias.

        Plugins' aliases stand in their specs: a word that nobody has announced imports the plugins not yet imported.
        Raises ProviderNotFoundError with a near match, or with the reason where the provider was skipped.
        """
        spec = self._spec(name)
        if spec is None and self._why_broken(name) is None:
            self._resolve_all()
            spec = self._spec(name)
        if spec is None:
            raise ProviderNotFoundError(
                name, family=self.family, registered=self._words(), reason=self._why_broken(name)
            )
        return spec

    @property
    def names(self) -> tuple[str, ...]:
        """The names, sorted. Imports nothing, so that one of them may turn out to be broken when it is asked for."""
        with self._lock:
            return tuple(self._entries[key].name for key in sorted(self._entries))

    @property
    def aliases(self) -> Mapping[str, str]:
        """Each alias known so far and the name that it stands for, sorted. Imports nothing."""
        with self._lock:
            pairs = {alias: entry.name for entry in self._entries.values() for alias in entry.aliases}
        return MappingProxyType(dict(sorted(pairs.items())))

    @property
    def specs(self) -> Mapping[str, S]:
        """A read-only view of all usable providers as they are now, sorted by name. Imports the plugins' specs."""
        self._resolve_all()
        with self._lock:
            known = [self._entries[key].spec for key in sorted(self._entries)]
        return MappingProxyType({spec.name: spec for spec in known if spec is not None})

    @property
    def broken(self) -> tuple[BrokenPlugin, ...]:
        """What was skipped so far, in the order in which it was found out; iterating over the registry tries all."""
        with self._lock:
            return tuple(self._broken)

    def __iter__(self) -> Iterator[S]:
        return iter(self.specs.values())

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, name: object) -> bool:
        """Whether ``get`` would find it; may import plugins, as ``get`` does."""
        if not isinstance(name, str):
            return False
        try:
            self.get(name)
        except ProviderNotFoundError:
            return False
        return True

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.family!r}, names={list(self.names)})"

    def _words(self) -> tuple[str, ...]:
        return (*self.names, *self.aliases)

    def _why_broken(self, name: str) -> str | None:
        key = name.lower()
        return next((plugin.reason for plugin in self.broken if plugin.name.lower() == key), None)

    def _add(self, entry: _Entry[S], *, replace: bool) -> None:
        with self._lock:
            old = self._entries.get(entry.name.lower()) if replace else None
            taken = self._first_taken(entry.claims, besides=old)
            if taken is not None:
                word, holder = taken
                hint = "replace=True takes the place of a provider with the same name only." if replace else None
                raise DuplicateProviderError(word, family=self.family, taken_by=holder.name, hint=hint)
            if old is not None:
                self._remove(old)
            self._insert(entry)

    def _offer(self, entry: _Entry[S]) -> bool:
        """Add a plugin's entry; False where it was skipped or is there already."""
        with self._lock:
            if any(plugin.name == entry.name and plugin.source == entry.source for plugin in self._broken):
                return False
            taken = self._first_taken(entry.claims, besides=None)
            if taken is None and NAME.fullmatch(entry.name):
                self._insert(entry)
                return True
            if taken is not None and (taken[1].name, taken[1].source) == (entry.name, entry.source):
                return False
            self._skip(entry, f"its name is taken by {taken[1]}" if taken else "its name is not a provider name")
            return False

    def _spec(self, name: str) -> S | None:
        """The spec behind a name or alias known so far; None where there is none or it turns out to be broken."""
        with self._lock:
            entry = self._holders.get(name.lower())
        return self._resolve(entry) if entry is not None else None

    def _resolve_all(self) -> None:
        with self._lock:
            pending = [self._entries[key] for key in sorted(self._entries)]
        for entry in pending:
            self._resolve(entry)

    def _resolve(self, entry: _Entry[S]) -> S | None:
        """Import the spec of an entry, without the lock: a plugin's module may itself use the registry."""
        spec = entry.spec
        if spec is not None:
            return spec
        found = _find(entry)
        with self._lock:
            if entry.spec is None and self._entries.get(entry.name.lower()) is entry:
                self._settle(entry, found)
            return entry.spec

    def _settle(self, entry: _Entry[S], found: S | str) -> None:
        """Put what was found in the place of what was announced."""
        if not isinstance(found, str):
            taken = self._first_taken(_claims(found.name, found.aliases), besides=entry)
            found = f"its alias {taken[0]!r} is taken by {taken[1]}" if taken else found
        self._remove(entry)
        if isinstance(found, str):
            self._skip(entry, found)
            return
        entry.name, entry.aliases, entry.spec = found.name, found.aliases, found
        self._insert(entry)

    def _first_taken(self, claims: frozenset[str], *, besides: _Entry[S] | None) -> tuple[str, _Entry[S]] | None:
        for word in sorted(claims):
            holder = self._holders.get(word)
            if holder is not None and holder is not besides:
                return word, holder
        return None

    def _insert(self, entry: _Entry[S]) -> None:
        self._entries[entry.name.lower()] = entry
        for word in entry.claims:
            self._holders[word] = entry

    def _remove(self, entry: _Entry[S]) -> None:
        del self._entries[entry.name.lower()]
        for word in entry.claims:
            del self._holders[word]

    def _skip(self, entry: _Entry[S], reason: str) -> None:
        self._broken.append(BrokenPlugin(name=entry.name, source=entry.source, reason=reason))
        _logger.warning(
            "Skipped the %s provider %s: %s",
            self.family,
            entry,
            reason,
            extra={"provider": entry.name, "source": entry.source, "reason": reason},
        )


class ProviderRegistry(SpecRegistry[ProviderSpec]):
    """The registry of a family whose specs are ``ProviderSpec``: text generators."""

    def __init__(self, family: str) -> None:
        super().__init__(family, ProviderSpec)
