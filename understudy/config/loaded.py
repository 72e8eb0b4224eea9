"""What loading gives: the settings, and the history of every value in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from understudy.config.display import displayed, displayed_node
from understudy.config.fields import PLUGINS, Catalog, attribute, plugin_section
from understudy.config.models.settings import Settings
from understudy.config.overrides import unknown_key
from understudy.config.tree import KeyPath, Node, Origin, format_key, parse_key
from understudy.domain.errors import ConfigurationError, Fault

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

    ``settings`` is the frozen whole; ``plugins`` has the sections of third-party generation providers,
    ``storage_plugins`` those of third-party backends, each validated by its own model; ``profiles`` and ``files`` say
    what was read, in order.
    """

    settings: Settings
    profiles: tuple[str, ...]
    files: tuple[Path, ...]
    plugins: Mapping[str, BaseModel]
    storage_plugins: Mapping[str, BaseModel]
    tree: Node = field(repr=False)
    catalog: Catalog = field(repr=False)

    def origin(self, key: str) -> Origin:
        """Where the value of ``key`` came from; ``default`` where nothing says it.

        Raises ConfigurationError for a key that does not exist.
        """
        node = self.tree.find(self._path(key))
        return node.origin if node is not None else _DEFAULT

    def explain(self, key: str) -> Explanation:
        """The value of ``key`` and its history; of a section, what was said of the section as a whole.

        Raises ConfigurationError for a key that does not exist.
        """
        path = self._path(key)
        node = self.tree.find(path)
        default = displayed(self.catalog.default(path))
        if node is None:
            return Explanation(key=format_key(path), value=default, origin=_DEFAULT)
        shadowed = [Said(displayed_node(each, path, self.catalog), each.origin) for each in node.shadowed]
        if self.catalog.has_default(path):
            shadowed.append(Said(default, _DEFAULT))
        value = self._effective(path, node)
        return Explanation(key=format_key(path), value=value, origin=node.origin, shadowed=tuple(shadowed))

    def keys(self, prefix: str = "") -> tuple[str, ...]:
        """The keys of all values under ``prefix``, defaults included, as ``explain`` takes them.

        Raises ConfigurationError for a prefix that is no key.
        """
        return tuple(format_key(path) for path in self._leaves(self._path(prefix) if prefix else ()))

    def _leaves(self, path: KeyPath) -> list[KeyPath]:
        node = self.tree.find(path)
        slot = self.catalog.slot(path)
        is_value = (node is not None and node.children is None) or (node is None and slot is not None and slot.optional)
        present = tuple(node.children or ()) if node is not None else ()
        keys = () if is_value else dict.fromkeys((*self.catalog.keys_under(path), *present))
        return [leaf for key in keys for leaf in self._leaves((*path, key))] if keys else [path]

    def _path(self, key: str) -> KeyPath:
        try:
            path = parse_key(key)
        except ValueError as error:
            reason = str(error)
        else:
            if self.catalog.slot(path) is not None:
                return path
            problem = unknown_key(path, self.catalog, None)
            raise ConfigurationError([Fault(where=format_key(problem.path), reason=problem.reason, hint=problem.hint)])
        raise ConfigurationError([Fault(where=key, reason=reason)])

    def _effective(self, path: KeyPath, node: Node) -> Any:
        """The value after validation, where the models know its type; else the value as it was said."""
        slot = self.catalog.slot(path)
        if slot is None or slot.kind != "leaf":
            return displayed_node(node, path, self.catalog)
        value: Any = self.settings
        section = plugin_section(path)
        if section is not None and len(path) > len(section):
            plugins = self.plugins if section == PLUGINS else self.storage_plugins
            value, path = plugins.get(str(path[len(section)])), path[len(section) + 1 :]
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else attribute(value, str(key))
        return displayed(value)
