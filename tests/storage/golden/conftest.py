"""Golden SQL: the statements of a command, in their order, as a recording connection heard them.

A vendor's test gives the backend's class and a function that answers statements (the catalog's, mostly), runs commands,
and compares. With UPDATE_GOLDEN=1 the files are written anew: read what changed before you commit it.
"""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from understudy.domain.storage import DriverClient, StorageCredentials
from understudy.providers.storage.connection import Connection, Rows

HERE = Path(__file__).parent
PASSWORD = "generated-password"  # pragma: allowlist secret
_MADE_UP = re.compile(r"(?<![0-9a-f])[0-9a-f]{16}(?![0-9a-f])|(?<=-)[0-9a-f]{8}(?=-)")
_NOW = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}")

Answer = Callable[[str], Rows | None]


class Recorder(Connection):
    """Remembers statements and answers them from a script; what the script does not know has no rows."""

    def __init__(self, answer: Answer) -> None:
        self.statements: list[str] = []
        self._answer = answer

    def execute(self, sql: str, parameters: Sequence[Any] = (), *, limit: int | None = None) -> Rows:
        self.statements.append(f"{sql} -- {list(parameters)}" if parameters else sql)
        return self._answer(sql) or Rows()

    def put(self, sql: str, stream: Any) -> None:
        self.statements.append(f"{sql} -- {len(stream.read())} bytes")

    def begin(self) -> None:
        self.statements.append("BEGIN")

    def commit(self) -> None:
        self.statements.append("COMMIT")

    def rollback(self) -> None:
        self.statements.append("ROLLBACK")

    def interrupt(self) -> None:
        raise AssertionError("nothing runs for long here")

    def reset(self) -> bool:
        return True

    def close(self) -> None:
        return None


@dataclass
class Golden:
    """One backend behind a recorder."""

    vendor: str
    driver: DriverClient
    recorder: Recorder
    credentials: StorageCredentials = field(default_factory=StorageCredentials)
    hidden: Sequence[str] = ()
    """What a golden file shall not have in it: secrets, as statements have them."""

    def run(self, *commands: Any) -> Any:
        """Run commands; the response of the last one."""
        response = None
        for command in commands:
            response = self.driver.run_command(self.credentials, command).response
        return response

    def check(self, name: str) -> None:
        """Compare all that was heard with ``<vendor>/<name>.sql``; what is made up at random has numbers there."""
        told: dict[str, str] = {}
        text = ";\n".join([*self.recorder.statements, ""])
        text = _MADE_UP.sub(lambda found: told.setdefault(found[0], f"<{len(told) + 1}>"), text)
        text = _NOW.sub("<now>", text)
        for secret in self.hidden:
            text = text.replace(secret, "<secret>")
        file = HERE / self.vendor / f"{name}.sql"
        if os.environ.get("UPDATE_GOLDEN"):
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)
        assert text == file.read_text()


@pytest.fixture
def golden(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Golden]]:
    """Makes Goldens: ``golden("snowflake", SnowflakeBackend(settings), answer)``."""
    made: list[DriverClient] = []
    for module in ("projects", "workspaces"):
        monkeypatch.setattr(f"understudy.providers.storage.commands.{module}.generate_password", lambda: PASSWORD)

    def make(vendor: str, backend: Any, answer: Answer = lambda _: None, **options: Any) -> Golden:
        recorder = Recorder(answer)
        monkeypatch.setattr(backend, "connect", lambda _: recorder)
        driver = backend.create_driver_client()
        made.append(driver)
        return Golden(vendor, driver, recorder, **options)

    yield make
    for driver in made:
        driver.close()
