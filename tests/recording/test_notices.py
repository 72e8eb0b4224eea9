"""What is told of recordings that are played: which are old, and which are in use."""

from __future__ import annotations

import logging

import pytest
import yaml

from understudy.providers.recording.notices import used_in


async def ask(client, text="hello"):
    body = {"messages": [{"role": "user", "content": text}]}
    return (await client.request("POST", "/chat", operation="generate", json=body)).json()


async def record(make_client, service, folder, *, at="2020-01-01T00:00:00+00:00"):
    service.says(b'{"n": 1}')
    assert await ask(make_client("record")) == {"n": 1}
    (file,) = (folder / "generation" / "acme").iterdir()
    document = yaml.safe_load(file.read_text())
    document["exchanges"][0]["recorded"] = at
    file.write_text(yaml.safe_dump(document))
    return file


def notices(caplog):
    """What recordings said; other loggers' levels are whatever an earlier test left."""
    return [record for record in caplog.records if record.name == "understudy.recording"]


async def test_an_old_recording_answers_and_is_warned_of_once(make_client, service, folder, caplog):
    file = await record(make_client, service, folder)
    with caplog.at_level(logging.WARNING):
        client = make_client("replay")
        assert [await ask(client), await ask(client)] == [{"n": 1}, {"n": 1}]
    (said,) = notices(caplog)
    assert said.expired_recording == str(file)
    assert "expires_after_days is 90" in said.getMessage()


@pytest.mark.parametrize(
    ("at", "days"), [("2020-01-01T00:00:00+00:00", None), ("2020-01-01T00:00:00", 99999), ("", 90)]
)
async def test_nothing_is_said_where_it_is_not_old_or_nobody_knows(make_client, service, folder, caplog, at, days):
    await record(make_client, service, folder, at=at)
    with caplog.at_level(logging.WARNING):
        assert await ask(make_client("replay", expires_after_days=days)) == {"n": 1}
    assert not notices(caplog)


async def test_what_is_played_or_written_is_put_on_a_list(make_client, service, folder, tmp_path):
    listed = tmp_path / "below" / "used.txt"
    file = await record(make_client, service, folder)
    client = make_client("replay", used_list=listed)
    await ask(client)
    await ask(client)
    assert listed.read_text() == f"{file.resolve()}\n"
    service.says(b'{"n": 2}')
    await ask(make_client("record", used_list=listed), "again")
    assert used_in(listed) == {path.resolve() for path in (folder / "generation" / "acme").iterdir()}
