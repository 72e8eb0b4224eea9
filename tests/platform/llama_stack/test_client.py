"""The real client: what it sends, as whom, how often, and what it makes of the answers."""

from __future__ import annotations

import asyncio
import json
import sys

import pytest

from understudy.config.models.http import HttpSettings
from understudy.config.models.platform import LlamaStackSettings
from understudy.domain.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectionFailedError,
    InvalidRequestError,
    MaxRetriesExceededError,
    MissingIdentityError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    ProviderError,
    RateLimitError,
    ResponseDecodeError,
    ServerError,
    StreamInterruptedError,
)
from understudy.domain.identity import RequestIdentity
from understudy.domain.llama_stack import ChatTurn, McpTool
from understudy.domain.secrets import Secret
from understudy.providers.http import HttpClients
from understudy.providers.llama_stack.client import HttpLlamaStackClient
from understudy.providers.llama_stack.service import LlamaStackService
from understudy.testing.emulators.llama_stack import LlamaStackEmulator

TOKEN = "alice-token-1234"  # the fixtures' identity


class Scripted:
    """An ASGI application that gives these answers in turn, the last one for ever, and keeps what it was asked."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []

    async def __call__(self, scope, receive, send):
        message = await receive()
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.requests.append((scope["method"], scope["path"], headers, message.get("body", b"")))
        status, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if status is None:
            return  # the connection is lost
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = b"text/event-stream" if isinstance(body, bytes) and body.startswith(b"data:") else b"application/json"
        head = [(b"content-type", kind), (b"x-request-id", b"req-7")]
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": content})


MODELS = {"data": [{"id": "m", "object": "model", "created": 1, "owned_by": "ogx", "custom_metadata": {}}]}
RESPONSE = {"id": "resp_1", "status": "completed", "model": "m", "output": []}


async def test_the_users_token_travels_and_nothing_of_it_shows(make_real):
    """As a bearer token; not in a repr."""
    app = Scripted((200, MODELS))
    client = make_real(app=app)
    await client.list_models()
    method, path, headers, _ = app.requests[0]
    assert (method, path) == ("GET", "/v1/models")
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in repr(client) + repr(client.identity)


async def test_the_prefix_is_a_setting(make_real):
    """Older servers serve below /v1/openai/v1."""
    app = Scripted((200, MODELS))
    await make_real(app=app, api_prefix="/v1/openai/v1").list_models()
    assert app.requests[0][1] == "/v1/openai/v1/models"


@pytest.mark.parametrize("header", ["x-llamastack-provider-data", "x-ogx-provider-data"])
async def test_the_name_of_the_provider_data_header_is_a_setting(make_real, header):
    """Both names, with the user's token in it."""
    app = Scripted((200, RESPONSE))
    await make_real(app=app, provider_data_header=header).create_response("Hi", model="m")
    assert json.loads(app.requests[0][2][header]) == {"vllm_api_token": TOKEN}


@pytest.mark.parametrize(
    ("model", "options", "expected"),
    [
        ("m", {}, {"vllm_api_token": TOKEN}),
        ("m", {"maas_token": Secret("of-maas-1234")}, {"vllm_api_token": TOKEN}),
        ("maas-m", {"maas_token": Secret("of-maas-1234")}, {"vllm_api_token": "of-maas-1234"}),
        ("maas-m", {}, {"vllm_api_token": TOKEN}),
        ("m", {"provider_data": {"other": Secret("hidden-1234"), "n": 1}}, {"other": "hidden-1234", "n": 1}),
    ],
)
async def test_provider_data_is_the_maas_token_for_maas_models(make_real, model, options, expected):
    """Else the user's; what is given takes its place whole."""
    app = Scripted((200, RESPONSE), (200, RESPONSE), (200, b'data: {"type":"response.completed"}\n\n'))
    client = make_real(app=app)
    await client.create_response("Hi", model=model, **options)
    await client.create_response("Hi", model=model, **options)
    async with client.create_response_stream_raw({"model": model, "input": "Hi", "stream": True}, **options) as stream:
        assert [event async for event in stream]
    assert [json.loads(each[2]["x-llamastack-provider-data"]) for each in app.requests] == [expected] * 3


