"""The operations of a Llama Stack client that ask a model."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypedDict, Unpack

from understudy.domain.llama_stack import ChatTurn, McpTool, ResponseInput
from understudy.domain.llama_stack_events import EventStream, RawEvent, ResponseStream, StackEvent, StackResponse
from understudy.domain.secrets import Secret
from understudy.providers.http.frames import Frame
from understudy.providers.llama_stack.asking import Ask
from understudy.providers.llama_stack.checks import invalid, segment
from understudy.providers.llama_stack.errors import coded
from understudy.providers.llama_stack.operations import LlamaStackOperations
from understudy.providers.llama_stack.prompts import (
    provider_data_of,
    response_body,
    secrets_of,
    without_credentials,
)
from understudy.providers.llama_stack.reading import events_of, response_of

__all__ = ["LlamaStackResponses"]


class _Prompt(TypedDict):
    model: str
    instructions: str | None
    context: Sequence[ChatTurn]
    previous_response_id: str | None
    temperature: float | None
    top_p: float | None
    store: bool
    vector_store_ids: Sequence[str]
    mcp_tools: Sequence[McpTool]


class LlamaStackResponses(LlamaStackOperations):
    """Adds the responses to the other operations."""

    __slots__ = ()

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
        """An answer of the model."""
        prompt = _Prompt(
            model=model,
            instructions=instructions,
            context=context,
            previous_response_id=previous_response_id,
            temperature=temperature,
            top_p=top_p,
            store=store,
            vector_store_ids=vector_store_ids,
            mcp_tools=mcp_tools,
        )
        ask = self._asking("create_response", input, maas_token, provider_data, stream=False, **prompt)
        return response_of("create_response", await self._call(ask))

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
        prompt = _Prompt(
            model=model,
            instructions=instructions,
            context=context,
            previous_response_id=previous_response_id,
            temperature=temperature,
            top_p=top_p,
            store=store,
            vector_store_ids=vector_store_ids,
            mcp_tools=mcp_tools,
        )
        ask = self._asking("create_response_stream", input, maas_token, provider_data, stream=True, **prompt)
        return ResponseStream(self._typed(ask))

    def create_response_stream_raw(
        self,
        body: Mapping[str, Any] | bytes,
        /,
        *,
        maas_token: Secret | None = None,
        provider_data: Mapping[str, Any] | None = None,
    ) -> EventStream[RawEvent]:
        """Send ``body`` untouched (bytes) or as JSON; the events come back untouched too."""
        operation = "create_response_stream_raw"
        fields = body if isinstance(body, Mapping) else _fields(body)
        if fields is None or not body:
            raise invalid(operation, "body is not a JSON object.")
        model = fields.get("model")
        data = provider_data_of(
            self._identity,
            model=model if isinstance(model, str) else "",
            maas_token=maas_token,
            provider_data=provider_data,
        )
        arguments, secrets = without_credentials(fields)
        ask = Ask(
            operation=operation,
            method="POST",
            path="/responses",
            body=body,
            provider_data=data,
            secrets=(
                *secrets,
                *secrets_of(self._identity, maas_token=maas_token, provider_data=provider_data, tools=()),
            ),
            arguments=arguments,
        )
        return EventStream(self._raw(ask))

    async def get_response(self, response_id: str, /) -> StackResponse:
        """A response that was stored."""
        path = f"/responses/{segment('get_response', 'response_id', response_id)}"
        ask = Ask(operation="get_response", method="GET", path=path, arguments={"response_id": response_id})
        return response_of("get_response", await self._call(ask))

    def _asking(
        self,
        operation: str,
        asked: ResponseInput,
        maas_token: Secret | None,
        provider_data: Mapping[str, Any] | None,
        *,
        stream: bool,
        **prompt: Unpack[_Prompt],
    ) -> Ask:
        body = response_body(operation, asked, stream=stream, **prompt)
        data = provider_data_of(
            self._identity, model=prompt["model"], maas_token=maas_token, provider_data=provider_data
        )
        arguments = {"input": asked, **{name: value for name, value in prompt.items() if value not in (None, (), [])}}
        return Ask(
            operation=operation,
            method="POST",
            path="/responses",
            body=body,
            provider_data=data,
            secrets=secrets_of(
                self._identity, maas_token=maas_token, provider_data=provider_data, tools=prompt["mcp_tools"]
            ),
            arguments=arguments,
        )

    def _typed(self, ask: Ask) -> AbstractAsyncContextManager[AsyncIterator[StackEvent]]:
        @asynccontextmanager
        async def events() -> AsyncIterator[AsyncIterator[StackEvent]]:
            async with self._events(ask) as frames:
                yield _typed(ask, frames)

        return events()

    def _raw(self, ask: Ask) -> AbstractAsyncContextManager[AsyncIterator[RawEvent]]:
        @asynccontextmanager
        async def events() -> AsyncIterator[AsyncIterator[RawEvent]]:
            async with self._events(ask) as frames:
                yield _untouched(frames)

        return events()


async def _typed(ask: Ask, frames: AsyncIterator[Frame]) -> AsyncIterator[StackEvent]:
    with coded(ask.secrets):
        async for event in events_of(ask.operation, frames):
            yield event


async def _untouched(frames: AsyncIterator[Frame]) -> AsyncIterator[RawEvent]:
    async for frame in frames:
        yield RawEvent(frame.event, frame.data)


def _fields(body: bytes) -> Mapping[str, Any] | None:
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return fields if isinstance(fields, Mapping) else None
