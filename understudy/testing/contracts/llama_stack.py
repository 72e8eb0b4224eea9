"""What every LlamaStackClient does, a server's and a stand-in's alike: pytest classes to be derived from.

    class TestMine(LlamaStackContract):
        @pytest.fixture
        async def client(self): ...     # a client of a server that is otherwise empty, or used by this test alone
        @pytest.fixture
        def model(self): return "…"     # a model of that server that answers prompts

A server that answers "fail upstream" as any other prompt says so with ``upstream_fails = False``.
"""

# ruff: noqa: S101 - pytest shows what an assertion compared
from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from understudy.domain.errors import InvalidRequestError, NotFoundError, ProviderError
from understudy.domain.llama_stack import ChatTurn, LlamaStackClient, McpTool, StaticChunking
from understudy.domain.llama_stack_events import (
    ContentPartEvent,
    OutputItemEvent,
    ResponseStateEvent,
    TextDeltaEvent,
)

__all__ = ["LlamaStackContract"]

_UNKNOWN_FILE = "file-00000000000000000000000000000000"
_counter = itertools.count()


def _name() -> str:
    return f"contract {next(_counter)}"


class LlamaStackContract:
    """The behaviour of the port, seen through the port alone."""

    upstream_fails = True

    @pytest.fixture
    def client(self) -> Iterator[LlamaStackClient]:
        """The client; a class that derives from this one has its own."""
        raise NotImplementedError

    @pytest.fixture
    def model(self) -> str:
        """A model that answers prompts."""
        raise NotImplementedError

    async def test_models_are_listed_with_their_kind(self, client: LlamaStackClient, model: str) -> None:
        """The model that answers is among them, and is an llm."""
        models = {each.id: each for each in await client.list_models()}
        assert models[model].kind == "llm"
        assert models[model].raw["id"] == model

    async def test_a_vector_store_is_listed_until_it_is_deleted(self, client: LlamaStackClient) -> None:
        """What is created can be found, with what was said of it and what the server adds."""
        name = _name()
        store = await client.create_vector_store(name, metadata={"team": "blue"})
        assert store.name == name
        assert store.metadata["team"] == "blue"
        assert store.metadata["provider_id"]
        assert store.status == "completed"
        assert store.created_at
        assert store.file_counts.total == 0
        assert store.id in {each.id for each in await client.list_vector_stores()}
        await client.delete_vector_store(store.id)
        assert store.id not in {each.id for each in await client.list_vector_stores()}

    async def test_vector_stores_are_read_page_after_page(self, client: LlamaStackClient) -> None:
        """A page of one entry still brings them all, each once."""
        made = {(await client.create_vector_store(_name())).id for _ in range(3)}
        for order in ("asc", "desc"):
            listed = [each.id for each in await client.list_vector_stores(limit=1, order=order)]
            assert made <= set(listed)
            assert len(listed) == len(set(listed))

    async def test_an_unknown_vector_store_is_a_bad_request(self, client: LlamaStackClient) -> None:
        """Servers answer 400, not 404."""
        for call in (
            client.delete_vector_store("vs_nope"),
            client.list_vector_store_files("vs_nope"),
            client.get_vector_store_file("vs_nope", _UNKNOWN_FILE),
        ):
            with pytest.raises(InvalidRequestError) as caught:
                await call
            assert caught.value.status == 400
            assert caught.value.code == "INVALID_REQUEST"
            assert "not found" in caught.value.message

    async def test_a_file_goes_up_and_comes_down_unchanged(self, client: LlamaStackClient, tmp_path: Path) -> None:
        """Bytes of every value, from a path; its length and name are known to the server."""
        content = bytes(range(256)) * 3000
        path = tmp_path / "every-byte.bin"
        path.write_bytes(content)
        uploaded = await client.upload_file(path)
        assert uploaded.file.filename == "every-byte.bin"
        assert uploaded.file.size == len(content)
        assert uploaded.file.purpose == "assistants"
        assert uploaded.vector_store_file is None
        assert (await client.get_file(uploaded.file_id)).size == len(content)
        async with await client.get_file_content(uploaded.file_id) as down:
            assert down.content_type
            assert await down.read() == content
        await client.delete_file(uploaded.file_id)

    @pytest.mark.parametrize("kind", ["bytes", "seekable", "once", "asynchronous"])
    async def test_a_file_is_read_from_anything(self, client: LlamaStackClient, kind: str) -> None:
        """Bytes, readers that can seek and that cannot, and asynchronous readers."""
        content = b"line\r\n--not the boundary\r\n" * 100
        source: Any = {
            "bytes": content,
            "seekable": io.BytesIO(content),
            "once": _Once(content),
            "asynchronous": _Awaited(content),
        }[kind]
        uploaded = await client.upload_file(source, filename="lines.txt", content_type="text/plain")
        assert uploaded.file.size == len(content)
        async with await client.get_file_content(uploaded.file_id) as down:
            assert b"".join([chunk async for chunk in down]) == content

    async def test_files_are_listed_by_purpose_and_number(self, client: LlamaStackClient) -> None:
        """Limit and purpose narrow the list down."""
        one = await client.upload_file(b"{}", filename="one.jsonl", purpose="batch")
        await client.upload_file(b"two", filename="two.txt", purpose="user_data")
        batch = await client.list_files(purpose="batch")
        assert one.file_id in {each.id for each in batch}
        assert {each.purpose for each in batch} == {"batch"}
        assert len(await client.list_files(limit=1)) == 1
        assert one.file_id in {each.id for each in await client.list_files(order="asc")}

    async def test_a_deleted_file_is_not_found(self, client: LlamaStackClient) -> None:
        """An id of the right form is 404, of another form 400."""
        uploaded = await client.upload_file(b"x", filename="x.txt")
        await client.delete_file(uploaded.file_id)
        for call in (client.get_file(uploaded.file_id), client.delete_file(uploaded.file_id)):
            with pytest.raises(NotFoundError) as missing:
                await call
            assert (missing.value.status, missing.value.code) == (404, "NOT_FOUND")
        with pytest.raises(NotFoundError):
            await client.get_file_content(uploaded.file_id)
        with pytest.raises(InvalidRequestError) as malformed:
            await client.get_file("not-hexadecimal")
        assert malformed.value.status == 400

    async def test_a_file_is_put_into_a_vector_store(self, client: LlamaStackClient) -> None:
        """It is listed there, counted, filtered, and taken out while the file stays."""
        store = await client.create_vector_store(_name())
        chunking = StaticChunking(max_chunk_size_tokens=100, chunk_overlap_tokens=20)
        uploaded = await client.upload_file(
            b"The capital of Norway is Oslo.",
            filename="norway.txt",
            content_type="text/plain",
            vector_store_id=store.id,
            chunking=chunking,
        )
        assert uploaded.vector_store_file is not None
        assert uploaded.vector_store_file.status == "completed"
        assert uploaded.vector_store_file.vector_store_id == store.id
        assert [each.id for each in await client.list_vector_store_files(store.id)] == [uploaded.file_id]
        assert await client.list_vector_store_files(store.id, filter="failed") == ()
        assert (await client.get_vector_store_file(store.id, uploaded.file_id)).id == uploaded.file_id
        counted = next(each for each in await client.list_vector_stores() if each.id == store.id)
        assert counted.file_counts.completed == 1
        await client.delete_vector_store_file(store.id, uploaded.file_id)
        assert await client.list_vector_store_files(store.id) == ()
        assert (await client.get_file(uploaded.file_id)).id == uploaded.file_id
        with pytest.raises(InvalidRequestError):
            await client.get_vector_store_file(store.id, uploaded.file_id)

    async def test_a_response_is_kept_and_read_again(self, client: LlamaStackClient, model: str) -> None:
        """It has text and usage, and the same id later."""
        response = await client.create_response("Say hello.", model=model, instructions="Be brief.", temperature=0.5)
        assert response.status == "completed"
        assert response.text
        assert response.model == model
        assert response.output_tokens
        again = await client.get_response(response.id)
        assert (again.id, again.text) == (response.id, response.text)
        further = await client.create_response("And again.", model=model, previous_response_id=response.id)
        assert further.previous_response_id == response.id

    async def test_a_response_that_is_not_to_be_kept_is_not(self, client: LlamaStackClient, model: str) -> None:
        """``store=False``."""
        response = await client.create_response("Forget this.", model=model, store=False)
        with pytest.raises(NotFoundError):
            await client.get_response(response.id)

    async def test_a_conversation_goes_before_the_question(self, client: LlamaStackClient, model: str) -> None:
        """Roles that the server does not know are the user's."""
        context = [ChatTurn("user", "Hi."), ChatTurn("assistant", "Yes?"), ChatTurn("wizard", "Abracadabra.")]
        response = await client.create_response("Go on.", model=model, context=context)
        assert response.status == "completed"

    async def test_the_order_of_a_stream(self, client: LlamaStackClient, model: str) -> None:
        """From created to completed, nothing left out, and the pieces are the whole."""
        async with client.create_response_stream("Say hello.", model=model) as stream:
            events = [event async for event in stream]
        kinds = [key for key, _ in itertools.groupby(event.type.removeprefix("response.") for event in events)]
        kinds = [kind for kind in kinds if kind != "output_text.done"]
        assert kinds == [
            "created",
            "in_progress",
            "output_item.added",
            "content_part.added",
            "output_text.delta",
            "content_part.done",
            "output_item.done",
            "completed",
        ]
        assert [event.sequence_number for event in events] == list(range(len(events)))
        first, last = events[0], events[-1]
        assert isinstance(first, ResponseStateEvent)
        assert isinstance(last, ResponseStateEvent)
        assert first.response.status == "in_progress"
        assert last.is_final
        assert last.response.status == "completed"
        pieces = "".join(event.delta for event in events if isinstance(event, TextDeltaEvent))
        assert pieces == last.response.text
        parts = [event.part for event in events if isinstance(event, ContentPartEvent)]
        assert [part["text"] for part in parts] == ["", pieces]
        items = [event.item["status"] for event in events if isinstance(event, OutputItemEvent)]
        assert items == ["in_progress", "completed"]

    async def test_a_stream_is_read_as_text_or_as_a_result(self, client: LlamaStackClient, model: str) -> None:
        """Two shorter ways."""
        text = "".join([piece async for piece in client.create_response_stream("Say hello.", model=model).text()])
        result = await client.create_response_stream("Say hello.", model=model).result()
        assert result.status == "completed"
        assert text
        assert result.text

    async def test_a_stream_passes_untouched(self, client: LlamaStackClient, model: str) -> None:
        """Raw events are JSON as the server wrote it."""
        body = {"model": model, "input": "Say hello.", "stream": True}
        async with client.create_response_stream_raw(body) as stream:
            events = [event async for event in stream]
        assert b'"response.created"' in events[0].data
        assert b'"response.completed"' in events[-1].data
        assert events[0].encode().endswith(b"\n\n")
        raw = f'{{"model": "{model}",  "input": "Say hello.", "stream": true}}'.encode()
        stream = client.create_response_stream_raw(raw)
        assert len([event async for event in stream]) >= 8

    async def test_an_unknown_model_is_not_found(self, client: LlamaStackClient) -> None:
        """Whole: status 404; streamed: an error event, which is raised."""
        with pytest.raises(NotFoundError) as whole:
            await client.create_response("Hi", model="no-such-model")
        assert (whole.value.status, whole.value.code) == (404, "NOT_FOUND")
        with pytest.raises(NotFoundError) as streamed:
            await client.create_response_stream("Hi", model="no-such-model").result()
        assert streamed.value.code == "NOT_FOUND"
        assert streamed.value.operation == "create_response_stream"

    async def test_an_unknown_response_is_not_found(self, client: LlamaStackClient, model: str) -> None:
        """To read, and to continue."""
        with pytest.raises(NotFoundError) as read:
            await client.get_response("resp_nope")
        assert read.value.code == "NOT_FOUND"
        assert "resp_nope" in read.value.message
        with pytest.raises(NotFoundError):
            await client.create_response("Hi", model=model, previous_response_id="resp_nope")

    async def test_a_failing_model_fails_the_response(self, client: LlamaStackClient, model: str) -> None:
        """Whole: status 500; streamed: it ends with ``failed``, and that is an answer."""
        if not self.upstream_fails:
            pytest.skip("this server's model does not fail on request")
        with pytest.raises(ProviderError) as whole:
            await client.create_response("fail upstream", model=model)
        assert (whole.value.status, whole.value.code) == (500, "INTERNAL_ERROR")
        result = await client.create_response_stream("fail upstream", model=model).result()
        assert result.status == "failed"
        assert result.error

    async def test_vector_stores_are_offered_to_the_model(self, client: LlamaStackClient, model: str) -> None:
        """The server takes the tool, and says so."""
        store = await client.create_vector_store(_name())
        response = await client.create_response("Hi", model=model, vector_store_ids=[store.id])
        offered = [tool for tool in response.raw["tools"] if tool["type"] == "file_search"]
        assert offered[0]["vector_store_ids"] == [store.id]

    @pytest.mark.parametrize(
        ("operation", "arguments", "options"),
        [
            ("list_vector_stores", (), {"limit": 0}),
            ("list_vector_stores", (), {"limit": 101}),
            ("list_vector_stores", (), {"order": "up"}),
            ("create_vector_store", ("",), {}),
            ("create_vector_store", ("x",), {"metadata": {str(n): "" for n in range(17)}}),
            ("create_vector_store", ("x",), {"metadata": {"k" * 65: ""}}),
            ("create_vector_store", ("x",), {"metadata": {"k": "v" * 513}}),
            ("create_vector_store", ("x",), {"embedding_dimension": 0}),
            ("delete_vector_store", ("",), {}),
            ("delete_vector_store", ("../files",), {}),
            ("upload_file", (b"x",), {}),
            ("upload_file", (b"x",), {"filename": "x", "purpose": "nonsense"}),
            ("upload_file", ("/no/such/file",), {}),
            ("upload_file", (b"x",), {"filename": "x", "chunking": StaticChunking(max_chunk_size_tokens=99)}),
            ("upload_file", (b"x",), {"filename": "x", "chunking": StaticChunking(chunk_overlap_tokens=401)}),
            ("list_files", (), {"limit": 10_001}),
            ("list_files", (), {"purpose": "nonsense"}),
            ("get_file", ("a/b",), {}),
            ("delete_file", (" ",), {}),
            ("get_file_content", ("",), {}),
            ("list_vector_store_files", ("vs_1",), {"limit": 101}),
            ("list_vector_store_files", ("vs_1",), {"filter": "nonsense"}),
            ("get_vector_store_file", ("vs_1", ""), {}),
            ("delete_vector_store_file", ("", "file-0"), {}),
            ("create_response", ("",), {"model": "m"}),
            ("create_response", ("x",), {"model": ""}),
            ("create_response", ("x",), {"model": "m", "temperature": 2.1}),
            ("create_response", ("x",), {"model": "m", "top_p": -0.1}),
            ("create_response", ("x",), {"model": "m", "vector_store_ids": [""]}),
            ("create_response", ("x",), {"model": "m", "mcp_tools": [McpTool(server_label="", server_url="u")]}),
            ("get_response", ("",), {}),
        ],
    )
    async def test_bad_arguments_are_refused_before_anything_is_sent(
        self, client: LlamaStackClient, operation: str, arguments: tuple[Any, ...], options: dict[str, Any]
    ) -> None:
        """INVALID_REQUEST, without a status: no server was asked."""
        with pytest.raises(InvalidRequestError) as caught:
            await getattr(client, operation)(*arguments, **options)
        error = caught.value
        assert (error.code, error.status, error.phase) == ("INVALID_REQUEST", None, "send")
        assert (error.provider, error.operation) == ("llama_stack", operation)

    async def test_a_closed_client_refuses(self, client: LlamaStackClient) -> None:
        """Closing twice is no fault; asking afterwards is."""
        await client.aclose()
        await client.aclose()
        with pytest.raises(ProviderError):
            await client.list_models()


class _Once:
    """A reader that cannot seek and gives little at a time."""

    def __init__(self, content: bytes) -> None:
        self._file = io.BytesIO(content)

    def read(self, size: int, /) -> bytes:
        return self._file.read(min(size, 700))


class _Awaited(_Once):
    """A reader that is awaited."""

    async def read(self, size: int, /) -> bytes:  # type: ignore[override] # its asynchronous twin
        return super().read(size)