async def test_the_body_of_a_prompt(make_real):
    """Context before the question, tools and what is to be included; nothing that was not said."""
    app = Scripted((200, RESPONSE))
    client = make_real(app=app)
    await client.create_response("Hi", model="m")
    await client.create_response(
        "Hi",
        model="m",
        instructions="Be brief.",
        context=[ChatTurn("wizard", "Abra."), ChatTurn("assistant", "Kadabra.")],
        previous_response_id="resp_0",
        temperature=0,
        top_p=1,
        store=False,
        vector_store_ids=["vs_1"],
        mcp_tools=[
            McpTool(server_label="a", server_url="https://a.test", authorization=Secret("tok"), allowed_tools=("x",)),
            McpTool(server_label="b", server_url="https://b.test"),
        ],
    )
    bodies = [json.loads(each[3]) for each in app.requests]
    assert bodies[0] == {"model": "m", "input": "Hi", "store": True}
    assert bodies[1] == {
        "model": "m",
        "input": [
            {"type": "message", "role": "user", "content": "Abra."},
            {"type": "message", "role": "assistant", "content": "Kadabra."},
            {"type": "message", "role": "user", "content": "Hi"},
        ],
        "store": False,
        "instructions": "Be brief.",
        "previous_response_id": "resp_0",
        "temperature": 0,
        "top_p": 1,
        "include": ["file_search_call.results"],
        "tools": [
            {"type": "file_search", "vector_store_ids": ["vs_1"]},
            {
                "type": "mcp",
                "server_label": "a",
                "server_url": "https://a.test",
                "authorization": "tok",
                "allowed_tools": ["x"],
            },
            {"type": "mcp", "server_label": "b", "server_url": "https://b.test"},
        ],
    }


async def test_a_raw_body_is_forwarded_untouched(make_real):
    """Byte for byte, and so are the events, names included."""
    app = Scripted((200, b'data: {"a":  1}\n\nevent: x\ndata: two\ndata: lines\n\n'))
    raw = b'{"model":  "m", "stream": true, "input": "\\u00e9"}'
    async with make_real(app=app).create_response_stream_raw(raw) as stream:
        events = [event async for event in stream]
    assert app.requests[0][3] == raw
    assert app.requests[0][2]["content-type"] == "application/json"
    assert [(event.event, event.data) for event in events] == [(None, b'{"a":  1}'), ("x", b"two\nlines")]
    assert events[1].encode() == b"event: x\ndata: two\ndata: lines\n\n"


@pytest.mark.parametrize("body", [b"", b"[]", b"{bad", {}])
async def test_a_raw_body_that_is_no_object_is_refused(make_real, body):
    """Before anything is sent."""
    with pytest.raises(InvalidRequestError):
        make_real().create_response_stream_raw(body)


@pytest.mark.parametrize(
    "body", [{"error": {"message": "the words"}}, {"detail": "the words"}, {"error": {"detail": "the words"}}]
)
async def test_all_three_error_bodies_are_read(make_real, body):
    """The message is the server's own."""
    with pytest.raises(NotFoundError) as caught:
        await make_real(app=Scripted((404, body))).get_file("file-1")
    error = caught.value
    assert (error.message, error.code, error.status, error.request_id) == ("the words", "NOT_FOUND", 404, "req-7")
    assert (error.provider, error.operation, error.host) == ("llama_stack", "get_file", "stack.test")


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, InvalidRequestError, "INVALID_REQUEST"),
        (401, AuthenticationError, "UNAUTHORIZED"),
        (403, PermissionDeniedError, "INTERNAL_ERROR"),
        (404, NotFoundError, "NOT_FOUND"),
        (408, ProviderError, "SERVER_UNAVAILABLE"),
        (429, RateLimitError, "SERVER_UNAVAILABLE"),
        (500, ServerError, "INTERNAL_ERROR"),
        (502, ServerError, "INTERNAL_ERROR"),
        (503, OverloadedError, "SERVER_UNAVAILABLE"),
        (504, OverloadedError, "SERVER_UNAVAILABLE"),
    ],
)
async def test_every_status_has_its_code(make_real, status, kind, code):
    """What changes something is sent once, so the error comes at once; the rest is tried again first."""
    once = Scripted((status, {"detail": "no"}))
    with pytest.raises(kind) as caught:
        await make_real(app=once).create_vector_store("x")
    assert caught.value.code == code
    assert len(once.requests) == 1
    again = Scripted((status, {"detail": "no"}))
    with pytest.raises((kind, MaxRetriesExceededError)) as caught:
        await make_real(app=again).list_models()
    assert caught.value.code == code
    assert len(again.requests) == (4 if status in (408, 429, 500, 502, 503, 504) else 1)


