"""An embedded database with those of its projects beside it, opened into a sandbox."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from sqlglot import exp

from understudy.domain.errors import MissingDependencyError
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.duckdb.filesystem import PROTOCOL, FileGate
from understudy.providers.storage.duckdb.names import HOME
from understudy.providers.storage.fault import CommandFault

if TYPE_CHECKING:
    import duckdb

    from understudy.config.models.storage import DuckDbSettings

__all__ = ["MEMORY", "DuckDbDatabase"]

MEMORY = ":memory:"
"""The database file that keeps nothing."""
_SUFFIX = ".duckdb"
_LONGEST_FILE_NAME = 240
"""Most file systems take 255 bytes; the engine's log of a database has a longer name than the database."""


class DuckDbDatabase:
    """Opens at the first ``cursor``: one process may write the files, with any number of cursors.

    The engine starts in memory and has the files attached, the settings' own as ``HOME``. Then its access to files and
    extensions is shut, and its configuration locked: a statement reaches no file but those of the projects' folder and
    what a command opened through ``gate``.
    """

    def __init__(self, settings: DuckDbSettings, gate: FileGate) -> None:
        self._file = settings.database
        self._folder = None if self._file == MEMORY else Path(settings.projects or f"{self._file}.projects").absolute()
        self._read_only = settings.read_only
        self._gate = gate
        self._engine: duckdb.DuckDBPyConnection | None = None
        self._lock = threading.Lock()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor of its own transactions. Raises CommandFault (1001) where the files cannot be opened."""
        with self._lock:
            if self._engine is None:
                self._engine = self._open()
            return self._engine.cursor()

    def create(self, name: str) -> None:
        """Make a project's database and attach it. Raises CommandFault (3000) for a name too long for a file."""
        with self._lock:
            if self._engine is None:
                self._engine = self._open()
            self._attach(self._engine, name, self._place(name))

    def drop(self, name: str) -> None:
        """Detach a project's database and delete its files.

        Raises CommandFault (3000) for the settings' own database, in which projects are not.
        """
        if name.lower() == HOME:
            raise CommandFault(
                StorageCode.VALIDATION,
                f"{name!r} is the database of the settings, not a project's; nothing was touched",
            )
        with self._lock:
            if self._engine is None:
                self._engine = self._open()
            self._engine.execute(_sql(exp.Detach(this=exp.to_identifier(name, quoted=True))))
            if self._folder is not None:
                file = Path(self._place(name))
                file.unlink(missing_ok=True)
                file.with_name(f"{file.name}.wal").unlink(missing_ok=True)

    def close(self) -> None:
        """Write the log into the files and close them. Closing twice is harmless."""
        with self._lock:
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()

    def _open(self) -> duckdb.DuckDBPyConnection:
        engine = _engine()
        try:
            if self._file != MEMORY and not self._read_only:
                Path(self._file).absolute().parent.mkdir(parents=True, exist_ok=True)
            self._attach(engine, HOME, self._file)
            for name, file in self._projects().items():
                self._attach(engine, name, file)
            self._gate.register(engine)  # before access is shut: what is registered later is not allowed
            self._shut(engine)
        except BaseException:
            engine.close()
            raise
        return engine

    def _projects(self) -> Mapping[str, str]:
        """The databases that are there, by name."""
        if self._folder is None or not self._folder.is_dir():
            return {}
        files = sorted(self._folder.glob(f"*{_SUFFIX}"))
        return {unquote(file.name.removesuffix(_SUFFIX)): str(file) for file in files}

    def _place(self, name: str) -> str:
        """The file of a project's database."""
        if self._folder is None:
            return MEMORY
        file = quote(name, safe=" ").replace(".", "%2E")
        if len(file) > _LONGEST_FILE_NAME:
            raise CommandFault(
                StorageCode.VALIDATION,
                f"the database's name {name[:40]!r}… is too long for a file; nothing was touched",
            )
        self._folder.mkdir(parents=True, exist_ok=True)
        return str(self._folder / f"{file}{_SUFFIX}")

    def _attach(self, engine: duckdb.DuckDBPyConnection, name: str, file: str) -> None:
        alias = exp.alias_(exp.Literal.string(file), exp.to_identifier(name, quoted=True))
        options = [exp.AttachOption(this=exp.var("READ_ONLY"))] if self._read_only and file != MEMORY else []
        engine.execute(_sql(exp.Attach(this=alias, expressions=options)))

    def _shut(self, engine: duckdb.DuckDBPyConnection) -> None:
        spilled = "" if self._file == MEMORY else f"{Path(self._file).absolute()}.tmp"
        engine.execute(f"SET temp_directory = {_sql(exp.Literal.string(spilled))}")
        allowed = [f"{PROTOCOL}://"] + ([] if self._folder is None else [f"{self._folder}/"])
        engine.execute(f"SET allowed_directories = {_sql(exp.convert(allowed))}")
        engine.execute("SET enable_external_access = false")
        engine.execute("SET lock_configuration = true")


def _engine() -> duckdb.DuckDBPyConnection:
    try:
        import duckdb
    except ImportError as error:
        raise MissingDependencyError(
            "duckdb", target="duckdb", reason=str(error), install="pip install 'understudy[duckdb]'"
        ) from error
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,  # nothing is loaded from the network, whatever a statement asks for
        "autoload_known_extensions": False,
        "python_enable_replacements": False,  # a name in a query is never a variable of this process
        "late_materialization_max_rows": 1000,  # as many rows as a preview shows: orders them before it reads the rest
    }
    return duckdb.connect(MEMORY, config=config)


def _sql(expression: exp.Expr) -> str:
    return expression.sql(dialect="duckdb")
