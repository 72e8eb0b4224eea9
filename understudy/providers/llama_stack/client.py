"""The real client of a Llama Stack server: one per request, on the shared pool."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from understudy.domain.errors import HTTPClientError
from understudy.domain.identity import RequestIdentity
from understudy.domain.secrets import Secret
from understudy.providers.http import HttpClient
from understudy.providers.http.frames import Frame
from understudy.providers.llama_stack.asking import Ask, Content
from understudy.providers.llama_stack.errors import coded
from understudy.providers.llama_stack.responses import LlamaStackResponses
from understudy.providers.llama_stack.service import LlamaStackService

__all__ = ["HttpLlamaStackClient"]


class HttpLlamaStackClient(LlamaStackResponses):
    """Asks the server as ``identity``; ``namespace`` says where to look for one that the settings do not name.

    Cheap to make; nothing is looked up before the first call. What changes something on the server is sent once; the
    rest is sent again where that may help.
    """

    __slots__ = ("_closed", "_namespace", "_service", "_url")

    def __init__(self, identity: RequestIdentity, *, service: LlamaStackService, namespace: str | None = None) -> None:
        super().__init__(identity)
        self._service = service
        self._namespace = namespace
        self._url: str | None = None
        self._closed = False

    def __repr__(self) -> str:
        return f"<HttpLlamaStackClient {self._url or 'not yet asked'}>"

    async def aclose(self) -> None:
        """Refuse further calls; the shared pool stays open. May be called twice."""
        self._closed = True

    async def _call(self, ask: Ask) -> Any:
        with coded(ask.secrets):
            http = await self._http(ask)
            try:
                response = await http.request(
                    ask.method,
                    ask.path,
                    operation=ask.operation,
                    json=ask.body if isinstance(ask.body, Mapping) else None,
                    content=ask.upload,
                    headers=None if ask.upload is None else ask.upload.headers,
                    params=ask.params,
                )
            except HTTPClientError:
                if ask.upload is not None and ask.upload.failure is not None:
                    raise ask.upload.failure from None
                raise
            return response.json() if response.content else None

    @asynccontextmanager
    async def _content(self, ask: Ask) -> AsyncIterator[Content]:
        with coded(ask.secrets):
            http = await self._http(ask)
            async with http.download(ask.method, ask.path, operation=ask.operation) as download:
                yield Content(headers=download.headers, chunks=_coded(ask, download.chunks()))

    @asynccontextmanager
    async def _events(self, ask: Ask) -> AsyncIterator[AsyncIterator[Frame]]:
        with coded(ask.secrets):
            http = await self._http(ask)
            raw = ask.body if isinstance(ask.body, bytes) else None
            async with http.stream(
                ask.method,
                ask.path,
                operation=ask.operation,
                framing="sse",
                json=ask.body if raw is None else None,
                content=raw,
                headers=None if raw is None else {"content-type": "application/json"},
            ) as stream:
                yield _coded(ask, stream.frames())

    async def _http(self, ask: Ask) -> HttpClient:
        if self._closed:
            raise HTTPClientError("This client is closed.", provider="llama_stack", operation=ask.operation)
        self._identity.require_token(provider="llama_stack", operation=ask.operation)
        if self._url is None:
            self._url = await self._service.locate(self._identity, self._namespace)
        return self._service.server(self._url, safe=ask.safe).derive(secret_headers=self._credentials(ask))

    def _credentials(self, ask: Ask) -> dict[str, Secret]:
        headers: dict[str, Secret] = {}
        if self._identity.authorization is not None:
            headers["authorization"] = self._identity.authorization
        if ask.provider_data is not None:
            headers[self._service.provider_data_header] = ask.provider_data
        return headers


async def _coded(ask: Ask, items: AsyncIterator[Any]) -> AsyncIterator[Any]:
    with coded(ask.secrets):
        async for item in items:
            yield item
