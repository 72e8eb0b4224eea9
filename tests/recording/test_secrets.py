"""No credential gets into a recording: not from a header, an address, a request's body or an answer's."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from understudy.providers.recording.bodies import cleaned
from understudy.providers.recording.cleaning import Cleaner
from understudy.providers.recording.exchanges import Asked, Recorded
from understudy.providers.recording.files import write

KEY = "sk-live-0123456789abcdef"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlc2lnbmF0dXJl"  # pragma: allowlist secret
PEM_HEAD = "-----BEGIN RSA PRIVATE KEY-----"  # pragma: allowlist secret
PEM = f"{PEM_HEAD}\nMIIEpAIBAAKCAQEA\nsecondlineofthekey\n-----END RSA PRIVATE KEY-----"

# What is searched for in the recording, and a text in which it stands.
TEXTS = {
    "the call's own key": (KEY, f"you sent {KEY}"),
    "an OpenAI key": ("sk-proj-Zx81kq02LmPq", "key sk-proj-Zx81kq02LmPq"),
    "an Anthropic key": ("sk-ant-api03-AbCdEf012345", "sk-ant-api03-AbCdEf012345"),
    "a Google key": ("AIzaSyA-1234567890abcdefghij", "use AIzaSyA-1234567890abcdefghij now"),
    "a Google OAuth token": ("ya29.a0AfH6SMBx12345", "ya29.a0AfH6SMBx12345"),
    "a GitHub token": ("ghp_0123456789abcdefABCDEF", "ghp_0123456789abcdefABCDEF"),
    "a fine-grained GitHub token": ("github_pat_11ABCDE0123456789abcd", "github_pat_11ABCDE0123456789abcd"),
    "a GitLab token": ("glpat-0123456789abcdefghij", "glpat-0123456789abcdefghij"),
    "an npm token": ("npm_0123456789abcdefghijABCD", "npm_0123456789abcdefghijABCD"),
    "a Hugging Face token": ("hf_0123456789abcdef", "hf_0123456789abcdef"),
    "a Slack token": ("xoxb-1234567890-abcdef", "xoxb-1234567890-abcdef"),
    "an AWS key": ("AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),  # pragma: allowlist secret
    "an AWS secret key": ("wJalrXUtnFEMIK7MDENG", "aws_secret_access_key = wJalrXUtnFEMIK7MDENG"),
    "a Stripe key": ("sk_live_51Habcdefghijklmn", "sk_live_51Habcdefghijklmn"),
    "an OpenShift token": ("sha256~0123456789abcdefghij", "token sha256~0123456789abcdefghij"),
    "a JSON web token": (JWT, JWT),
    "a bearer token": ("abc123.def456-ghi", "Authorization: Bearer abc123.def456-ghi"),
    "basic credentials": ("YWRhOmh1bnRlcjI=", "Authorization: Basic YWRhOmh1bnRlcjI="),
    "a password in an address": ("hunter2hunter2", "postgres://ada:hunter2hunter2@db.test/x"),
    "a signed address": ("c2lnbmVkCg0123", "https://blob.test/x?sv=1&sig=c2lnbmVkCg0123"),
    "a private key": ("secondlineofthekey", PEM),
    "a cookie": ("s3ss10nvalue", "Set-Cookie: session=s3ss10nvalue; Path=/"),
    "a storage account's key": ("aGVsbG9oZWxsb2hlbGxv", "AccountName=x;AccountKey=aGVsbG9oZWxsb2hlbGxv;"),
}
HIDDEN = "hidden-0123456789-value"
FIELDS = {
    "api_key": {"api_key": HIDDEN},
    "apiKey": {"config": {"apiKey": HIDDEN}},
    "password": {"users": [{"password": HIDDEN}]},
    "client_secret": {"client_secret": HIDDEN},
    "private_key": {"private_key": HIDDEN},
    "an issued token": {"token": HIDDEN, "expiration": "4h"},
    "refresh_token": {"refresh_token": HIDDEN},
    "several": {"credentials": [HIDDEN]},
    "a Kubernetes secret": {"kind": "Secret", "data": {"x": HIDDEN}, "stringData": {"y": HIDDEN}},
    "a container's environment": {"env": [{"name": "DB_PASSWORD", "value": HIDDEN}]},
    "a tool's arguments": {"arguments": json.dumps({"password": HIDDEN})},
}


async def exchange(make_client, service, sent, *answer: bytes, kind: str = "application/json") -> None:
    service.says(*answer, kind=kind)
    client = make_client("record")
    if kind == "text/event-stream":
        async with client.stream("POST", "/chat", operation="generate", framing="sse", json=sent) as stream:
            async for _ in stream.frames():
                pass
    else:
        await client.request("POST", "/chat", operation="generate", json=sent)


@pytest.mark.parametrize("name", TEXTS)
async def test_a_credential_in_a_text_is_masked(name, make_client, service, written, findings):
    """In the request, in an answer, in plain text, and in a stream that is cut in the middle of it."""
    secret, text = TEXTS[name]
    body = json.dumps({"text": text}).encode()
    event = b"data: " + body + b"\n\ndata: [DONE]\n\n"
    at = event.index(secret[-6:].encode()) + 3
    await exchange(make_client, service, {"messages": [{"role": "user", "content": f"1 {text}"}]}, body)
    await exchange(make_client, service, {"n": 2}, text.encode(), kind="text/plain")
    await exchange(make_client, service, {"n": 3}, event[:at], event[at:], kind="text/event-stream")
    found = written()
    assert found.count("- recorded:") == 3
    assert secret not in found
    assert secret.lower() not in found.lower()
    assert findings() == []


@pytest.mark.parametrize("name", FIELDS)
async def test_a_field_that_is_named_like_a_credential_is_masked(name, make_client, service, written, findings):
    body = json.dumps(FIELDS[name]).encode()
    await exchange(make_client, service, FIELDS[name], body)
    await exchange(make_client, service, {"n": 2}, b"data: " + body + b"\n\n", kind="text/event-stream")
    assert written().count("- recorded:") == 2
    assert HIDDEN not in written()
    assert findings() == []


@pytest.mark.parametrize("name", TEXTS)
def test_a_credential_that_a_hand_has_put_there_is_found(name, folder, findings):
    """By the same rules: in the request, in an answer, in a stream."""
    secret, text = TEXTS[name]
    body = json.dumps({"text": text}).encode()
    for number, (kind, said) in enumerate({"application/json": body, "text/plain": b"data: " + body + b"\n\n"}.items()):
        asked = Asked(method="POST", url="https://x.test/v1", body={"text": text}, is_json=True)
        chunks = ((0.0, len(said)),)
        given = {"content-type": kind}
        at = "2026-11-20T12:00:00+00:00"
        exchange = Recorded(
            asked=asked, status=200, headers=given, body=said, chunks=chunks, began=0.0, complete=True, at=at
        )
        write(folder / "generation" / "acme" / f"{number}.yaml", [exchange])
    found = findings()
    assert [each.where.partition(".")[0] for each in found] == ["request", "response"] * 2
    assert secret not in repr(found)


async def test_headers_are_written_by_an_allow_list(make_client, service, written):
    answer = {
        "set-cookie": "session=s3ss10nvalue",
        "openai-organization": "org-of-ada",
        "x-user": "ada",
        "x-request-id": "r1",
    }
    service.answers.append((200, {"content-type": "application/json", **answer}, [b'{"again": "s3ss10nvalue"}']))
    client = make_client("record")
    mine = {
        "x-forwarded-user": "ada@example.test",
        "cookie": "a=b0b0b0",
        "x-llamastack-provider-data": '{"k": "v1v1v1"}',
    }
    await client.request("GET", "/x", operation="get", headers=mine, params={"key": "k3yk3yk3y", "page": "2"})
    found = written()
    assert "x-request-id: r1" in found
    assert "page=2" in found
    for hidden in (
        KEY,
        "s3ss10nvalue",
        "org-of-ada",
        "ada",
        "b0b0b0",
        "v1v1v1",
        "k3yk3yk3y",
        "authorization",
        "cookie",
    ):
        assert hidden not in found.lower()


async def test_a_key_in_a_body_that_is_no_text_is_masked(make_client, service, written):
    """It would not be seen by eye, in base64."""
    service.says(b"\xff\xfe\x00 " + KEY.encode() + b" \x80", kind="application/octet-stream")
    await make_client("record").request("GET", "/file", operation="get")
    (encoded,) = (line.split()[1] for line in written().splitlines() if "base64:" in line)
    content = base64.b64decode(encoded)
    assert KEY.encode() not in content
    assert content.startswith(b"\xff\xfe\x00 ")


async def test_what_is_no_credential_stays_as_it_is(make_client, service):
    """Replayed byte for byte: the pieces of a text are called tokens too, and a page's name is needed."""
    body = (
        b'{ "token": " The", "max_tokens": 12, "nextPageToken": "0123456789abcdef", "signature": "EqQBCgIYAhIM0123" }'
    )
    service.says(body)
    await make_client("record").request("GET", "/x", operation="get")
    assert (await make_client("replay").request("GET", "/x", operation="get")).content == body


