"""The port to a Llama Stack server (OGX by its later name), on behalf of one user, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from types import MappingProxyType
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

from understudy.domain.llama_stack_events import EventStream, RawEvent, ResponseStream, StackResponse
from understudy.domain.secrets import Secret

__all__ = [
    "AsyncReader",
    "ChatTurn",
    "FileContent",
    "FileCounts",
    "FileFilter",
    "LlamaStackClient",
    "McpTool",
    "Order",
    "Purpose",
    "Reader",
    "ResponseInput",
    "StackFile",
    "StackModel",
    "StaticChunking",
    "UploadSource",
    "UploadedFile",
    "VectorStore",
    "VectorStoreFile",
]

Order: TypeAlias = Literal["asc", "desc"]
"""By time of creation."""
Purpose: TypeAlias = Literal["assistants", "batch", "fine-tune", "vision", "user_data", "evals"]
"""What a file is for."""
FileFilter: TypeAlias = Literal["in_progress", "completed", "failed", "cancelled"]
"""How far a vector store has come with a file."""

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def _nothing() -> Mapping[str, Any]:
    return _NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class StackModel:
    """A model that the server knows. ``kind`` is ``llm``, ``embedding`` and the like; empty where it is not said."""

    id: str
    kind: str = ""
    owned_by: str = ""
    created_at: int | None = None
    metadata: Mapping[str, Any] = field(default_factory=_nothing)
    raw: Mapping[str, Any] = field(default_factory=_nothing, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCounts:
    """How many files of a vector store are in which state."""

    total: int = 0
    completed: int = 0
    in_progress: int = 0
    failed: int = 0
    cancelled: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorStore:
    """A vector store. Times are in seconds since the epoch, sizes in bytes."""

    id: str
    name: str = ""
    status: str = ""
    created_at: int | None = None
    usage_bytes: int = 0
    file_counts: FileCounts = FileCounts()
    metadata: Mapping[str, Any] = field(default_factory=_nothing)
    raw: Mapping[str, Any] = field(default_factory=_nothing, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StackFile:
    """An uploaded file. Times are in seconds since the epoch, ``size`` is in bytes."""

    id: str
    filename: str = ""
    size: int = 0
    purpose: str = ""
    created_at: int | None = None
    expires_at: int | None = None
    raw: Mapping[str, Any] = field(default_factory=_nothing, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorStoreFile:
    """A file in a vector store. ``error`` says why, where ``status`` is ``failed``."""

    id: str
    vector_store_id: str = ""
    status: str = ""
    created_at: int | None = None
    usage_bytes: int = 0
    error: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=_nothing)
    raw: Mapping[str, Any] = field(default_factory=_nothing, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadedFile:
    """What an upload made: the file, and its entry in the vector store where one was named."""

    file: StackFile
    vector_store_file: VectorStoreFile | None = None

    @property
    def file_id(self) -> str:
        """The file's id."""
        return self.file.id


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticChunking:
    """How a vector store cuts a file, in tokens: 100 to 4096, overlapping by at most half of that."""

    max_chunk_size_tokens: int = 800
    chunk_overlap_tokens: int = 400


@dataclass(frozen=True, slots=True)
class ChatTurn:
    """An earlier turn of a conversation. A role that is not user, assistant, system or developer counts as user."""

    role: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class McpTool:
    """An MCP server whose tools the model may call. ``allowed_tools`` None: all of them."""

    server_label: str
    server_url: str
    authorization: Secret | None = None
    allowed_tools: tuple[str, ...] | None = None


class FileContent(EventStream[bytes]):
    """A file's bytes as they arrive: an async context manager; iterate over it, or ``read()`` it whole.

    ``content_type`` is the server's; ``filename`` and ``size`` (bytes) are None where it does not say.
    """

    content_type: str = "application/octet-stream"
    filename: str | None = None
    size: int | None = None

    async def read(self) -> bytes:
        """All that is left, in memory."""
        return b"".join([chunk async for chunk in self])


class Reader(Protocol):
    """A binary file that is open for reading."""

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes; none at the end."""
        ...


class AsyncReader(Protocol):
    """Like Reader, awaited: an upload of a web framework."""

    async def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes; none at the end."""
        ...


