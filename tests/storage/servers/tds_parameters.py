"""Values that a driver sends along with a statement, as TDS 7.4 writes them (MS-TDS, RPC request and data types)."""

import datetime as dt
import decimal
import struct
import uuid
from dataclasses import dataclass

_BETWEEN_CALLS = (0x80, 0xFF)
_PLP = 0xFFFF
_NULL_PLP = 0xFFFFFFFFFFFFFFFF
_EPOCH = dt.date(1, 1, 1).toordinal()


@dataclass(frozen=True)
class Parameter:
    name: str
    value: object


class Reader:
    """Reads the bytes of one request from its start to its end."""

    def __init__(self, data: bytes, start: int = 0) -> None:
        self._data = data
        self._at = start

    @property
    def more(self) -> bool:
        """Whether another parameter of the same call follows."""
        return self._at < len(self._data) and self._data[self._at] not in _BETWEEN_CALLS

    def another_call(self) -> bool:
        """Step over what parts two calls of one message; False at its end."""
        return self._at < len(self._data) and self.number(1) in _BETWEEN_CALLS

    def take(self, size: int) -> bytes:
        taken = self._data[self._at : self._at + size]
        self._at += size
        return taken

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "little")

    def text(self, characters: int) -> str:
        return self.take(2 * characters).decode("utf-16-le")

    def parameter(self) -> Parameter:
        """The next parameter."""
        name = self.text(self.number(1))
        self.take(1)  # whether it is an output parameter: the driver gives those values too
        return Parameter(name, self._value())

    def _value(self) -> object:
        kind = self.number(1)
        if kind == 0x1F:
            return None
        if kind in {0xE7, 0xEF, 0xA7, 0xAF, 0xA5, 0xAD}:
            return self._characters(kind)
        if kind in {0x28, 0x29, 0x2A, 0x2B}:
            return self._moment(kind)
        scale = 0
        if kind in {0x6A, 0x6C}:
            self.take(2)
            scale = self.number(1)
        elif kind in {0x26, 0x6D, 0x68, 0x24}:
            self.take(1)
        else:
            message = f"parameters of type {kind:#x} are not read by this fake"
            raise ValueError(message)
        raw = self.take(self.number(1))
        return _fixed(kind, raw, scale) if raw else None

    def _characters(self, kind: int) -> object:
        size = self.number(2)
        if kind not in {0xA5, 0xAD}:
            self.take(5)  # the collation
        raw = self._chunks() if size == _PLP else self._short()
        if raw is None or kind in {0xA5, 0xAD}:
            return raw
        return raw.decode("utf-16-le" if kind in {0xE7, 0xEF} else "cp1252")

    def _short(self) -> bytes | None:
        size = self.number(2)
        return None if size == _PLP else self.take(size)

    def _chunks(self) -> bytes | None:
        if self.number(8) == _NULL_PLP:
            return None
        chunks = []
        while size := self.number(4):
            chunks.append(self.take(size))
        return b"".join(chunks)

    def _moment(self, kind: int) -> object:
        scale = 0 if kind == 0x28 else self.number(1)
        raw = self.take(self.number(1))
        if not raw:
            return None
        if kind == 0x28:
            return _day(raw)
        zone = 2 if kind == 0x2B else 0
        clock = raw[: len(raw) - zone - (0 if kind == 0x29 else 3)]
        since = dt.timedelta(microseconds=int.from_bytes(clock, "little") * 10**6 // 10**scale)
        if kind == 0x29:
            return (dt.datetime(1, 1, 1) + since).time()
        moment = dt.datetime.combine(_day(raw[len(clock) : len(clock) + 3]), dt.time()) + since
        if kind == 0x2A:
            return moment
        offset = dt.timezone(dt.timedelta(minutes=struct.unpack("<h", raw[-2:])[0]))
        return moment.replace(tzinfo=dt.UTC).astimezone(offset)


def _day(raw: bytes) -> dt.date:
    return dt.date.fromordinal(int.from_bytes(raw[:3], "little") + _EPOCH)


def _fixed(kind: int, raw: bytes, scale: int) -> object:
    if kind == 0x26:
        return int.from_bytes(raw, "little", signed=len(raw) > 1)
    if kind == 0x68:
        return bool(raw[0])
    if kind == 0x6D:
        return struct.unpack("<d" if len(raw) == 8 else "<f", raw)[0]
    if kind == 0x24:
        return uuid.UUID(bytes_le=raw)
    sign = 1 if raw[0] else -1
    return decimal.Decimal(sign * int.from_bytes(raw[1:], "little")).scaleb(-scale)