async def test_a_dropped_connection_is_retried_only_where_it_changes_nothing(make_real):
    """After some 400s servers close the connection that they said to keep."""
    safe = Scripted((None, None), (200, MODELS))
    assert len(await make_real(app=safe).list_models()) == 1
    assert len(safe.requests) == 2
    deleting = Scripted((None, None), (200, {"deleted": True}))
    await make_real(app=deleting).delete_file("file-1")
    creating = Scripted((None, None), (200, {}))
    with pytest.raises(ConnectionFailedError) as caught:
        await make_real(app=creating).create_vector_store("x")
    assert caught.value.code == "CONNECTION_FAILED"
    assert len(creating.requests) == 1
    uploading = Scripted((None, None))
    with pytest.raises(ConnectionFailedError):
        await make_real(app=uploading).upload_file(b"x", filename="x")
    assert len(uploading.requests) == 1


@pytest.mark.parametrize(
    "body",
    [{}, {"data": None}, {"data": [1]}, [], {"data": [{"object": "model"}]}, b"<html>", b""],
)
async def test_an_answer_of_another_shape_is_an_error(make_real, body):
    """Never an empty list."""
    with pytest.raises(ResponseDecodeError) as caught:
        await make_real(app=Scripted((200, body))).list_models()
    assert caught.value.code == "INTERNAL_ERROR"


async def test_a_list_without_end_is_an_error(make_real):
    """A server that always has more after the same entry is not read for ever."""
    store = {"id": "vs_1", "name": "x"}
    app = Scripted((200, {"data": [store], "has_more": True, "last_id": "vs_1"}))
    with pytest.raises(ResponseDecodeError, match="does not end"):
        await make_real(app=app).list_vector_stores()
    assert len(app.requests) == 2


@pytest.mark.parametrize(
    ("events", "kind", "code"),
    [
        (b'data: {"type":"error","code":"404","message":"gone"}\n\n', NotFoundError, "NOT_FOUND"),
        (b'data: {"type":"error","code":"server_error","message":"gone"}\n\n', ServerError, "INTERNAL_ERROR"),
        (b'data: {"error":{"message":"gone"}}\n\n', ServerError, "INTERNAL_ERROR"),
        (b'data: {"type":"response.in_progress","response":{"id":"r"}}\n\n', StreamInterruptedError, None),
        (b"data: not json\n\n", ResponseDecodeError, None),
        (b'data: {"type":"response.created","response":{}}\n\n', ResponseDecodeError, None),
    ],
)
async def test_a_stream_that_goes_wrong_raises(make_real, events, kind, code):
    """Error events, a missing end, and what is no event at all."""
    delta = b'data: {"type":"response.output_text.delta","delta":"Hel"}\n\n'
    with pytest.raises(kind) as caught:
        await make_real(app=Scripted((200, delta + events))).create_response_stream("Hi", model="m").result()
    error = caught.value
    assert code is None or error.code == code
    assert (error.provider, error.operation) == ("llama_stack", "create_response_stream")
    assert kind is ResponseDecodeError or (error.phase, error.partial_text) == ("stream", "Hel")


async def test_a_stream_is_refused_when_it_is_entered(make_real):
    """Before any event, so that a server in between can still answer with a status of its own."""
    stream = make_real(app=Scripted((401, {"detail": "who?"}))).create_response_stream("Hi", model="m")
    with pytest.raises(AuthenticationError):
        async with stream:
            pytest.fail("the stream is open")


async def test_a_stream_that_is_left_early_is_closed(make_real, emulator: LlamaStackEmulator):
    """The application is told; a second reading gives nothing."""
    emulator.service.answer(chunks=tuple("abc"))
    async with make_real().create_response_stream("Hi", model="mock/llm") as stream:
        await anext(stream)
    assert [event async for event in stream] == []


async def test_a_request_without_a_token_is_not_sent(make_real):
    """A user is needed."""
    app = Scripted((200, MODELS))
    with pytest.raises(MissingIdentityError) as caught:
        await make_real(RequestIdentity(None), app=app).list_models()
    assert caught.value.code == "UNAUTHORIZED"
    assert not app.requests


async def test_the_server_is_found_for_the_user_where_the_settings_name_none(make_real):
    """Once per client; not found is an error."""
    asked = []

    async def locate(identity, namespace):
        asked.append((identity.user, namespace))
        return None if namespace == "empty" else "https://found.test/"

    app = Scripted((200, MODELS))
    client = make_real(app=app, base_url=None, locate=locate, namespace="mine")
    await client.list_models()
    await client.list_models()
    assert asked == [("alice", "mine")]
    assert app.requests[0][2]["host"] == "found.test"
    with pytest.raises(NotFoundError, match="'empty'") as caught:
        await make_real(app=app, base_url=None, locate=locate, namespace="empty").list_models()
    assert caught.value.code == "NOT_FOUND"


