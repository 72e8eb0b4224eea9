"""What the policies let be asked, and what they leave on disk."""

from __future__ import annotations

import asyncio

import pytest

from understudy.domain.errors import ConfigurationError, RecordingMismatchError


async def ask(client, text: str, **options):
    body = {"messages": [{"role": "user", "content": text}], **options}
    return (await client.request("POST", "/chat", operation="generate", json=body)).json()


async def test_all_asks_each_time_and_replaces_the_conversations_that_it_meets(make_client, service, written):
    for number in range(3):
        service.says(b'{"n": %d}' % number)
    client = make_client("record")
    assert [await ask(client, "hi"), await ask(client, "other")] == [{"n": 0}, {"n": 1}]
    assert await ask(make_client("record"), "hi") == {"n": 2}
    assert '{"n": 0}' not in written()
    replay = make_client("replay")
    assert [await ask(replay, "hi"), await ask(replay, "other")] == [{"n": 2}, {"n": 1}]


async def test_new_asks_only_for_what_is_not_recorded(make_client, service):
    service.says(b'{"n": 0}')
    service.says(b'{"n": 1}')
    await ask(make_client("record"), "hi")
    client = make_client("record", policy="new")
    assert [await ask(client, "hi"), await ask(client, "hi", more=True)] == [{"n": 0}, {"n": 1}]
    assert len(service.seen) == 2
    replay = make_client("replay")
    assert [await ask(replay, "hi", more=True), await ask(replay, "hi")] == [{"n": 1}, {"n": 0}]


async def test_once_adds_nothing_to_a_conversation_that_is_there(make_client, service):
    service.says(b'{"n": 0}')
    service.says(b'{"n": 1}')
    await ask(make_client("record", policy="once"), "hi")
    client = make_client("record", policy="once")
    assert await ask(client, "hi") == {"n": 0}
    assert await ask(client, "another conversation") == {"n": 1}
    with pytest.raises(RecordingMismatchError):
        await ask(client, "hi", more=True)


async def test_none_sends_nothing(make_client, service, folder):
    with pytest.raises(RecordingMismatchError, match="there are no recordings in") as caught:
        await ask(make_client("record", policy="none"), "hi")
    assert (caught.value.empty, caught.value.nearest, caught.value.folder) == (
        True,
        None,
        str(folder / "generation/acme"),
    )
    assert service.seen == []
    assert not folder.exists()


async def test_the_same_request_is_answered_in_the_recorded_order_and_the_last_answer_stays(make_client, service):
    for number in range(2):
        service.says(b'{"n": %d}' % number)
    client = make_client("record")
    for _ in range(2):
        await ask(client, "hi")
    replay = make_client("replay")
    assert [(await ask(replay, "hi"))["n"] for _ in range(3)] == [0, 1, 1]


async def test_attempts_are_recorded_below_the_retries(make_client, service):
    """A replay retries as the recording did, without the service's twenty seconds."""
    service.says(b"{}", status=429, retry_after="0")
    service.says(b'{"n": 1}')
    assert await ask(make_client("record"), "hi") == {"n": 1}
    replay = make_client("replay")
    response = await replay.request(
        "POST", "/chat", operation="generate", json={"messages": [{"content": "hi", "role": "user"}]}
    )
    assert (response.attempts, response.json()) == (2, {"n": 1})


async def test_concurrent_calls_are_each_answered_with_their_own(make_client, service, folder):
    """One conversation, forty turns at once; the file has them in the order in which they were asked."""
    client = make_client("record")
    for number in range(40):
        service.says(b'{"n": %d}' % number)
    recorded = await asyncio.gather(*(ask(client, "hi", turn=turn) for turn in range(40)))
    replay = make_client("replay")
    assert await asyncio.gather(*(ask(replay, "hi", turn=turn) for turn in range(40))) == recorded
    (file,) = (folder / "generation" / "acme").iterdir()
    turns = [line.split()[-1] for line in file.read_text().splitlines() if line.strip().startswith("turn:")]
    assert turns == [str(turn) for turn in range(40)]


async def test_a_file_that_is_no_recording_is_named(make_client, folder):
    (folder / "generation" / "acme").mkdir(parents=True)
    (folder / "generation" / "acme" / "odd.yaml").write_text("exchanges: 3\n")
    with pytest.raises(ConfigurationError, match=r"odd\.yaml: it is no recording"):
        await ask(make_client("replay"), "hi")


async def test_the_nearest_candidate_is_explained(make_client, service):
    service.says(b"{}")
    service.says(b"{}")
    client = make_client("record")
    await ask(client, "hello", temperature=1, tools=[])
    await ask(client, "something else", seed=3)
    with pytest.raises(RecordingMismatchError) as caught:
        await ask(make_client("replay"), "hello", temperature=0.5)
    error = caught.value
    assert error.differences == (
        "body.temperature is 0.5, recorded is 1",
        "body.tools is absent, recorded is []",
    )
    assert "hello-" in (error.nearest or "")
    assert "(exchange 1)" in str(error)


async def test_the_order_of_keys_and_of_parameters_does_not_matter(make_client, service):
    service.says(b'{"n": 1}')
    await make_client("record").request("GET", "/models", operation="list", params={"b": "2", "a": "1"})
    replay = make_client("replay")
    found = await replay.request("GET", "/models", operation="list", params={"a": "1", "b": "2"})
    assert found.json() == {"n": 1}
