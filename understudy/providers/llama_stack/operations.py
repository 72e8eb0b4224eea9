"""The operations of a Llama Stack client, the same for the server and for its stand-in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

from understudy.domain.errors import ProviderError, ResponseDecodeError
from understudy.domain.identity import RequestIdentity
from understudy.domain.llama_stack import (
    FileContent,
    FileFilter,
    Order,
    Purpose,
    StackFile,
    StackModel,
    StaticChunking,
    UploadedFile,
    UploadSource,
    VectorStore,
    VectorStoreFile,
)
from understudy.providers.http.frames import Frame
from understudy.providers.llama_stack.asking import Ask, Content
from understudy.providers.llama_stack.checks import (
    check_chunking,
    check_metadata,
    check_number,
    check_purpose,
    page_params,
    segment,
    text,
)
from understudy.providers.llama_stack.contents import content_of
from understudy.providers.llama_stack.reading import file_of, items_of, model_of, store_file_of, store_of
from understudy.providers.llama_stack.uploads import Upload

__all__ = ["LlamaStackOperations"]

_MOST_PAGES = 10_000  # a server that always has more would be read for ever


class LlamaStackOperations(ABC):
    """Checks, asks, reads. How an ``Ask`` is answered is left to the classes below."""

    __slots__ = ("_identity",)

    def __init__(self, identity: RequestIdentity) -> None:
        self._identity = identity

    @property
    def identity(self) -> RequestIdentity:
        """On whose behalf this client asks."""
        return self._identity

    async def list_models(self) -> tuple[StackModel, ...]:
        """The models of the server."""
        page = await self._call(Ask(operation="list_models", method="GET", path="/models"))
        return tuple(model_of("list_models", each) for each in items_of("list_models", page))

    async def list_vector_stores(self, *, limit: int = 100, order: Order | None = None) -> tuple[VectorStore, ...]:
        """All vector stores, read in pages of ``limit`` (1 to 100)."""
        operation = "list_vector_stores"
        params = page_params(operation, limit=limit, most=100, order=order)
        ask = Ask(operation=operation, method="GET", path="/vector_stores", params=params, arguments=params)
        return tuple([store_of(operation, each) async for each in self._pages(ask)])

    async def create_vector_store(
        self,
        name: str,
        /,
        *,
        metadata: Mapping[str, str] | None = None,
        embedding_model: str | None = None,
        embedding_dimension: int | None = None,
        provider_id: str | None = None,
    ) -> VectorStore:
        """A new vector store. ``metadata``: at most 16 pairs, keys up to 64 characters, values up to 512."""
        operation = "create_vector_store"
        check_number(operation, "embedding_dimension", embedding_dimension, 1, 1_000_000)
        body: dict[str, Any] = {"name": text(operation, "name", name)}
        optional = {
            "metadata": check_metadata(operation, metadata) or None,
            "embedding_model": embedding_model,
            "embedding_dimension": embedding_dimension,
            "provider_id": provider_id,
        }
        body |= {key: value for key, value in optional.items() if value is not None}
        ask = Ask(operation=operation, method="POST", path="/vector_stores", body=body, arguments=body)
        return store_of(operation, await self._call(ask))

    async def delete_vector_store(self, vector_store_id: str, /) -> None:
        """Delete a vector store; its files stay."""
        operation = "delete_vector_store"
        path = f"/vector_stores/{segment(operation, 'vector_store_id', vector_store_id)}"
        arguments = {"vector_store_id": vector_store_id}
        await self._call(Ask(operation=operation, method="DELETE", path=path, arguments=arguments))

    async def upload_file(
        self,
        source: UploadSource,
        /,
        *,
        filename: str | None = None,
        content_type: str | None = None,
        purpose: Purpose = "assistants",
        vector_store_id: str | None = None,
        chunking: StaticChunking | None = None,
    ) -> UploadedFile:
        """Upload a file piece by piece and put it into a vector store, where one is named."""
        operation = "upload_file"
        strategy = check_chunking(operation, chunking)
        if vector_store_id is not None:
            segment(operation, "vector_store_id", vector_store_id)
        fields = {"purpose": check_purpose(operation, purpose)}
        upload = Upload(source, operation=operation, filename=filename, content_type=content_type, fields=fields)
        arguments = {"filename": upload.filename, "purpose": purpose, "vector_store_id": vector_store_id}
        ask = Ask(operation=operation, method="POST", path="/files", upload=upload, arguments=arguments)
        file = file_of(operation, await self._call(ask))
        if vector_store_id is None:
            return UploadedFile(file=file)
        body = {"file_id": file.id, "chunking_strategy": strategy}
        path = f"/vector_stores/{vector_store_id}/files"
        put = Ask(operation=operation, method="POST", path=path, body=body, arguments=arguments, continues=True)
        try:
            entry = store_file_of(operation, await self._call(put))
        except ProviderError as error:
            error.hint = f"The file itself was uploaded: {file.id}."
            raise
        return UploadedFile(file=file, vector_store_file=entry)

    async def list_files(
        self, *, limit: int | None = None, order: Order | None = None, purpose: Purpose | None = None
    ) -> tuple[StackFile, ...]:
        """The files: at most ``limit`` (1 to 10000), all of them where it is None."""
        operation = "list_files"
        params = page_params(operation, limit=limit, most=10_000, order=order, purpose=purpose)
        ask = Ask(operation=operation, method="GET", path="/files", params=params, arguments=params)
        return tuple([file_of(operation, each) async for each in self._pages(ask, most=limit)])

    async def get_file(self, file_id: str, /) -> StackFile:
        """What is known of a file."""
        return file_of("get_file", await self._call(self._of_file("get_file", "GET", file_id)))

    async def delete_file(self, file_id: str, /) -> None:
        """Delete a file."""
        await self._call(self._of_file("delete_file", "DELETE", file_id))

    async def get_file_content(self, file_id: str, /) -> FileContent:
        """A file's bytes: ``async with await client.get_file_content(id) as content``."""
        return await content_of(self._content(self._of_file("get_file_content", "GET", file_id, "/content")))

    async def list_vector_store_files(
        self,
        vector_store_id: str,
        /,
        *,
        limit: int | None = None,
        order: Order | None = None,
        filter: FileFilter | None = None,  # noqa: A002 - the service's own word
    ) -> tuple[VectorStoreFile, ...]:
        """A vector store's files: at most ``limit`` (1 to 100), all of them where it is None."""
        operation = "list_vector_store_files"
        path = f"/vector_stores/{segment(operation, 'vector_store_id', vector_store_id)}/files"
        params = page_params(operation, limit=limit, most=100, order=order, status=filter)
        arguments = {"vector_store_id": vector_store_id, **params}
        ask = Ask(operation=operation, method="GET", path=path, params=params, arguments=arguments)
        return tuple([store_file_of(operation, each) async for each in self._pages(ask, most=limit)])

    async def get_vector_store_file(self, vector_store_id: str, file_id: str, /) -> VectorStoreFile:
        """How far a vector store has come with a file."""
        ask = self._of_store_file("get_vector_store_file", "GET", vector_store_id, file_id)
        return store_file_of(ask.operation, await self._call(ask))

    async def delete_vector_store_file(self, vector_store_id: str, file_id: str, /) -> None:
        """Take a file out of a vector store; the file itself stays."""
        await self._call(self._of_store_file("delete_vector_store_file", "DELETE", vector_store_id, file_id))

    @abstractmethod
    async def _call(self, ask: Ask) -> Any:
        """The decoded JSON; None where the answer is empty. Raises ProviderError with the codes of the port."""

    @abstractmethod
    def _content(self, ask: Ask) -> AbstractAsyncContextManager[Content]:
        """A body of any kind, as it arrives."""

    @abstractmethod
    def _events(self, ask: Ask) -> AbstractAsyncContextManager[AsyncIterator[Frame]]:
        """The server-sent events, as they arrive."""

    async def _pages(self, ask: Ask, *, most: int | None = None) -> AsyncIterator[Mapping[str, Any]]:
        """The entries of a list, page after page; at most ``most``."""
        count = 0
        for _ in range(_MOST_PAGES):
            page = await self._call(ask)
            items = items_of(ask.operation, page)
            for item in items:
                yield item
                count += 1
                if count == most:
                    return
            last = page.get("last_id") or (items[-1].get("id") if items else None)
            if not page.get("has_more") or not items:
                return
            if not isinstance(last, str) or last == ask.params.get("after"):
                break
            ask = replace(ask, params={**ask.params, "after": last}, continues=True)
        raise ResponseDecodeError(
            "The list does not end: the server says that there is more after the same entry.",
            provider="llama_stack",
            operation=ask.operation,
            phase="decode",
            code="INTERNAL_ERROR",
        )

    @staticmethod
    def _of_file(operation: str, method: str, file_id: str, rest: str = "") -> Ask:
        path = f"/files/{segment(operation, 'file_id', file_id)}{rest}"
        return Ask(operation=operation, method=method, path=path, arguments={"file_id": file_id})

    @staticmethod
    def _of_store_file(operation: str, method: str, vector_store_id: str, file_id: str) -> Ask:
        store = segment(operation, "vector_store_id", vector_store_id)
        path = f"/vector_stores/{store}/files/{segment(operation, 'file_id', file_id)}"
        arguments = {"vector_store_id": vector_store_id, "file_id": file_id}
        return Ask(operation=operation, method=method, path=path, arguments=arguments)
