"""The endpoints over Llama Stack: vector stores, files and responses."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Query, Request, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict

from understudy import UnderstudyError
from understudy.domain.llama_stack import FileContent, LlamaStackClient
from understudy.domain.llama_stack_events import EventStream, RawEvent, ResponseStream
from understudy.integrations.answers import error_reply
from understudy.integrations.fastapi import Clients
from understudy.integrations.plain import plain

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["llama stack"])

_UNCACHED = {"cache-control": "no-store"}


async def in_namespace(clients: Clients, namespace: Annotated[str | None, Query()] = None) -> LlamaStackClient:
    """The user's client; ``?namespace=`` says whose Llama Stack is meant where the settings name none."""
    return clients.llama_stack_in(namespace)


Stack = Annotated[LlamaStackClient, Depends(in_namespace)]


class NewStore(BaseModel):
    name: str
    metadata: dict[str, str] | None = None


@router.get("/vector-stores")
async def list_stores(stack: Stack) -> Any:
    return plain(await stack.list_vector_stores())


@router.post("/vector-stores", status_code=201)
async def create_store(stack: Stack, new: NewStore) -> Any:
    return plain(await stack.create_vector_store(new.name, metadata=new.metadata))


@router.delete("/vector-stores/{store_id}", status_code=204)
async def delete_store(stack: Stack, store_id: str) -> None:
    await stack.delete_vector_store(store_id)


@router.get("/vector-stores/{store_id}/files")
async def list_store_files(stack: Stack, store_id: str) -> Any:
    return plain(await stack.list_vector_store_files(store_id))


@router.delete("/vector-stores/{store_id}/files/{file_id}", status_code=204)
async def delete_store_file(stack: Stack, store_id: str, file_id: str) -> None:
    await stack.delete_vector_store_file(store_id, file_id)


@router.get("/files")
async def list_files(stack: Stack, limit: int | None = None, order: Literal["asc", "desc"] | None = None) -> Any:
    return plain(await stack.list_files(limit=limit, order=order))


@router.post("/files", status_code=201)
async def upload(stack: Stack, file: UploadFile, vector_store_id: Annotated[str | None, Form()] = None) -> Any:
    """The upload is passed on piece by piece."""
    uploaded = await stack.upload_file(
        file, filename=file.filename or "unnamed", content_type=file.content_type, vector_store_id=vector_store_id
    )
    return plain(uploaded)


@router.get("/files/{file_id}/content")
async def download(stack: Stack, file_id: str) -> StreamingResponse:
    content = await stack.get_file_content(file_id)
    await content.open()  # what the service refuses is refused here, before the answer has begun
    return StreamingResponse(_pieces(content), media_type=content.content_type)


@router.delete("/files/{file_id}", status_code=204)
async def delete_file(stack: Stack, file_id: str) -> None:
    await stack.delete_file(file_id)


class NewResponse(BaseModel):
    """What this service lets its users ask; the rest it says itself."""

    model_config = ConfigDict(extra="forbid")

    input: str
    model: str
    instructions: str | None = None
    previous_response_id: str | None = None
    temperature: float | None = None
    vector_store_ids: list[str] = []
    stream: bool = False

    def options(self) -> dict[str, Any]:
        return self.model_dump(exclude={"input", "stream"})


@router.post("/responses")
async def respond(stack: Stack, new: NewResponse) -> Any:
    """An answer, whole; or, with ``"stream": true``, its events as they come."""
    if not new.stream:
        return plain((await stack.create_response(new.input, **new.options())).raw)
    stream = stack.create_response_stream(new.input, **new.options())
    await stream.open()  # what the service refuses is answered with its status, before the stream has begun
    return StreamingResponse(_events(stream), media_type="text/event-stream", headers=_UNCACHED)


@router.post("/responses/raw")
async def respond_raw(stack: Stack, request: Request) -> StreamingResponse:
    """The body goes through untouched, and so do the events."""
    stream = stack.create_response_stream_raw(await request.body())
    await stream.open()
    return StreamingResponse(_raw_events(stream), media_type="text/event-stream", headers=_UNCACHED)


@router.get("/responses/{response_id}")
async def get_response(stack: Stack, response_id: str) -> Any:
    return plain((await stack.get_response(response_id)).raw)


async def _pieces(content: FileContent) -> AsyncIterator[bytes]:
    async with content:
        async for piece in content:
            yield piece


async def _events(stream: ResponseStream) -> AsyncIterator[bytes]:
    try:
        async with stream:
            async for event in stream:
                yield _encoded(event.type, plain(event.raw))
    except UnderstudyError as error:  # the answer has begun: its status is sent, so the failure is one more event
        yield _encoded("error", error_reply(error).body)


async def _raw_events(stream: EventStream[RawEvent]) -> AsyncIterator[bytes]:
    try:
        async with stream:
            async for event in stream:
                yield event.encode()
    except UnderstudyError as error:
        yield _encoded("error", error_reply(error).body)


def _encoded(name: str, data: Any) -> bytes:
    return RawEvent(name, json.dumps(data).encode()).encode()
