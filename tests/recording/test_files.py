"""Recordings on disk: readable, whole, and the same when they are read again."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.providers.recording import files
from understudy.providers.recording.exchanges import Asked, Recorded

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
BODIES = st.binary() | st.text(st.characters(exclude_categories=["Cs"])).map(str.encode)


def recorded(body: bytes, asked: object = None) -> Recorded:
    is_json = isinstance(asked, dict | list)
    return Recorded(
        asked=Asked(method="POST", url="https://x.test/v1/chat?a=1", body=asked if is_json else b"", is_json=is_json),
        status=200,
        headers={"content-type": "text/plain"},
        body=body,
        chunks=((0.5, len(body)),),
        began=0.25,
        complete=True,
        at="2026-11-20T12:00:00+00:00",
    )


@given(body=BODIES, asked=st.lists(JSON, max_size=3))
def test_what_is_written_is_read(body: bytes, asked: list[object]) -> None:
    exchange = recorded(body, asked)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.yaml"
        files.write(path, [exchange, exchange])
        assert files.read(path) == [exchange, exchange]
        assert [each.asked.key for each in files.read(path)] == [exchange.asked.key] * 2


def test_text_is_a_literal_block(tmp_path: Path) -> None:
    files.write(tmp_path / "x.yaml", [recorded('{\n  "text": "naïve 🎉: yes"\n}\n'.encode())])
    assert '    text: |\n      {\n        "text": "naïve 🎉: yes"\n      }\n' in (tmp_path / "x.yaml").read_text()


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.yaml"
    files.write(path, [recorded(b"old")])
    before = path.read_text()

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="no space"):
        files.write(path, [recorded(b"new")])
    assert path.read_text() == before
    assert list(tmp_path.iterdir()) == [path]