UploadSource: TypeAlias = str | PathLike[str] | bytes | Reader | AsyncReader
"""What is uploaded: a path, the bytes themselves, or a reader, which is read once and not closed."""

ResponseInput: TypeAlias = str | Sequence[Mapping[str, Any]]
"""What is asked: a text, or input items as the server takes them."""


@runtime_checkable
class LlamaStackClient(Protocol):
    """A Llama Stack server as one user sees it.

    Arguments are checked before anything is sent: InvalidRequestError. Failures are ProviderError subclasses whose
    ``code`` is INVALID_REQUEST (400), UNAUTHORIZED (401), NOT_FOUND (404), SERVER_UNAVAILABLE (408, 429, 503, 504),
    CONNECTION_FAILED (the network) or INTERNAL_ERROR (anything else).
    """

    async def list_models(self) -> tuple[StackModel, ...]:
        """The models of the server."""
        ...

    async def list_vector_stores(self, *, limit: int = 100, order: Order | None = None) -> tuple[VectorStore, ...]:
        """All vector stores, read in pages of ``limit`` (1 to 100)."""
        ...

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
        ...

    async def delete_vector_store(self, vector_store_id: str, /) -> None:
        """Delete a vector store; its files stay."""
        ...

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
        """Upload a file piece by piece and put it into a vector store, where one is named.

        A reader and bytes need a ``filename``; a path has one. ``chunking`` None leaves the cutting to the server.
        """
        ...

    async def list_files(
        self, *, limit: int | None = None, order: Order | None = None, purpose: Purpose | None = None
    ) -> tuple[StackFile, ...]:
        """The files: at most ``limit`` (1 to 10000), all of them where it is None."""
        ...

    async def get_file(self, file_id: str, /) -> StackFile:
        """What is known of a file."""
        ...

    async def delete_file(self, file_id: str, /) -> None:
        """Delete a file."""
        ...

    async def get_file_content(self, file_id: str, /) -> FileContent:
        """A file's bytes: ``async with await client.get_file_content(id) as content``."""
        ...

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
        ...

    async def get_vector_store_file(self, vector_store_id: str, file_id: str, /) -> VectorStoreFile:
        """How far a vector store has come with a file."""
        ...

    async def delete_vector_store_file(self, vector_store_id: str, file_id: str, /) -> None:
        """Take a file out of a vector store; the file itself stays."""
        ...

    async def create_response(
        self,
        input: ResponseInput,  # noqa: A002 - the service's own word
        /,
        *,
        model: str,
        instructions: str | None = None,
        context: Sequence[ChatTurn] = (),
        previous_response_id: str | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        store: bool = True,
        vector_store_ids: Sequence[str] = (),
        mcp_tools: Sequence[McpTool] = (),
        maas_token: Secret | None = None,
        provider_data: Mapping[str, Any] | None = None,
    ) -> StackResponse:
        """An answer of the model.

        ``context`` are earlier turns, put before ``input``. ``temperature`` is 0 to 2, ``top_p`` 0 to 1.
        ``vector_store_ids`` lets the model search them. Provider data is ``{"vllm_api_token": …}``: ``maas_token``
        where the model's id starts with ``maas-``, else the user's token; ``provider_data`` takes its place whole.
        """
        ...

    def create_response_stream(
        self,
        input: ResponseInput,  # noqa: A002 - the service's own word
        /,
        *,
        model: str,
        instructions: str | None = None,
        context: Sequence[ChatTurn] = (),
        previous_response_id: str | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        store: bool = True,
        vector_store_ids: Sequence[str] = (),
        mcp_tools: Sequence[McpTool] = (),
        maas_token: Secret | None = None,
        provider_data: Mapping[str, Any] | None = None,
    ) -> ResponseStream:
        """Like ``create_response``, event by event. Entering the stream sends the request."""
        ...

    def create_response_stream_raw(
        self,
        body: Mapping[str, Any] | bytes,
        /,
        *,
        maas_token: Secret | None = None,
        provider_data: Mapping[str, Any] | None = None,
    ) -> EventStream[RawEvent]:
        """Send ``body`` untouched (bytes) or as JSON; the events come back untouched too."""
        ...

    async def get_response(self, response_id: str, /) -> StackResponse:
        """A response that was stored."""
        ...

    async def aclose(self) -> None:
        """Refuse further calls; the shared pool stays open. May be called twice."""
        ...
