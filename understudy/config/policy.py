"""What valid settings may still not say: stand-ins in production, and keys sent where nobody looks."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel

from understudy.config.fields import Catalog, field_names
from understudy.config.models.settings import Settings
from understudy.config.overrides import unknown_key
from understudy.config.problems import Problem
from understudy.config.tree import KeyPath, Node, Origin, format_key, parse_key
from understudy.domain.errors import near_match
from understudy.domain.secrets import Secret

__all__ = ["Policy"]

_log = logging.getLogger(__name__)
_DEFAULT = Origin("default")
_STAND_INS = ("mock", "replay")


class Policy:
    """The rules over one set of settings. ``plugins`` has the third parties' sections by their paths."""

    def __init__(self, settings: Settings, plugins: Mapping[KeyPath, BaseModel], tree: Node, catalog: Catalog) -> None:
        self._settings = settings
        self._tree = tree
        self._catalog = catalog
        self._values = dict(_values(settings, ()))
        for path, plugin in plugins.items():
            self._values.update(_values(plugin, path))

    def check(self) -> list[Problem]:
        """What is refused and not waived. What is allowed all the same, and worth knowing, is logged once, here."""
        problems: list[Problem] = []
        waivers = self._waivers(problems)
        refused = {**self._moved_keys(), **(self._unfit_for_production() if self._settings.production else {})}
        for path, reason in refused.items():
            if path in waivers:
                self._log_waiver(path, reason, waivers[path])
            else:
                problems.append(self._refusal(path, reason))
        if self._settings.production and not problems:
            problems.extend(self._needless_waivers(waivers, refused))
        self._log_unverified()
        return problems

    def _unfit_for_production(self) -> dict[KeyPath, str]:
        found: dict[KeyPath, str] = {}
        for path, value in self._values.items():
            if value in _STAND_INS and self._is_use(path):
                found[path] = f"production refuses stand-ins, and this says '{value}'"
            elif value == "record" and self._is_use(path):
                found[path] = "production refuses recordings: they write down what users send"
            elif path[-1] == "insecure_skip_verify" and value is True:
                found[path] = "production refuses TLS without verification"
            elif _is_plain(value) and not _is_loopback(value) and self._is_url(path):
                found[path] = "production refuses plain http to another machine"
        return found

    def _moved_keys(self) -> dict[KeyPath, str]:
        """Addresses that a variable moved away from the provider's own host; plain http is refused where a key goes."""
        found: dict[KeyPath, str] = {}
        for path, origin in self._addresses_from_variables():
            value, own = self._values[path], self._catalog.default(path)
            if _is_plain(value) and not _is_loopback(value) and self._has_credential(path[:-1]):
                found[path] = "the environment sends the key to another machine over plain http"
            elif _host(own) != _host(value) and not (_is_loopback(own) and _is_loopback(value)):
                _log.warning(
                    "%s: the environment moves it from %s to %s (%s)",
                    format_key(path), _host(own), _host(value), origin,
                    extra={"settings_key": format_key(path), "origin": str(origin)},
                )  # fmt: skip
        return found

    def _addresses_from_variables(self) -> Iterator[tuple[KeyPath, Origin]]:
        """The addresses that have a default, the provider's own, and that a variable set."""
        for path, value in self._values.items():
            node = self._tree.find(path) if value and isinstance(value, str) else None
            if node is None or not (node.derived or node.origin.is_variable):
                continue
            if self._is_url(path) and self._catalog.default(path) is not None:
                yield path, node.origin

    def _is_url(self, path: KeyPath) -> bool:
        slot = self._catalog.slot(path)
        return slot is not None and slot.url

    def _is_use(self, path: KeyPath) -> bool:
        slot = self._catalog.slot(path)
        return slot is not None and slot.use

    def _has_credential(self, section: KeyPath) -> bool:
        return any(
            bool(value) and (slot := self._catalog.slot(path)) is not None and slot.secret
            for path, value in self._values.items()
            if path[:-1] == section
        )

    def _refusal(self, path: KeyPath, reason: str) -> Problem:
        key = format_key(path)
        profile = "say production: false in a profile's overlay, " if self._settings.production else ""
        hint = f"Change it, {profile}or allow it: waivers: {{{key}: the reason in words}}."
        return Problem(reason=reason, origin=self._origin(path), path=path, hint=hint)

    def _waivers(self, problems: list[Problem]) -> dict[KeyPath, str]:
        """What is waived, by path, with the key as it is written; waivers for no key are problems."""
        waivers: dict[KeyPath, str] = {}
        for key in (key for key, reason in self._settings.waivers.items() if reason):
            path: KeyPath = ("waivers", key)
            try:
                waived = parse_key(key)
            except ValueError as error:
                problems.append(Problem(reason=str(error), origin=self._key_origin(path), path=path))
                continue
            if self._catalog.slot(waived) is None:
                hint = unknown_key(waived, self._catalog, None).hint
                reason = "there is no such key to waive"
                problems.append(Problem(reason=reason, origin=self._key_origin(path), path=path, hint=hint))
            waivers[waived] = key
        return waivers

    def _needless_waivers(self, waivers: Mapping[KeyPath, str], refused: Mapping[KeyPath, str]) -> Iterator[Problem]:
        wanted = [format_key(path) for path in refused if path not in waivers]
        for path, key in waivers.items():
            if path not in refused:
                meant = near_match(key, wanted)
                yield Problem(
                    reason="nothing needs this waiver: production allows what the key says",
                    origin=self._key_origin(("waivers", key)),
                    path=("waivers", key),
                    hint=f"Did you mean '{meant}'?" if meant else "Remove it, so that it does not hide a later change.",
                )

    def _log_waiver(self, path: KeyPath, reason: str, key: str) -> None:
        _log.warning(
            "%s: %s; waived at %s: %s",
            format_key(path), reason, self._key_origin(("waivers", key)), self._settings.waivers[key],
            extra={"settings_key": format_key(path), "origin": str(self._origin(path))},
        )  # fmt: skip

    def _log_unverified(self) -> None:
        for path, value in self._values.items():
            if path[-1] == "insecure_skip_verify" and value is True:
                _log.warning(
                    "%s: TLS certificates are not verified (%s)",
                    format_key(path), self._origin(path),
                    extra={"settings_key": format_key(path), "origin": str(self._origin(path))},
                )  # fmt: skip

    def _origin(self, path: KeyPath) -> Origin:
        node = self._tree.find(path)
        return node.origin if node is not None else _DEFAULT

    def _key_origin(self, path: KeyPath) -> Origin:
        node = self._tree.find(path)
        return _DEFAULT if node is None else node.key or node.origin


def _values(model: BaseModel, path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    """Every single value of a model, with the path that it has in a file."""
    for key, name in zip(field_names(type(model)), type(model).model_fields, strict=True):
        yield from _values_of(getattr(model, name), (*path, key))


def _values_of(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    if isinstance(value, BaseModel):
        yield from _values(value, path)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _values_of(item, (*path, str(key)))
    elif isinstance(value, str | Secret) or not isinstance(value, tuple | list):
        yield path, value
    else:
        for index, item in enumerate(value):
            yield from _values_of(item, (*path, index))


def _is_plain(url: Any) -> bool:
    return isinstance(url, str) and url.startswith("http://")


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _is_loopback(url: str) -> bool:
    host = _host(url)
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
