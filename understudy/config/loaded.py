"""What loading gives: the settings, and the history of every value in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from understudy.config.fields import Catalog, field_names
from understudy.config.models.settings import Settings
from understudy.config.overrides import unknown_key
from understudy.config.tree import KeyPath, Node, Origin, format_key, parse_key
from understudy.domain.errors import ConfigurationError, Fault
from understudy.domain.secrets import MASK, Secret

__all__ = ["Explanation", "LoadedSettings", "Said"]

_DEFAULT = Origin("default")


@dataclass(frozen=True, slots=True)
class Said:
    """A value as it may be shown, and who said it."""

    value: Any
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A key's value, where it came from, and what it replaced, the latest first. Credentials are masked."""

    key: str
    value: Any
    origin: Origin
    shadowed: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSettings:
    """The result of ``load_settings``.

    ``settings`` is the frozen whole; ``plugins`` has the third-party sections, each validated by its plugin's own model;
    ``profiles`` and ``files`` say what was read, in order.
    """

    settings: Settings
    profiles: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    plugins: Mapping[str, BaseModel] = field(default_factory=dict)
    tree: Node = field(repr=False, default=Node({}, _DEFAULT))
    catalog: Catalog = field(repr=False, default=Catalog(Settings))

    def origin(self, key: str) -> Origin:
        """Where the value of ``key`` came from; ``default`` where nothing says it. Raises ConfigurationError."""
        return self.explain(key).origin

    def explain(self, key: str) -> Explanation:
        """The value of ``key`` and its history. Raises ConfigurationError for a key that does not exist."""
        path = self._path(key)
        node = self.tree.find(path)
        default = self._default(path)
        if node is None:
            return Explanation(key=format_key(path), value=default, origin=_DEFAULT)
        shadowed = [Said(self._show(each, path), each.origin) for each in node.shadowed]
        if default is not None:
            shadowed.append(Said(default, _DEFAULT))
        return Explanation(
            key=format_key(path), value=self._show(node, path), origin=node.origin, shadowed=tuple(shadowed)
        )

    def keys(self, prefix: str = "") -> tuple[str, ...]:
        """The keys of all values under ``prefix``, defaults included, as ``explain`` takes them."""
        start = self._path(prefix) if prefix else ()
        return tuple(format_key(path) for path in self._leaves(start))

    def _leaves(self, path: KeyPath) -> list[KeyPath]:
        node = self.tree.find(path)
        declared = self.catalog.keys_under(path)
        present = tuple(node.children or ()) if node is not None else ()
        keys = dict.fromkeys((*declared, *present))
        slot = self.catalog.slot(path)
        absent = node is None and slot is not None and slot.optional
        if not keys or absent or (node is not None and node.children is None):
            return [path]
        return [leaf for key in keys for leaf in self._leaves((*path, key))]

    def _path(self, key: str) -> KeyPath:
        try:
            path = parse_key(key)
        except ValueError as error:
            raise ConfigurationError([Fault(where=key, reason=str(error))]) from None
        if self.catalog.slot(path) is None:
            problem = unknown_key(path, self.catalog, None)
            raise ConfigurationError([Fault(where=format_key(problem.path), reason=problem.reason, hint=problem.hint)])
        return path

    def _show(self, node: Node, path: KeyPath) -> Any:
        if isinstance(node.value, dict):
            return {key: self._show(child, (*path, key)) for key, child in node.value.items()}
        if isinstance(node.value, list):
            return [self._show(item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node.value, Secret):
            return str(node.value)
        if isinstance(node.value, str) and node.value and self.catalog.is_masked(path, derived=node.derived):
            return MASK
        return node.value

    def _default(self, path: KeyPath) -> Any:
        parent = self.catalog.slot(path[:-1])
        if parent is None or parent.model is None:
            return None
        info = field_names(parent.model)[str(path[-1])]
        value = None if info.is_required() else info.get_default(call_default_factory=True)
        return value.model_dump(mode="json") if isinstance(value, BaseModel) else value
