"""``load_settings``: the layers read, merged, checked, and handed out with their history."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from understudy.config.environment import documented_layer, prefixed_layer
from understudy.config.fields import PLUGINS, STORAGE_PLUGINS, Catalog, PluginModels
from understudy.config.files import Layout, Profiles, active_profiles, find_layout, layer_files, read_source
from understudy.config.interpolation import interpolate, unfilled
from understudy.config.loaded import LoadedSettings
from understudy.config.models.settings import Settings
from understudy.config.overrides import set_layer
from understudy.config.policy import Policy
from understudy.config.problems import Problem, Source, describe_problems
from understudy.config.reader import read_yaml
from understudy.config.tree import Node, Origin, from_plain, merge
from understudy.config.validation import check_model, check_plugins, protect
from understudy.domain.errors import ConfigurationError, Fault

__all__ = ["find_profiles", "load_settings", "settings_from"]


def load_settings(
    path: Path | str | None = None,
    *,
    profile: str | None = None,
    set: Sequence[str] = (),  # noqa: A002 - named as the command line's option is
    code: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
    plugin_models: PluginModels | None = None,
    backend_models: PluginModels | None = None,
) -> LoadedSettings:
    """The settings from every layer, the last one winning.

    The layers: the models' defaults, ``settings.yaml``, the profiles' overlays in order, ``settings.local.yaml`` (not
    under test), the documented environment variables, ``UNDERSTUDY__SECTION__KEY``, ``set`` (``section.key=value``
    each), ``code`` (nested mappings).

    ``path`` is a settings file or its folder; without it UNDERSTUDY_SETTINGS, the nearest ``settings.yaml`` from the
    working directory upwards, or the one that comes with the library. ``profile`` has commas between names; without it
    UNDERSTUDY_PROFILE, or ``test`` under pytest; empty for none. ``environ`` stands in for ``os.environ``.
    ``plugin_models`` knows the settings models of third-party generation providers, ``backend_models`` those of storage
    backends.

    Raises ConfigurationError with every fault found, each with its origin.
    """
    known = os.environ if environ is None else environ
    result = _Loading(known, plugin_models, backend_models).run(path, profile, set, code)
    if isinstance(result, LoadedSettings):
        return result
    # Error trackers show the locals of this frame: what may hold a credential goes first.
    del set, code, environ, known
    raise ConfigurationError(result)


def settings_from(
    code: Mapping[str, Any], *, plugin_models: PluginModels | None = None, backend_models: PluginModels | None = None
) -> LoadedSettings:
    """The settings from nested mappings over the models' defaults alone: no file and no environment is read.

    Raises ConfigurationError with every fault found.
    """
    result = _Loading({}, plugin_models, backend_models).check(from_plain(code, Origin("code")))
    if isinstance(result, LoadedSettings):
        return result
    del code  # as in load_settings
    raise ConfigurationError(result)


def find_profiles(
    path: Path | str | None = None, *, profile: str | None = None, environ: Mapping[str, str] | None = None
) -> tuple[Layout, Profiles]:
    """Which files ``load_settings`` would take for the same arguments; nothing is read.

    Raises ConfigurationError where the file or a requested profile is not there.
    """
    environ = os.environ if environ is None else environ
    problems: list[Problem] = []
    layout = find_layout(path, environ, problems)
    profiles = active_profiles(profile, environ, layout, problems) if layout is not None else None
    if layout is None or profiles is None or problems:
        raise ConfigurationError(describe_problems(problems, (), Catalog(Settings)))
    return layout, profiles


class _Loading:
    """One run of the loader."""

    def __init__(
        self, environ: Mapping[str, str], plugin_models: PluginModels | None, backend_models: PluginModels | None
    ) -> None:
        self._environ = environ
        self._catalog = Catalog(Settings, plugin_models, backend_models)
        self._problems: list[Problem] = []
        self._sources: list[Source] = []

    def run(
        self, path: Path | str | None, profile: str | None, options: Sequence[str], code: Mapping[str, Any] | None
    ) -> LoadedSettings | tuple[Fault, ...]:
        """The settings, or what is wrong with them."""
        layout = find_layout(path, self._environ, self._problems)
        if layout is None:
            return self._faults()
        profiles = active_profiles(profile, self._environ, layout, self._problems)
        if self._problems:
            return self._faults()
        files = layer_files(layout, profiles)
        tree = self._read(files)
        if self._problems:
            return self._faults()
        return self.check(self._overlay(tree, options, code), profiles=profiles.names, files=files)

    def check(
        self, tree: Node, *, profiles: tuple[str, ...] = (), files: tuple[Path, ...] = ()
    ) -> LoadedSettings | tuple[Fault, ...]:
        """The settings in a tree, or what is wrong with them."""
        self._problems.extend(unfilled(tree))
        tree = protect(tree, self._catalog)
        settings = check_model(Settings, tree, self._catalog, self._problems)
        plugins = check_plugins(tree, self._catalog, self._problems, PLUGINS)
        backends = check_plugins(tree, self._catalog, self._problems, STORAGE_PLUGINS)
        if settings is not None and not self._problems:
            third_party = {
                (*section, name): model
                for section, models in ((PLUGINS, plugins), (STORAGE_PLUGINS, backends))
                for name, model in models.items()
            }
            self._problems.extend(Policy(settings, third_party, tree, self._catalog).check())
        if settings is None or self._problems:
            return self._faults()
        return LoadedSettings(
            settings=settings,
            profiles=profiles,
            files=files,
            plugins=plugins,
            storage_plugins=backends,
            tree=tree,
            catalog=self._catalog,
        )

    def _read(self, files: Sequence[Path]) -> Node:
        tree = Node({}, Origin("default"))
        for path in files:
            source, text = read_source(path, self._problems)
            self._sources.append(source)
            layer = read_yaml(text, source.name, self._problems) if text is not None else None
            if layer is None:
                continue
            if not isinstance(layer.value, dict):
                reason = "a settings file is a mapping: 'key: value' lines"
                self._problems.append(Problem(reason=reason, origin=layer.origin))
                continue
            source.tree = layer
            layer = interpolate(layer, folder=path.parent, environ=self._environ)
            tree = merge(tree, layer)
        return tree

    def _overlay(self, tree: Node, options: Sequence[str], code: Mapping[str, Any] | None) -> Node:
        layers = [documented_layer(self._environ, self._problems)]
        layers.append(prefixed_layer(self._environ, tree, self._catalog, self._problems))
        layers.append(set_layer(options, self._catalog, self._problems))
        if code is not None:
            layers.append(from_plain(code, Origin("code")))
        for layer in layers:
            tree = merge(tree, layer)
        return tree

    def _faults(self) -> tuple[Fault, ...]:
        return describe_problems(self._problems, self._sources, self._catalog)