async def test_a_token_does_not_cross_the_network_in_clear_unless_allowed(make_real):
    """Servers inside a cluster speak plain http: a setting says that this is meant."""
    app = Scripted((200, MODELS))
    with pytest.raises(ConfigurationError):
        await make_real(app=app, base_url="http://stack.cluster.test").list_models()
    assert not app.requests
    await make_real(app=app, base_url="http://stack.cluster.test", allow_plain_http=True).list_models()
    assert len(app.requests) == 1


async def test_users_do_not_cross_on_one_service(emulator, make_real):
    """1000 interleaved calls of two users: each request has its own user's token, in both headers."""
    app = Scripted((200, RESPONSE))
    service = make_real(app=app)._service

    async def ask(user):
        client = HttpLlamaStackClient(RequestIdentity.of(f"token-of-{user}", user=user), service=service)
        await client.create_response(user, model="m")

    await asyncio.gather(*(ask(f"user{number % 2}") for number in range(1000)))
    assert len(app.requests) == 1000
    for _, _, headers, body in app.requests:
        user = json.loads(body)["input"]
        assert headers["authorization"] == f"Bearer token-of-{user}"
        assert json.loads(headers["x-llamastack-provider-data"]) == {"vllm_api_token": f"token-of-{user}"}
        assert "cookie" not in headers


def test_a_client_costs_an_object():
    """Building one calls two constructors: nothing is looked up, checked or connected."""
    service = LlamaStackService(LlamaStackSettings(base_url="https://stack.test"), HttpClients(HttpSettings()))
    identity = RequestIdentity.of("a-token-1234")
    calls = []
    sys.setprofile(lambda frame, event, _: calls.append(frame.f_code.co_name) if event == "call" else None)
    try:
        HttpLlamaStackClient(identity, service=service)
    finally:
        sys.setprofile(None)
    assert calls == ["__init__", "__init__"]


async def test_no_error_repeats_a_credential_of_the_request(make_real):
    """Neither the user's, nor those in provider data, in tools and in a raw body, whatever the server says of them."""
    secrets = {name: f"{name}-credential-123456" for name in ("maas", "tool", "raw", "data")}
    words = " ".join([TOKEN, *secrets.values()])
    tool = McpTool(server_label="a", server_url="https://a.test", authorization=Secret(secrets["tool"]))
    body = {"model": "maas-m", "input": "Hi", "tools": [{"type": "mcp", "authorization": secrets["raw"]}]}
    event = json.dumps({"type": "error", "code": "500", "message": words}).encode()
    refusing, streaming = Scripted((400, {"detail": words})), Scripted((200, b"data: " + event + b"\n\n"))
    seen = []
    for app in (refusing, streaming):
        client = make_real(app=app)
        options = {"model": "maas-m", "maas_token": Secret(secrets["maas"]), "mcp_tools": [tool]}
        with pytest.raises(ProviderError) as caught:
            await client.create_response_stream("Hi", **options).result()
        seen.append((caught.value, ("maas", "tool")))
    client = make_real(app=refusing)
    with pytest.raises(ProviderError) as caught:
        async with client.create_response_stream_raw(body, provider_data={"x": Secret(secrets["data"])}):
            pytest.fail("the stream is open")
    seen.append((caught.value, ("raw", "data")))
    for error, names in seen:
        shown = f"{error} {error!r} {error.args} {error.body}"
        assert not [each for each in (TOKEN, *(secrets[name] for name in names)) if each in shown]


async def test_what_was_uploaded_is_known_where_the_vector_store_refuses_it(make_real):
    """The error says the file's id."""
    client = make_real()
    with pytest.raises(InvalidRequestError, match=r"file-[0-9a-f]{32}") as caught:
        await client.upload_file(b"x", filename="x.txt", vector_store_id="vs_nope")
    assert caught.value.status == 400
    assert len(await client.list_files()) == 1


async def test_a_service_that_is_closed_twice_is_no_fault(make_real):
    """Its servers are forgotten and found again."""
    app = Scripted((200, MODELS))
    client = make_real(app=app)
    await client.list_models()
    await client._service.aclose()
    await client._service.aclose()
    assert len(await client.list_models()) == 1
