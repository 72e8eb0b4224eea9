"""What a server answers in TDS 7.4: tokens, column descriptions and rows (MS-TDS, tokens and data types)."""

import datetime as dt
import decimal
import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

COLLATION = b"\x09\x04\xd0\x00\x34"
DONE, DONE_PROCEDURE, DONE_IN_PROCEDURE = 0xFD, 0xFE, 0xFF
_MORE, _ERROR, _COUNTED, _MORE_CALLS = 0x1, 0x2, 0x10, 0x81
_SELECT, _INSERT = 0xC1, 0xC3
_LONGEST = 4000  # characters of nvarchar and half the bytes of varbinary that are not of type MAX


def _short_text(text: str) -> bytes:
    return bytes([len(text)]) + text.encode("utf-16-le")


def _token(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + struct.pack("<H", len(body)) + body


def environment_text(kind: int, new: str, old: str) -> bytes:
    """ENVCHANGE of a database (1), language (2) or packet size (4)."""
    return _token(0xE3, bytes([kind]) + _short_text(new) + _short_text(old))


def environment_bytes(kind: int, new: bytes, old: bytes) -> bytes:
    """ENVCHANGE of a collation (7) or of a transaction that begins (8), commits (9) or rolls back (10)."""
    return _token(0xE3, bytes([kind, len(new)]) + new + bytes([len(old)]) + old)


def login_acknowledged() -> bytes:
    return _token(0xAD, b"\x01\x74\x00\x00\x04" + _short_text("Microsoft SQL Server") + b"\x0c\x00\x07\xd0")


def error(number: int, message: str, severity: int) -> bytes:
    body = struct.pack("<iBBH", number, 1, severity, len(message)) + message.encode("utf-16-le")
    return _token(0xAA, body + _short_text("fake") + _short_text("") + struct.pack("<i", 1))


def done(
    kind: int = DONE, *, count: int | None = None, given: bool = False, more: bool = False, failed: bool = False
) -> bytes:
    """The end of a statement; ``count`` is how many rows it changed or, where rows are ``given``, how many they are."""
    status = (_MORE if more else 0) | (_ERROR if failed else 0) | (_COUNTED if count is not None else 0)
    command = 0 if count is None else _SELECT if given else _INSERT
    return struct.pack("<BHHQ", kind, status, command, count or 0)


def attention_acknowledged() -> bytes:
    return struct.pack("<BHHQ", DONE, 0x20, 0, 0)


def call_done(*, more: bool) -> bytes:
    """The end of a procedure's call: its status, and whether calls of the same message follow."""
    return b"\x79" + struct.pack("<iBHHQ", 0, DONE_PROCEDURE, _MORE_CALLS if more else 0, 0, 0)


def return_handle(handle: int) -> bytes:
    """The handle of a prepared statement, as an output parameter."""
    return b"\xac\x00\x00\x00\x01" + struct.pack("<IH", 0, 0) + b"\x26\x04\x04" + struct.pack("<i", handle)


@dataclass(frozen=True)
class _Kind:
    """How a column is described, and how a value of it is written after its length."""

    description: bytes
    write: Callable[[object], bytes]


def result(columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[object]]) -> bytes:
    """The description of the columns, each a name and DuckDB's type, and the rows."""
    kinds = [_kind(kind, [row[at] for row in rows]) for at, (_, kind) in enumerate(columns)]
    parts = [b"\x81", struct.pack("<H", len(columns))]
    for kind, (name, _) in zip(kinds, columns, strict=True):
        parts += [struct.pack("<IH", 0, 9), kind.description, _short_text(name[:128])]
    for row in rows:
        parts.append(b"\xd1")
        parts += [kind.write(value) for kind, value in zip(kinds, row, strict=True)]
    return b"".join(parts)


def _sized(write: Callable[[object], bytes]) -> Callable[[object], bytes]:
    """Values that begin with one byte of length; none is NULL."""

    def whole(value: object) -> bytes:
        body = b"" if value is None else write(value)
        return bytes([len(body)]) + body

    return whole


