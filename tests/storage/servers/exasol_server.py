"""A server of Exasol's WebSocket protocol over DuckDB that the vendor's driver takes for Exasol: a fake.

Messages: Exasol's WebSocket API, version 3, without TLS. It gives results at once, never in pieces; it does not enforce
permissions or lengths of text, and knows no Parquet, no scripts, and of the catalog what exasol_catalog.py lists.
"""

import base64
import datetime as dt
import decimal
import json
import re
import zlib

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from exasol_errors import ExasolError
from exasol_sql import ExasolSession
from fake_database import Outcome
from websockets.sync.server import ServerConnection

_GREETING: dict[str, object] = {
    "sessionId": "1",
    "protocolVersion": 3,
    "releaseVersion": "8.32.0",
    "databaseName": "fake",
    "productName": "EXASolution",
    "maxDataMessageSize": 67108864,
    "maxIdentifierLength": 128,
    "maxVarcharLength": 2000000,
    "identifierQuoteString": '"',
    "timeZone": "UTC",
    "timeZoneBehavior": "INVALID SHIFT AMBIGUOUS ST",
}
_SIMPLE: dict[str, dict[str, object]] = {
    "DOUBLE": {"type": "DOUBLE"},
    "FLOAT": {"type": "DOUBLE"},
    "BOOLEAN": {"type": "BOOLEAN"},
    "DATE": {"type": "DATE", "size": 4},
    "HUGEINT": {"type": "DECIMAL", "precision": 36, "scale": 0},
}
_TEXT: dict[str, object] = {"type": "VARCHAR", "size": 2000000, "characterSet": "UTF8"}


class _Message(msgspec.Struct, rename="camel"):
    """What a driver sends; a login's second message has no command."""

    command: str = ""
    username: str = ""
    password: str = ""
    use_compression: bool = False
    sql_text: str = ""
    statement_handle: int = 0
    data: list[list[object]] = []
    attributes: dict[str, object] = {}


class Key:
    """The key pair with which a driver encrypts its password."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def public(self) -> dict[str, object]:
        numbers = self._key.public_key().public_numbers()
        form = (serialization.Encoding.PEM, serialization.PublicFormat.PKCS1)
        return {
            "publicKeyPem": self._key.public_key().public_bytes(*form).decode(),
            "publicKeyModulus": f"{numbers.n:x}",
            "publicKeyExponent": f"{numbers.e:x}",
        }

    def decrypt(self, text: str) -> str:
        return self._key.decrypt(base64.b64decode(text), padding.PKCS1v15()).decode()


class Conversation:
    """One driver, from its login until it leaves."""

    def __init__(self, session: ExasolSession, key: Key, user: str, password: str) -> None:
        self._session = session
        self._key = key
        self._user = user
        self._password = password
        self._prepared: dict[int, str] = {}
        self._compressed = False

    def serve(self, socket: ServerConnection) -> None:
        """Answer every message; what was not committed when the driver leaves is rolled back."""
        try:
            for received in socket:
                compressed = self._compressed
                text = zlib.decompress(_bytes(received)) if compressed else _bytes(received)
                message = msgspec.json.decode(text, type=_Message)
                try:
                    answer = {"status": "ok", **self._answer(message)}
                except ExasolError as error:
                    answer = {"status": "error", "exception": {"text": error.text, "sqlCode": error.code}}
                told = json.dumps(answer)
                socket.send(zlib.compress(told.encode()) if compressed else told)
        finally:
            self._session.end("ROLLBACK")

    def _answer(self, message: _Message) -> dict[str, object]:
        command = message.command
        if command == "login":
            return {"responseData": self._key.public}
        if message.username:
            return self._login(message)
        if command == "execute":
            return _results(self._session.run(message.sql_text))
        if command == "createPreparedStatement":
            return self._prepare(message.sql_text)
        if command == "executePreparedStatement":
            rows = [list(row) for row in zip(*message.data, strict=True)]
            return _results(self._session.run(self._prepared[message.statement_handle], rows))
        if command == "setAttributes":
            return self._set(message.attributes)
        if command == "getAttributes":
            return {"attributes": {"autocommit": self._session.autocommit, "currentSchema": self._session.schema}}
        if command in {"disconnect", "closePreparedStatement", "closeResultSet"}:
            return {}
        raise ExasolError("00000", f"the command {command} is not known to this fake")

    def _login(self, message: _Message) -> dict[str, object]:
        known = (self._user, self._password)
        if (message.username.lower(), self._key.decrypt(message.password)) != known:
            raise ExasolError("08004", "Connection exception - authentication failed.")
        self._compressed = message.use_compression
        return {"responseData": _GREETING, **self._set(message.attributes)}

    def _set(self, attributes: dict[str, object]) -> dict[str, object]:
        if "autocommit" in attributes:
            self._session.autocommit = bool(attributes["autocommit"])
            if self._session.autocommit:
                self._session.end("COMMIT")
        if schema := attributes.get("currentSchema"):
            self._session.enter(str(schema))
        return {}

    def _prepare(self, sql: str) -> dict[str, object]:
        """A prepared statement takes every parameter as text, which DuckDB casts."""
        handle = len(self._prepared) + 1
        self._prepared[handle] = sql
        names = [{"name": str(number), "dataType": _TEXT} for number, _ in enumerate(_markers(sql))]
        parameters = {"numColumns": len(names), "columns": names}
        nothing = {"resultType": "rowCount", "rowCount": 0}
        return {"responseData": {"statementHandle": handle, "parameterData": parameters, "results": [nothing]}}


def _bytes(received: str | bytes) -> bytes:
    return received.encode() if isinstance(received, str) else received


def _markers(sql: str) -> list[str]:
    """The question marks of a statement, those in quotes left out."""
    return [mark for mark in re.findall(r"""'(?:''|[^'])*'|"(?:""|[^"])*"|(\?)""", sql) if mark]


def _results(outcome: Outcome) -> dict[str, object]:
    """The answer to a statement: all rows at once, column by column, or how many it changed."""
    if not outcome.columns:
        result: dict[str, object] = {"resultType": "rowCount", "rowCount": outcome.count or 0}
        return {"responseData": {"numResults": 1, "results": [result]}}
    columns = [{"name": name, "dataType": _data_type(kind)} for name, kind in outcome.columns]
    data = [[_told(row[at]) for row in outcome.rows] for at in range(len(columns))]
    count = len(outcome.rows)
    rows = {"numColumns": len(columns), "numRows": count, "numRowsInMessage": count, "columns": columns, "data": data}
    return {"responseData": {"numResults": 1, "results": [{"resultType": "resultSet", "resultSet": rows}]}}


def _data_type(kind: str) -> dict[str, object]:
    if found := re.fullmatch(r"DECIMAL\((\d+),\s*(\d+)\)", kind):
        return {"type": "DECIMAL", "precision": int(found[1]), "scale": int(found[2])}
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if kind.endswith(("INT", "INTEGER")):
        return {"type": "DECIMAL", "precision": 18, "scale": 0}
    if kind.startswith("TIMESTAMP"):
        return {"type": "TIMESTAMP", "withLocalTimeZone": kind.endswith("ZONE"), "size": 8}
    return _TEXT


def _told(value: object) -> object:
    """A value as JSON carries it: whole numbers of 18 digits as numbers, other decimals and moments as text."""
    if isinstance(value, decimal.Decimal):
        whole = value == value.to_integral_value() and value.as_tuple().exponent == 0
        return int(value) if whole and abs(value) < 10**18 else str(value)
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**18:
        return str(value)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
