"""The stand-in of a Llama Stack client: the same checks, types and errors, and a server in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from understudy.domain.errors import HTTPClientError, InvalidRequestError, ProviderError, StreamInterruptedError
from understudy.domain.identity import RequestIdentity
from understudy.providers.http.answers import ErrorAnswer
from understudy.providers.http.frames import Frame
from understudy.providers.llama_stack.asking import Ask, Content
from understudy.providers.llama_stack.errors import answer_code, coded, stack_error
from understudy.providers.llama_stack.mock.service import MockLlamaStackService
from understudy.providers.llama_stack.mock.state import Heard, Said
from understudy.providers.llama_stack.responses import LlamaStackResponses

__all__ = ["MockLlamaStackClient"]

_PIECE = 64 * 1024


class MockLlamaStackClient(LlamaStackResponses):
    """Asks the stand-in's server as ``identity``. What is refused before anything is sent is not a call."""

    __slots__ = ("_closed", "_service")

    def __init__(
        self,
        identity: RequestIdentity,
        *,
        service: MockLlamaStackService,
        namespace: str | None = None,  # noqa: ARG002 - the stand-in is in every namespace
    ) -> None:
        super().__init__(identity)
        self._service = service
        self._closed = False

    @property
    def service(self) -> MockLlamaStackService:
        """What all stand-in clients share: the script and the record of the calls."""
        return self._service

    def __repr__(self) -> str:
        return "<MockLlamaStackClient>"

    async def aclose(self) -> None:
        """Refuse further calls. May be called twice."""
        self._closed = True

    async def _call(self, ask: Ask) -> Any:
        said = await self._said(ask)
        # As JSON once more: what the caller changes in it is not changed on the server.
        return None if said.body is None else msgspec.json.decode(msgspec.json.encode(said.body))

    @asynccontextmanager
    async def _content(self, ask: Ask) -> AsyncIterator[Content]:
        said = await self._said(ask)
        content = said.content or b""
        headers = {**said.headers, "content-length": str(len(content))}
        yield Content(headers=headers, chunks=_pieces(content))

    @asynccontextmanager
    async def _events(self, ask: Ask) -> AsyncIterator[AsyncIterator[Frame]]:
        said = await self._said(ask)
        yield _frames(ask.operation, said)

    async def _said(self, ask: Ask) -> Said:
        with coded():
            if self._closed:
                raise HTTPClientError("This client is closed.", provider="llama_stack", operation=ask.operation)
            self._identity.require_token(provider="llama_stack", operation=ask.operation)
            heard = await _heard(ask)
            if ask.continues:
                return self._answered(ask, heard)
            user = self._identity.user
            with self._service.calls.recording(ask.operation, user, ask.arguments) as call:
                self._check(ask, user)
                said = self._answered(ask, heard)
                call.result = said.body
                return said

    def _check(self, ask: Ask, user: str | None) -> None:
        """Fail where a scenario says so, with the code that this service's answers have."""
        try:
            self._service.scenarios.check(ask.operation, user, ask.arguments)
        except ProviderError as error:
            if error.status is not None:
                error.code = answer_code(error.status)
            raise

    def _answered(self, ask: Ask, heard: Heard) -> Said:
        said = self._service.server.answer(heard)
        if said.status >= 400:
            raise _error(ask.operation, said)
        return said


async def _heard(ask: Ask) -> Heard:
    if ask.upload is not None:
        content = b"".join([piece async for piece in ask.upload.content()])
        return Heard(
            method=ask.method,
            path=ask.path,
            form=ask.upload.fields,
            filename=ask.upload.filename,
            content=content,
        )
    body: Any = ask.body
    if body is not None:
        try:
            body = msgspec.json.decode(body if isinstance(body, bytes) else msgspec.json.encode(body))
        except (TypeError, ValueError, RecursionError) as error:
            reason = str(error)
        else:
            return Heard(method=ask.method, path=ask.path, params=ask.params, body=body)
        raise InvalidRequestError(
            f"The request cannot be written as JSON: {reason}; nothing was sent.",
            provider="llama_stack",
            operation=ask.operation,
            phase="send",
        )
    return Heard(method=ask.method, path=ask.path, params=ask.params)


def _error(operation: str, said: Said) -> ProviderError:
    error = stack_error(ErrorAnswer(status=said.status, headers={}, body=said.body, operation=operation))
    error.provider, error.operation, error.phase = "llama_stack", operation, "answer"
    return error


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), _PIECE):
        yield content[start : start + _PIECE]


async def _frames(operation: str, said: Said) -> AsyncIterator[Frame]:
    if said.events is None:
        yield Frame(None, msgspec.json.encode(said.body))
        return
    try:
        for event in said.events:
            yield Frame(None, msgspec.json.encode(event))
    except ConnectionAbortedError:
        broken = True
    else:
        broken = False
    if broken:
        raise StreamInterruptedError(
            "The connection was lost: the script breaks it here.",
            provider="llama_stack",
            operation=operation,
            phase="stream",
            code="CONNECTION_FAILED",
            retryable=True,
        )
