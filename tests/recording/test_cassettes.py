"""Cassettes of VCR.py, in YAML and in JSON, replayed as recordings of our own."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from understudy import RecordingMismatchError, open_container
from understudy.cli.root import cli
from understudy.domain.errors import ConfigurationError, RateLimitError
from understudy.providers.recording import files

ANSWER: dict[str, Any] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-opus-4-6",
    "content": [{"type": "text", "text": "Blå, 你好."}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 7, "output_tokens": 3},
}
PIECES = (
    '{"type":"message_start","message":{"id":"msg_1","content":[],"usage":{"input_tokens":7,"output_tokens":1}}}',
    '{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}',
    '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Blå, "}}',
    '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"你好."}}',
    '{"type":"content_block_stop","index":0}',
    '{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":3}}',
    '{"type":"message_stop"}',
)
STREAM = "".join(f"event: {json.loads(piece)['type']}\ndata: {piece}\n\n" for piece in PIECES)
SECRET = "sk-ant-api03-AbCdEf012345"


def interaction(
    body: dict[str, Any], *, headers: dict[str, Any] | None = None, stream: bool = False, code: int = 200, **said: Any
) -> dict[str, Any]:
    """As VCR.py writes one: names in the client's own case, lists of values, a body that is text or bytes."""
    asked = {
        "model": "claude-opus-4-6",
        "messages": [{"role": "user", "content": [{"type": "text", "text": "A colour?"}]}],
        "max_tokens": 99,
    }
    return {
        "request": {
            "method": "POST",
            "uri": "https://api.anthropic.com/v1/messages",
            # Another order, and white space: what is matched is the JSON.
            "body": json.dumps({**({"stream": True} if stream else {}), **asked}, indent=1),
            "headers": {"Content-Type": ["application/json"], "X-Api-Key": [SECRET], "Accept": ["*/*"]},
        },
        "response": {
            "status": {"code": code, "message": "OK"},
            "headers": {
                "Content-Type": ["text/event-stream" if stream else "application/json"],
                "Date": ["Wed, 01 Jul 2026 10:00:00 GMT"],
                "Set-Cookie": ["a=b0b0b0; Path=/", "c=d0d0d0"],
                "Transfer-Encoding": ["chunked"],
                "request-id": ["req_1"],
                **(headers or {}),
            },
            "body": body,
        }
        | said,
    }


def packed(text: str, encoding: str) -> dict[str, Any]:
    content = text.encode()
    if encoding == "bytes":
        return {"string": content}
    if encoding == "base64":
        return {"base64_string": base64.b64encode(content).decode()}
    return {"string": gzip.compress(content) if encoding == "gzip" else text}


def put(folder: Path, *interactions: dict[str, Any], name: str = "colour.yaml") -> Path:
    path = folder / "generation" / "claude" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {"interactions": list(interactions), "version": 1}
    path.write_text(json.dumps(document) if name.endswith("json") else yaml.safe_dump(document, allow_unicode=True))
    return path


def settings(folder: Path) -> dict[str, Any]:
    own = {"use": "replay", "model": "claude-opus-4-6", "http": {"retry": {"max_retries": 0}}}
    return {"generation": {"default": "claude", "claude": own}, "recording": {"folder": str(folder)}}


@pytest.mark.parametrize("name", ["colour.yaml", "colour.yml", "colour.json"])
@pytest.mark.parametrize("encoding", ["text", "bytes", "base64", "gzip", "decompressed"])
async def test_a_cassette_answers_whole_and_streamed(name: str, encoding: str, tmp_path: Path) -> None:
    """Whatever form the body has; a streamed one comes in one piece, and still event by event."""
    if name.endswith("json") and encoding in ("bytes", "gzip"):
        encoding = "base64"  # JSON has no bytes
    headers = {"Content-Encoding": ["gzip"]} if encoding in ("gzip", "decompressed") else {}
    put(
        tmp_path,
        interaction(packed(json.dumps(ANSWER), encoding), headers=headers),
        interaction(packed(STREAM, encoding), headers=headers, stream=True),
        name=name,
    )
    async with open_container(settings(tmp_path)) as container:
        whole = await container.generator().generate("A colour?", max_output_tokens=99)
        assert (whole.text, whole.request_id) == ("Blå, 你好.", "req_1")
        assert [piece async for piece in container.generator().generate_stream("A colour?", max_output_tokens=99)] == [
            "Blå, ",
            "你好.",
        ]
        with pytest.raises(RecordingMismatchError) as caught:
            await container.generator().generate("A taste?", max_output_tokens=99)
    assert name in (caught.value.nearest or "")
    assert any("'A taste?', recorded is 'A colour?'" in each for each in caught.value.differences)


