"""A PostgreSQL server of the system's, in a temporary folder, on a Unix socket, as a user who is not root."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_STARTED_WITHIN = 60.0


@dataclass(frozen=True)
class Postgres:
    """The server's socket, and a folder that it can read and write files in."""

    socket: Path
    files: Path


def _program(name: str) -> str:
    """A program of PostgreSQL on the PATH, or of the newest version of Debian's packages."""
    found = shutil.which(name)
    if found:
        return found
    packaged = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    if not packaged:
        message = f"PostgreSQL is not installed: there is no {name}"
        raise FileNotFoundError(message)
    return str(packaged[-1])


def _unprivileged() -> str | None:
    """Whom to run the server as: it refuses root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


@contextlib.contextmanager
def running_postgres(user: str, password: str, database: str, init: str) -> Iterator[Postgres]:
    """Run a new server with one superuser and one database, in which ``init`` was executed, until the block ends."""
    owner = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="storage-postgres-"))
    try:
        files = folder / "files"
        files.mkdir()
        (folder / "password").write_text(password)
        for path in (folder, files, folder / "password"):
            if owner:
                shutil.chown(path, owner)
        subprocess.run(
            [
                *(_program("initdb"), "--pgdata", folder / "data", "--username", user, "--no-sync"),
                *("--pwfile", folder / "password", "--encoding", "UTF8", "--locale", "C"),
                *("--auth-local", "md5", "--auth-host", "reject"),
            ],
            user=owner,
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        single: list[str | Path] = [
            _program("postgres"),
            "--single",
            "-D",
            folder / "data",
            "-j",
            "-c",
            "allow_system_table_mods=on",
        ]
        script = f"CREATE DATABASE {database};\n\n"
        subprocess.run(
            [*single, "postgres"], user=owner, cwd=folder, check=True, input=script.encode(), stdout=subprocess.DEVNULL
        )
        subprocess.run(
            [*single, database], user=owner, cwd=folder, check=True, input=init.encode(), stdout=subprocess.DEVNULL
        )
        server = subprocess.Popen(
            [
                *(_program("postgres"), "-D", folder / "data", "-k", folder),
                *("-c", "listen_addresses=", "-c", "fsync=off", "-c", "shared_buffers=16MB"),
                *("-c", "standard_conforming_strings=off", "-c", "escape_string_warning=off"),  # as Redshift reads them
            ],
            user=owner,
            cwd=folder,
        )
        try:
            socket = folder / ".s.PGSQL.5432"
            deadline = time.monotonic() + _STARTED_WITHIN
            while not socket.exists():
                if server.poll() is not None or time.monotonic() > deadline:
                    message = f"PostgreSQL did not start: its status is {server.returncode}"
                    raise ChildProcessError(message)
                time.sleep(0.02)
            yield Postgres(socket, files)
        finally:
            server.send_signal(signal.SIGINT)  # its fast way: it does not wait for clients
            server.wait()
    finally:
        shutil.rmtree(folder)
