"""``understudy recordings``: listed, shown, checked, cleared up."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from understudy.cli.root import cli
from understudy.providers.recording import files
from understudy.providers.recording.exchanges import Asked, Recorded

TALK = "generation/claude/hello-1.yaml"
OLD = "generation/claude/old-2.yaml"
LIST = "platform/maas/get-models.yaml"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "settings.yaml").write_text("recording: {folder: tapes}\n")
    return lambda *args: CliRunner().invoke(cli, ["recordings", *args], prog_name="understudy")


def exchange(text: str = "Hi.", *, days: float = 0, **changes: Any) -> Recorded:
    body = json.dumps({"text": text}).encode()
    given: dict[str, Any] = {
        "asked": Asked(
            method="POST",
            url="https://api.test/v1/messages",
            body={"messages": [{"role": "user", "content": "hello"}]},
            is_json=True,
        ),
        "status": 200,
        "headers": {"content-type": "application/json"},
        "body": body,
        "chunks": ((0.5, len(body)),),
        "began": 0.25,
        "complete": True,
        "at": (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds"),
    }
    return Recorded(**{**given, **changes})


@pytest.fixture
def tapes(tmp_path: Path) -> Path:
    """One new, one old, and one of another family."""
    folder = tmp_path / "tapes"
    stream = b'data: {"n": 1}\n\ndata: [DONE]\n\n'
    streamed = exchange(
        headers={"content-type": "text/event-stream"}, body=stream, chunks=((0.3, 16), (0.75, len(stream) - 16))
    )
    files.write(folder / TALK, [exchange(), streamed])
    files.write(folder / OLD, [exchange("new"), exchange("old", days=100)])
    files.write(folder / LIST, [exchange()])
    return folder


def edit(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    document = yaml.safe_load(path.read_text())
    change(document["exchanges"][0])
    path.write_text(yaml.safe_dump(document))


def test_recordings_are_listed_with_their_age_and_state(run, tapes):
    found = run("list", "--json")
    assert found.exit_code == 0
    rows = {row["name"]: row for row in json.loads(found.stdout)}
    assert list(rows) == [TALK, OLD, LIST]
    assert [(row["family"], row["provider"]) for row in rows.values()] == [("generation", "claude")] * 2 + [
        ("platform", "maas")
    ]
    assert (rows[TALK]["exchanges"], rows[TALK]["state"], rows[TALK]["age_days"]) == (2, "current", 0)
    assert (rows[OLD]["state"], rows[OLD]["age_days"]) == ("expired", 100)
    assert rows[LIST]["size"] == (tapes / LIST).stat().st_size
    table = run("list")
    assert table.exit_code == 0
    assert all(word in table.stdout for word in (TALK, "maas", "100 d", "expired"))


def test_a_folder_without_recordings_says_so(run, tmp_path):
    assert "no recordings in" in run("list", "--folder", str(tmp_path / "empty")).stdout


def test_when_a_recording_is_old_is_a_setting(run, tapes):
    states = {row["name"]: row["state"] for row in json.loads(run("list", "--json", "--set", EXPIRES + "101").stdout)}
    assert states[OLD] == "current"
    never = json.loads(run("list", "--json", "--set", EXPIRES + "null").stdout)
    assert {row["state"] for row in never} == {"kept"}


EXPIRES = "recording.expires_after_days="


def test_a_conversation_is_shown_with_the_pieces_of_its_stream(run, tapes):
    shown = run("show", "hello").stdout
    assert "1. POST https://api.test/v1/messages" in shown
    assert '"content": "hello"' in shown
    assert '"text": "Hi."' in shown
    assert "-> 200 after 0.25 s, text/event-stream, 30 bytes, in 2 pieces" in shown
    assert 'at 0.3 s:\n     data: {"n": 1}' in shown
    assert "at 0.75 s:\n     data: [DONE]" in shown
    data = json.loads(run("show", "hello", "--json").stdout)
    assert [each["response"]["status"] for each in data["exchanges"]] == [200, 200]


def test_bytes_that_are_no_text_are_not_thrown_at_the_terminal(run, tapes):
    files.write(tapes / LIST, [exchange(body=bytes(range(200)), chunks=((0.1, 200),))])
    assert "(200 bytes that are no text)" in run("show", "maas").stdout


def test_an_upload_and_an_answer_that_was_left_are_shown_as_they_are(run, tapes):
    asked = Asked(method="PUT", url="https://api.test/v1/files", body=b"plain\ntext")
    files.write(tapes / LIST, [exchange(asked=asked, body=b"half", chunks=((0.1, 4),), complete=False, at="")])
    shown = run("show", "maas").stdout
    assert "     plain\n     text" in shown
    assert "(it was not read further)" in shown
    assert "recorded at an unknown time" in shown


@pytest.mark.parametrize(("word", "says"), [("claude", "names 2 recordings"), ("helo-1.yaml", "Did you mean")])
def test_a_name_that_is_not_one_recordings_is_a_fault_of_the_command_line(run, tapes, word, says):
    done = run("show", word)
    assert done.exit_code == 2
    assert says in done.stderr


def test_a_path_names_a_recording_too(run, tapes):
    assert run("show", f"tapes/{TALK}").exit_code == 0


def test_a_file_that_is_no_recording_is_listed_refused_and_kept(run, tapes):
    (tapes / LIST).write_text("version: 1\nexchanges: [{}]\n")
    assert "unreadable" in run("list").stdout
    assert run("show", "maas").exit_code == 3
    verified = run("verify", "maas", "--json")
    assert verified.exit_code == 1
    assert "KeyError" in json.loads(verified.stdout)["recordings"][0]["findings"][0]["what"]
    used = tapes / "used.txt"
    used.write_text("")
    assert LIST not in run("prune", "--unused", str(used)).stdout


def test_sound_recordings_are_ok_and_an_old_one_is_a_warning(run, tapes):
    assert run("verify", "hello", "maas").stdout.startswith("OK: 2 recordings")
    done = run("verify")
    assert done.exit_code == 0
    assert "100 days old" in done.stdout
    assert run("verify", "--strict").exit_code == 1


FAULTS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a credential in the request": (
        lambda row: row["request"]["json"]["messages"].append({"content": "sk-proj-Zx81kq02LmPq"}),
        "request.json.messages[1].content",
    ),
    "a credential in the address": (
        lambda row: row["request"].update(url="https://api.test/v1?key=k3yk3yk3y"),
        "request.url",
    ),
    "a credential in the answer": (
        lambda row: row["response"].update(text='{"a": {"password": "hunter2hunter2"}}'),
        "response.json.a.password",
    ),
    "a credential in a text": (
        lambda row: row["response"].update(text="one\nsk-proj-Zx81kq02LmPq\n", headers={"content-type": "text/plain"}),
        "response.text, line 2",
    ),
    "a header that should not be there": (
        lambda row: row["request"]["headers"].update(authorization="Bearer abc"),
        "request.headers.authorization",
    ),
    "a body that does not decode": (lambda row: row["response"].update(text='{"a": '), "response"),
    "a text that is none": (
        lambda row: row["response"].update(base64="/w==", text=None, headers={"content-type": "text/event-stream"}),
        "response",
    ),
    "a credential in an upload": (
        lambda row: row["request"].update(text="key: sk-proj-Zx81kq02LmPq", json=None) or row["request"].pop("json"),
        "request.text, line 1",
    ),
    "a piece that is less than none": (
        lambda row: row["response"].update(chunks=[[0.5, -4], [0.6, len(row["response"]["text"]) + 4]]),
        "response.chunks",
    ),
    "times that go backwards": (
        lambda row: row["response"].update(chunks=[[0.5, 4], [0.3, len(row["response"]["text"]) - 4]]),
        "response.chunks",
    ),
    "a time that is none": (lambda row: row["response"].update(began=-1), "response.began"),
    "a day that is none": (lambda row: row.update(recorded="yesterday"), "recorded"),
    "a status that there is not": (lambda row: row["response"].update(status=42), "response.status"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_with_its_place_and_without_the_credential(run, tapes, name):
    change, where = FAULTS[name]
    edit(tapes / LIST, change)
    done = run("verify", "maas", "--json")
    assert done.exit_code == 1
    found = json.loads(done.stdout)["recordings"][0]["findings"]
    assert where in [each["where"] for each in found if not each["warning"]]
    for secret in ("sk-proj-Zx81kq02LmPq", "k3yk3yk3y", "hunter2hunter2", "Bearer abc"):
        assert secret not in done.stdout
    assert run("verify", "maas").exit_code == 1


def test_a_body_that_a_hand_has_changed_is_a_warning(run, tapes):
    edit(tapes / LIST, lambda row: row["response"].update(text='{"text": "changed"}'))
    done = run("verify", "maas")
    assert done.exit_code == 0
    assert "a hand has changed it" in done.stdout


def test_nothing_is_deleted_without_yes(run, tapes):
    done = run("prune", "--expired")
    assert done.exit_code == 0
    assert f"would delete {OLD} (100 days old)" in done.stdout
    assert (tapes / OLD).exists()
    assert run("prune").exit_code == 2


def test_old_recordings_are_deleted_and_the_others_stay(run, tapes):
    assert f"deleted {OLD}" in run("prune", "--expired", "--yes").stdout
    assert not (tapes / OLD).exists()
    assert (tapes / TALK).exists()
    assert run("prune", "--expired", "--yes").stdout == "Nothing to delete.\n"


def test_what_no_test_has_used_is_deleted_with_its_folder(run, tapes, tmp_path):
    used = tmp_path / "used.txt"
    used.write_text(f"{(tapes / TALK).resolve()}\n")
    found = json.loads(run("prune", "--unused", str(used), "--yes", "--json").stdout)
    assert found["recordings"] == [{"name": OLD, "reason": "not used"}, {"name": LIST, "reason": "not used"}]
    assert [path.relative_to(tapes).as_posix() for path in tapes.rglob("*") if path.is_file()] == [TALK]
    assert not (tapes / "platform").exists()
    assert tapes.exists()
