"""An answer that is written down when it has been read."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

from understudy.domain.errors import RequestTimeoutError, ResponseDecodeError
from understudy.domain.redaction import SECRET_HEADERS
from understudy.domain.secrets import Secret
from understudy.providers.http.body import Inflater, encoding_of
from understudy.providers.http.exchange import Exchange, Outgoing
from understudy.providers.recording.bodies import Piece, cleaned
from understudy.providers.recording.cleaning import Cleaner
from understudy.providers.recording.exchanges import Asked, Recorded
from understudy.providers.recording.tape import Place, Tape

__all__ = ["WrittenExchange"]


class WrittenExchange:
    """Passes an answer on and keeps its pieces; at its end, or when it is closed before, it is put on the tape.

    An answer that cannot be read, so that nobody knows whether a credential is in it, is not written.
    """

    def __init__(
        self, exchange: Exchange, tape: Tape, place: Place, asked: Asked, outgoing: Outgoing, *, began: float
    ) -> None:
        self.status = exchange.status
        self.headers = exchange.headers
        self._exchange = exchange
        self._tape = tape
        self._place = place
        self._asked = asked
        self._secrets = [*outgoing.secrets.values(), *_secrets_in(exchange.headers), *_secrets_in(outgoing.headers)]
        self._loop = asyncio.get_running_loop()
        self._began = began
        self._head = self._now()
        self._pieces: list[Piece] = []
        self._written = False

    async def chunk(self) -> bytes:
        """The next bytes of the body; empty at the end."""
        data = await self._exchange.chunk()
        if data:
            self._pieces.append((self._now(), data))
        else:
            self._write(complete=True)
        return data

    def expire_at(self, when: float, failure: RequestTimeoutError) -> None:
        """As the answer itself does."""
        self._exchange.expire_at(when, failure)

    async def aclose(self) -> None:
        """Write what has been read, and close the answer."""
        try:
            self._write(complete=False)
        finally:
            await self._exchange.aclose()

    def _now(self) -> float:
        return round(self._loop.time() - self._began, 4)

    def _write(self, *, complete: bool) -> None:
        if self._written:
            return
        self._written = True
        try:
            pieces = _decompressed(self._pieces, self.headers)
        except ResponseDecodeError:
            return  # whoever reads the answer is told so
        cleaner = Cleaner(self._secrets)
        body, chunks = cleaned(pieces, cleaner)
        recorded = Recorded(
            asked=self._asked,
            status=self.status,
            headers=cleaner.headers(self.headers),
            body=body,
            chunks=chunks,
            began=self._head,
            complete=complete,
            at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        self._tape.keep(self._place, recorded)


def _secrets_in(headers: Mapping[str, str]) -> list[Secret]:
    """What stands in a header may be repeated in the body: a cookie's value, and the name of a session of MCP."""
    given = [value for name, value in headers.items() if name in SECRET_HEADERS]
    cookies = [Secret(value.partition(";")[0].partition("=")[2]) for value in given if "=" in value]
    return [*cookies, *(Secret(value) for name, value in headers.items() if name == "mcp-session-id")]


def _decompressed(pieces: list[Piece], headers: dict[str, str]) -> list[Piece]:
    encoding = encoding_of(headers)
    if encoding is None:
        return pieces
    inflater = Inflater(encoding)
    plain: list[Piece] = []
    for at, data in pieces:
        inflater.feed(data)
        while step := inflater.step():
            plain.append((at, step))
    return plain
