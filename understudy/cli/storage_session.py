"""An open storage, as the storage commands use it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from understudy.cli.logs import silence_logs
from understudy.cli.options import SettingsChoice, settings_options
from understudy.cli.terminal import colour_wanted, note, printable, style

if TYPE_CHECKING:
    from understudy.config.models.base import StorageUse
    from understudy.domain.storage import CommandResult
    from understudy.providers.storage.backend import StorageBackend
    from understudy.providers.storage.facade import BackendBuilder, Storage
    from understudy.providers.storage.instances import Instance

__all__ = ["StorageRun", "open_storage", "storage_options"]


@contextmanager
def open_storage(choice: SettingsChoice, *, folder: str | None = None) -> Iterator[Storage]:
    """The storage of the chosen settings, closed at the end. Raises ConfigurationError.

    ``folder`` is one more that its commands may use: who names a file at a terminal means it.
    """
    from understudy.config import load_settings
    from understudy.containers.storage import LateBackends
    from understudy.providers.generation.choosing.catalog import generation_registry, plugin_models
    from understudy.providers.storage.building import mock_backend, real_backend
    from understudy.providers.storage.facade import Storage

    late = LateBackends()
    loaded = load_settings(
        choice.path,
        profile=choice.profile,
        set=choice.assignments,
        plugin_models=plugin_models(generation_registry()),
        backend_models=late.model,
    )
    builders: dict[StorageUse, BackendBuilder] = {
        "real": _allowing(folder, real_backend),
        "mock": _allowing(folder, mock_backend),
    }
    made = Storage(loaded.settings.storage, late.registry, loaded.storage_plugins, builders)
    with closing(made) as storage:
        yield storage


def _allowing(folder: str | None, build: BackendBuilder) -> BackendBuilder:
    def allowing(instance: Instance) -> StorageBackend:
        section = instance.section
        roots = (*section.file_roots, *([folder] if folder else []))
        return build(replace(instance, section=section.model_copy(update={"file_roots": roots})))

    return allowing


class StorageRun:
    """Commands to one backend, as the options say."""

    def __init__(self, choice: SettingsChoice, backend: str | None, timeout: float | None) -> None:
        self._choice = choice
        self._backend = backend
        self._timeout = timeout

    def run(self, command: Any, *, doing: str | None = None, folder: str | None = None) -> CommandResult:
        """Run a command; ``doing`` says what is waited for, beside a bar on a terminal. Ctrl-C stops it.

        ``folder`` is one of this machine that the command may use.
        What the driver tells the user goes to standard error. Raises StorageError and what opening raises.
        """
        from understudy.domain.errors import StorageError
        from understudy.domain.storage import RuntimeOptions

        options = RuntimeOptions(timeout=self._timeout)
        with open_storage(self._choice, folder=folder) as storage, _progress(doing):
            try:
                result = asyncio.run(storage.run_async(command, backend=self._backend, options=options))
            except StorageError as error:
                _tell(error.log)
                raise
        _tell(result.messages)
        return result


def storage_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --backend, --timeout and the settings' options; the command gets ``on``, a StorageRun."""

    @click.option("--backend", "-b", help="The backend or instance.  [default: the settings' storage.default]")
    @click.option(
        "--timeout", type=click.FloatRange(min=0, min_open=True), help="The longest that the command may take, in s."
    )
    @settings_options
    @silence_logs
    @wraps(command)
    def with_storage(
        *args: Any, backend: str | None, timeout: float | None, choice: SettingsChoice, **kwargs: Any
    ) -> Any:
        return command(*args, on=StorageRun(choice, backend, timeout), **kwargs)

    return with_storage


@contextmanager
def _progress(doing: str | None) -> Iterator[None]:
    """A bar on standard error while the block runs, where that is a terminal. No backend tells how far it is."""
    if doing is None or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, no_color=not colour_wanted(sys.stderr))
    words = TextColumn("{task.description}", markup=False)
    with Progress(words, BarColumn(), TimeElapsedColumn(), console=console, transient=True) as bars:
        bars.add_task(printable(doing, sys.stderr), total=None)
        yield


def _tell(messages: Any) -> None:
    for message in messages:
        words = printable(message.message, sys.stderr)
        note(f"{style(message.level.name.lower(), err=True, dim=True)}: {words}")