def _integer(size: int) -> _Kind:
    return _Kind(bytes([0x26, size]), _sized(lambda value: int(str(value)).to_bytes(size, "little", signed=size > 1)))


def _decimal(precision: int, scale: int) -> _Kind:
    def write(value: object) -> bytes:
        with decimal.localcontext(prec=60):
            number = int(decimal.Decimal(str(value)).scaleb(scale).to_integral_value())
        return bytes([number >= 0]) + abs(number).to_bytes(16, "little")

    return _Kind(bytes([0x6C, 17, precision, scale]), _sized(write))


def _days(value: dt.date) -> bytes:
    return (value.toordinal() - 1).to_bytes(3, "little")


def _clock(value: dt.time | dt.datetime) -> bytes:
    microseconds = ((value.hour * 60 + value.minute) * 60 + value.second) * 10**6 + value.microsecond
    return microseconds.to_bytes(5, "little")


def _zoned(value: object) -> bytes:
    moment = cast("dt.datetime", value)
    utc, offset = moment.astimezone(dt.UTC), moment.utcoffset() or dt.timedelta()
    return _clock(utc) + _days(utc) + struct.pack("<h", int(offset.total_seconds()) // 60)


def _long(kind: bytes, values: Sequence[object], encode: Callable[[object], bytes]) -> _Kind:
    """Text or bytes: with two bytes of length where all are short enough, else of type MAX, in chunks."""
    encoded = [encode(value) for value in values if value is not None]
    if all(len(each) <= 2 * _LONGEST for each in encoded):
        size = struct.pack("<H", 2 * _LONGEST)

        def write(value: object) -> bytes:
            return b"\xff\xff" if value is None else struct.pack("<H", len(encode(value))) + encode(value)
    else:
        size = b"\xff\xff"

        def write(value: object) -> bytes:
            if value is None:
                return b"\xff" * 8
            body = encode(value)
            chunk = struct.pack("<I", len(body)) + body if body else b""
            return struct.pack("<Q", len(body)) + chunk + struct.pack("<I", 0)

    return _Kind(kind[:1] + size + kind[1:], write)


_FIXED = {
    "TINYINT": _integer(2),
    "UTINYINT": _integer(1),
    "SMALLINT": _integer(2),
    "USMALLINT": _integer(4),
    "INTEGER": _integer(4),
    "UINTEGER": _integer(8),
    "BIGINT": _integer(8),
    "UBIGINT": _decimal(20, 0),
    "HUGEINT": _decimal(38, 0),
    "BOOLEAN": _Kind(b"\x68\x01", _sized(lambda value: bytes([bool(value)]))),
    "DOUBLE": _Kind(b"\x6d\x08", _sized(lambda value: struct.pack("<d", value))),
    "FLOAT": _Kind(b"\x6d\x04", _sized(lambda value: struct.pack("<f", value))),
    "DATE": _Kind(b"\x28", _sized(lambda value: _days(cast("dt.date", value)))),
    "TIME": _Kind(b"\x29\x06", _sized(lambda value: _clock(cast("dt.time", value)))),
    "TIMESTAMP WITH TIME ZONE": _Kind(b"\x2b\x06", _sized(_zoned)),
}
_MOMENT = _Kind(
    b"\x2a\x06", _sized(lambda value: _clock(cast("dt.datetime", value)) + _days(cast("dt.datetime", value).date()))
)


def _kind(kind: str, values: Sequence[object]) -> _Kind:
    name = kind.upper()
    if name in _FIXED:
        return _FIXED[name]
    if found := re.fullmatch(r"DECIMAL\((\d+),\s*(\d+)\)", name):
        return _decimal(int(found[1]), int(found[2]))
    if name.startswith("TIMESTAMP"):
        return _MOMENT
    if name == "BLOB":
        return _long(b"\xa5", values, lambda value: cast("bytes", value))
    return _long(b"\xe7" + COLLATION, values, lambda value: str(value).encode("utf-16-le"))