async def test_answers_come_in_their_order_and_errors_are_errors(tmp_path: Path) -> None:
    refused = {"type": "error", "error": {"type": "rate_limit_error", "message": "Slow down."}}
    put(
        tmp_path,
        interaction({"string": json.dumps(refused)}, code=429, headers={"retry-after": ["3"]}),
        interaction({"string": json.dumps(ANSWER)}),
    )
    async with open_container(settings(tmp_path)) as container:
        with pytest.raises(RateLimitError) as caught:
            await container.generator().generate("A colour?", max_output_tokens=99)
        assert caught.value.retry_after == 3
        assert (await container.generator().generate("A colour?", max_output_tokens=99)).text == "Blå, 你好."


async def test_what_httpx_cassettes_once_looked_like_is_read(tmp_path: Path) -> None:
    """``status_code`` and ``content``, one value for each header, and a key in the address."""
    old = interaction({})
    old["request"]["uri"] += "?key=k3yk3yk3y"
    old["response"] = {
        "http_version": "HTTP/1.1",
        "status_code": 200,
        "headers": {"content-type": "application/json"},
        "content": json.dumps(ANSWER),
    }
    put(tmp_path, old)
    async with open_container(settings(tmp_path)) as container:
        assert (await container.generator().generate("A colour?", max_output_tokens=99)).text == "Blå, 你好."


async def test_a_body_may_stand_there_by_itself(tmp_path: Path) -> None:
    put(tmp_path, interaction(json.dumps(ANSWER)))  # type: ignore[arg-type]  # as some serializers write it
    async with open_container(settings(tmp_path)) as container:
        assert (await container.generator().generate("A colour?", max_output_tokens=99)).text == "Blå, 你好."


async def test_several_values_of_a_header_are_one(tmp_path: Path) -> None:
    put(tmp_path, interaction({"string": json.dumps(ANSWER)}, headers={"request-id": ["req_1", "req_2"]}))
    async with open_container(settings(tmp_path)) as container:
        assert (await container.generator().generate("A colour?", max_output_tokens=99)).request_id == "req_1, req_2"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"version": 2}, "version 2"),
        ({"interactions": [{"request": {}}]}, "KeyError"),
        ({"interactions": [interaction({"string": b"\xff"}, headers={"content-encoding": ["br"]})]}, "'br'"),
        ({"interactions": [interaction({"string": b"\xff"}, headers={"content-encoding": ["gzip"]})]}, "too early"),
        ({"interactions": [interaction({"string": 7})]}, "text or bytes"),
    ],
)
async def test_a_cassette_that_cannot_be_read_says_why(change: dict[str, Any], reason: str, tmp_path: Path) -> None:
    path = put(tmp_path)
    path.write_text(yaml.safe_dump({"interactions": [], "version": 1} | change))
    async with open_container(settings(tmp_path)) as container:
        with pytest.raises(ConfigurationError, match=reason):
            await container.generator().generate("A colour?", max_output_tokens=99)


def run(*args: str) -> Any:
    return CliRunner().invoke(cli, ["recordings", *args], prog_name="understudy")


def test_verify_finds_what_a_cassette_should_not_show(tmp_path: Path) -> None:
    """Its age is that of its answers."""
    put(tmp_path, interaction({"string": json.dumps({"password": "hunter2hunter2"})}))
    found = json.loads(run("verify", "--json", "--folder", str(tmp_path)).stdout)
    where = {each["where"] for each in found["recordings"][0]["findings"] if not each["warning"]}
    assert where == {"request.headers.x-api-key", "response.headers.set-cookie", "response.json.password"}
    listed = json.loads(run("list", "--json", "--folder", str(tmp_path)).stdout)
    assert listed[0]["age_days"] >= 100


def test_what_is_played_has_no_header_that_we_would_not_have_written(tmp_path: Path) -> None:
    """A file of ours into which a cassette goes must not show more than one of ours."""
    (exchange,) = files.read(put(tmp_path, interaction({"string": json.dumps(ANSWER)})))
    assert set(exchange.headers) == {"content-type", "request-id"}
    assert set(exchange.asked.headers) == {"content-type", "accept"}


def test_a_cassette_has_a_script_without_what_should_not_be_there(tmp_path: Path) -> None:
    said = ANSWER | {"content": [{"type": "text", "text": f"Your key is {SECRET}."}]}
    put(tmp_path, interaction({"string": json.dumps(said)}))
    done = run("script", "colour", "--folder", str(tmp_path))
    assert done.exit_code == 0
    (rule,) = yaml.safe_load(done.stdout)["generation"]["claude"]["mock"]["rules"]
    assert (rule["match"], rule["answer"]["text"]) == ({"text": "A colour?"}, "Your key is **********.")


def test_a_cassette_with_its_headers_filtered_is_sound(tmp_path: Path) -> None:
    clean = interaction({"string": json.dumps(ANSWER)})
    clean["request"]["headers"]["X-Api-Key"] = ["REDACTED"]
    del clean["response"]["headers"]["Set-Cookie"]
    del clean["response"]["headers"]["Date"]
    put(tmp_path, clean)
    assert run("verify", "--folder", str(tmp_path)).exit_code == 0
    assert json.loads(run("list", "--json", "--folder", str(tmp_path)).stdout)[0]["state"] == "of unknown age"