async def test_a_request_with_a_credential_in_it_still_matches(make_client, service):
    sent = {"messages": [{"role": "user", "content": f"my key is {KEY}"}], "password": "hunter2hunter2"}
    await exchange(make_client, service, sent, b'{"n": 1}')
    answer = await make_client("replay").request("POST", "/chat", operation="generate", json=sent)
    assert answer.json() == {"n": 1}


@pytest.mark.parametrize("name", TEXTS)
async def test_a_credential_in_a_call_of_mcp_is_masked(name, make_client, service, written, findings):
    """In a tool's arguments, in what it says, as data, as JSON in its text, and in a failure."""
    secret, text = TEXTS[name]
    await call_of_mcp(make_client, service, {"text": text, "inner": json.dumps({"text": text})})
    assert written().count("- recorded:") == 2
    assert SESSION not in written()
    assert secret.lower() not in written().lower()
    assert findings() == []


@pytest.mark.parametrize("name", FIELDS)
async def test_a_field_of_mcp_that_is_named_like_a_credential_is_masked(name, make_client, service, written, findings):
    await call_of_mcp(make_client, service, FIELDS[name])
    assert HIDDEN not in written()
    assert findings() == []


async def call_of_mcp(make_client, service, data) -> None:
    """A tool that repeats its arguments, and the session's name, over server-sent events, and one that fails."""
    said = {
        "content": [{"type": "text", "text": json.dumps(data)}],
        "structuredContent": data,
        "_meta": {"at": SESSION},
    }
    answer = {"jsonrpc": "2.0", "id": 1, "result": said}
    failure = {
        "jsonrpc": "2.0",
        "id": 2,
        "error": {"code": -32603, "message": f"{SESSION}: {json.dumps(data)}", "data": data},
    }
    event = b"event: message\ndata: " + json.dumps(answer).encode() + b"\n\n"
    service.says(event[: len(event) // 2], event[len(event) // 2 :], kind="text/event-stream", mcp_session_id=SESSION)
    service.says(json.dumps(failure).encode())
    client = make_client("record")
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "echo", "arguments": data}}
    async with client.stream("POST", "/mcp", operation="call", framing="sse", json=call) as stream:
        assert len([frame async for frame in stream.frames()]) == 1
    await client.request("POST", "/mcp", operation="call", json={**call, "id": 2}, headers={"mcp-session-id": SESSION})


SESSION = "0123456789abcdef0123456789abcdef"


PIECES = (
    *("password", "token", "api_key", "secret", "authorization", "AccountKey=abcd;", "cookie:", "**********"),
    *(text for _, text in TEXTS.values()),
    *("=", ":", " ", "\n", '"', "'", "\\", "x", "é", "data: ", '{"password": "hunter2hunter2"}'),
)
GLUED = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
JSON = st.recursive(
    GLUED, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(GLUED, inner, max_size=3), max_leaves=6
).map(json.dumps)


@given(GLUED | JSON | st.lists(JSON, max_size=3).map(lambda found: "\n\n".join(f"data: {each}" for each in found)))
@example("AKIAIOSFODNN7EXAMPLEghp_0123456789abcdefABCDEF")  # pragma: allowlist secret
@example(json.dumps({"token": f"password{PEM_HEAD}"}))
def test_what_was_cleaned_stays_as_it_is(text):
    """So nothing that was written is found to be a credential, and what was masked still matches."""
    once, _ = cleaned([(0.0, text.encode())], Cleaner())
    assert cleaned([(0.0, once)], Cleaner())[0] == once
