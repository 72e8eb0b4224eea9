"""A TDS 7.4 server over DuckDB that the vendor's drivers take for a dedicated SQL pool: a fake, not Synapse.

Messages: MS-TDS. It takes logins with one password and without TLS, batches, sp_executesql and prepared statements with
parameters, and transactions. It does not enforce permissions, distributions, lengths of text or the collation, and
knows no bulk load (BCP), no external tables and so no CETAS, and of the catalog what synapse_catalog.py lists.
"""

import asyncio
import re
import struct
from collections.abc import Sequence

import tds_tokens
from fake_database import Outcome
from synapse_errors import SqlError
from synapse_sql import TsqlSession
from tds_parameters import Parameter, Reader

_BATCH, _CALL, _ATTENTION, _TRANSACTION, _LOGIN, _PRE_LOGIN = 0x01, 0x03, 0x06, 0x0E, 0x10, 0x12
_PACKET = 4096
_PROCEDURES = {"sp_executesql": 10, "sp_prepare": 11, "sp_execute": 12, "sp_prepexec": 13, "sp_unprepare": 15}
_BEGIN, _COMMIT, _ROLLBACK = 5, 7, 8
_DESCRIPTOR = b"\x01\0\0\0\0\0\0\0"


class Connection:
    """One client, from its first packet to its last."""

    def __init__(self, session: TsqlSession, user: str, password: str) -> None:
        self._session = session
        self._user = user
        self._password = password
        self._prepared: dict[int, tuple[str, str]] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer until the client leaves or is refused."""
        try:
            while True:
                kind, body = await _message(reader)
                _send(writer, self._answer(kind, body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # it left: what it had not committed is rolled back below
        finally:
            self._session.rollback()
            writer.close()

    def _answer(self, kind: int, body: bytes) -> bytes:
        if kind == _PRE_LOGIN:
            return _pre_login()
        if kind == _LOGIN:
            return self._login(body)
        if kind == _ATTENTION:
            return tds_tokens.attention_acknowledged()
        start = struct.unpack_from("<I", body)[0]
        if kind == _BATCH:
            return self._run(body[start:].decode("utf-16-le"), {}, tds_tokens.DONE)
        if kind == _CALL:
            return self._calls(Reader(body, start))
        if kind == _TRANSACTION:
            return self._transaction(struct.unpack_from("<H", body, start)[0])
        return tds_tokens.error(50000, f"messages of type {kind:#x} are not read by this fake", 16) + tds_tokens.done(
            failed=True
        )

    def _login(self, body: bytes) -> bytes:
        def field(at: int) -> bytes:
            offset, characters = struct.unpack_from("<HH", body, at)
            return body[offset : offset + 2 * characters]

        user, database = field(40).decode("utf-16-le"), field(68).decode("utf-16-le") or "dev"
        plain = bytes(((byte ^ 0xA5) >> 4 | (byte ^ 0xA5) << 4) & 0xFF for byte in field(44))
        if (user, plain.decode("utf-16-le")) != (self._user, self._password):
            return tds_tokens.error(18456, f"Login failed for user '{user}'.", 14) + tds_tokens.done(failed=True)
        if database != "dev":
            words = f'Cannot open database "{database}" requested by the login. The login failed.'
            return tds_tokens.error(4060, words, 11) + tds_tokens.done(failed=True)
        return b"".join(
            (
                tds_tokens.environment_text(1, database, "master"),
                tds_tokens.environment_bytes(7, tds_tokens.COLLATION, b""),
                tds_tokens.environment_text(4, str(_PACKET), str(_PACKET)),
                tds_tokens.login_acknowledged(),
                tds_tokens.done(),
            )
        )

    def _run(self, sql: str, parameters: dict[str, object], kind: int) -> bytes:
        try:
            outcomes = self._session.run(sql, parameters)
        except SqlError as error:
            told = tds_tokens.error(error.number, error.message[:2000], error.severity)
            return told + tds_tokens.done(kind, failed=True, more=kind != tds_tokens.DONE)
        in_procedure = kind != tds_tokens.DONE
        last = len(outcomes) - 1
        return b"".join(
            _told(outcome, kind, more=in_procedure or number < last) for number, outcome in enumerate(outcomes)
        ) or tds_tokens.done(kind, more=in_procedure)

    def _calls(self, reader: Reader) -> bytes:
        """One procedure after another: a driver sends many rows of parameters as many calls in one message."""
        told = b""
        more = True
        while more:
            answer = self._call(reader)
            more = reader.another_call()
            told += answer + tds_tokens.call_done(more=more)
        return told

    def _call(self, reader: Reader) -> bytes:
        length = reader.number(2)
        procedure = reader.number(2) if length == 0xFFFF else _PROCEDURES.get(reader.text(length).lower(), 0)
        reader.take(2)
        given = []
        while reader.more:
            given.append(reader.parameter())
        return self._procedure(procedure, given)

    def _procedure(self, procedure: int, given: Sequence[Parameter]) -> bytes:
        values = [each.value for each in given]
        within = tds_tokens.DONE_IN_PROCEDURE
        if procedure == 10:
            declared = str(values[1]) if len(values) > 1 else ""
            return self._run(str(values[0]), _bound(declared, given[2:]), within)
        if procedure in {11, 13}:
            handle = len(self._prepared) + 1
            declared, sql = str(values[1] or ""), str(values[2])
            self._prepared[handle] = (sql, declared)
            told = self._run(sql, _bound(declared, given[3:]), within) if procedure == 13 else b""
            return told + tds_tokens.return_handle(handle)
        if procedure == 12:
            sql, declared = self._prepared[int(str(values[0]))]
            return self._run(sql, _bound(declared, given[1:]), within)
        return b""

    def _transaction(self, request: int) -> bytes:
        try:
            if request == _BEGIN:
                self._session.begin()
                return tds_tokens.environment_bytes(8, _DESCRIPTOR, b"") + tds_tokens.done()
            if request == _COMMIT:
                self._session.commit()
            else:
                self._session.rollback()
        except SqlError as error:
            return tds_tokens.error(error.number, error.message, error.severity) + tds_tokens.done(failed=True)
        ended = 9 if request == _COMMIT else 10
        return tds_tokens.environment_bytes(ended, b"", _DESCRIPTOR) + tds_tokens.done()


def _bound(declared: str, given: Sequence[Parameter]) -> dict[str, object]:
    """Values by the names that the statement calls them, in the order of its declaration."""
    names = re.findall(r"@(\w+)", declared)
    return {name: each.value for name, each in zip(names, given, strict=False)}


def _told(outcome: Outcome, kind: int, *, more: bool) -> bytes:
    rows = tds_tokens.result(outcome.columns, outcome.rows) if outcome.columns else b""
    return rows + tds_tokens.done(kind, count=outcome.count, given=bool(outcome.columns), more=more)


def _pre_login() -> bytes:
    """The version, and that TLS is not to be had."""
    options = [(0, b"\x0c\x00\x07\xd0\x00\x00"), (1, b"\x02"), (2, b"\0"), (3, b""), (4, b"\0")]
    head, data = b"", b""
    for option, value in options:
        head += struct.pack(">BHH", option, 5 * len(options) + 1 + len(data), len(value))
        data += value
    return head + b"\xff" + data


async def _message(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """The next message, of one packet or several."""
    body = b""
    while True:
        kind, status, size = struct.unpack(">BBH4x", await reader.readexactly(8))
        body += await reader.readexactly(size - 8)
        if status & 1:
            return kind, body


def _send(writer: asyncio.StreamWriter, body: bytes) -> None:
    """One message in packets."""
    room = _PACKET - 8
    for number, start in enumerate(range(0, max(len(body), 1), room)):
        part = body[start : start + room]
        last = start + room >= len(body)
        writer.write(struct.pack(">BBHHBB", 4, last, len(part) + 8, 51, (number + 1) & 0xFF, 0) + part)
