"""One conversation, one YAML file: readable, written at once or not at all. Cassettes of VCR.py are read too."""

from __future__ import annotations

import base64
import os
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from understudy.domain.errors import ConfigurationError, Fault
from understudy.providers.recording.cassettes import exchanges_of, is_cassette
from understudy.providers.recording.exchanges import Asked, Recorded

__all__ = ["as_data", "found_in", "read", "to_yaml", "write"]

VERSION = 1
_SUFFIXES = (".yaml", ".yml", ".json")  # YAML includes JSON; only cassettes of others are written so
_HEAD = "# Recorded by understudy (use: record). Credentials are masked; look through it before you publish it.\n"
# Written plainly, some of these would be read back as other characters.
_ODD = re.compile(r"[^\n\t\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010fffe]")
_RAGGED = re.compile(r"\A\s|[ \t]+$", re.MULTILINE)


class _Text(str):
    """A body, written as a literal block where YAML can."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 # PyYAML's own signature
        """Write everything out: a reader should not have to look an anchor up."""
        return True


class _Row(list[Any]):
    """A list that is written on one line."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None
    if _ODD.search(text):
        style = '"'
    elif (isinstance(text, _Text) or "\n" in text) and not _RAGGED.search(text):
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style=style)


def _row(dumper: yaml.SafeDumper, row: _Row) -> yaml.SequenceNode:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", row, flow_style=True)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(_Text, _text)
_Dumper.add_representer(_Row, _row)


def write(path: Path, exchanges: Sequence[Recorded]) -> None:
    """Write a conversation: whoever reads the file meanwhile sees the old one or the new one, never a part."""
    document = {"version": VERSION, "exchanges": [as_data(each) for each in exchanges]}
    text = _HEAD + to_yaml(document)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def to_yaml(document: Mapping[str, Any]) -> str:
    """Plain data as YAML that a person reads: in its own order, long texts as they are."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=sys.maxsize)


def found_in(folder: Path) -> list[Path]:
    """The recordings in a folder, sorted; none where there is no folder."""
    return sorted(path for path in folder.glob("*") if path.suffix in _SUFFIXES and not path.name.startswith("."))


def read(path: Path, *, as_written: bool = False) -> list[Recorded]:
    """The exchanges of a file, ours or a cassette of VCR.py's. Raises ConfigurationError for one that is neither.

    A cassette's are cleaned as ours are when they are written, unless ``as_written`` wants all that stands there.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 # both loaders are safe ones
        if is_cassette(document):
            return exchanges_of(document, as_written=as_written)
        if document["version"] != VERSION:
            raise ValueError(f"its version is {document['version']!r}, and this library reads {VERSION}")
        return [_loaded(each) for each in document["exchanges"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, yaml.YAMLError) as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
    hint = "Mend the file, or delete it and record it again."
    raise ConfigurationError([Fault(where=str(path), reason=f"it is no recording ({reason})", hint=hint)])


def as_data(exchange: Recorded) -> dict[str, Any]:
    """An exchange as it is written: plain data."""
    asked = exchange.asked
    request: dict[str, Any] = {"method": asked.method, "url": asked.url, "headers": dict(asked.headers)}
    if asked.is_json:
        request["json"] = asked.body
    elif asked.body:
        request |= _body(asked.body)
    response: dict[str, Any] = {"status": exchange.status, "headers": dict(exchange.headers), **_body(exchange.body)}
    response["began"] = exchange.began
    response["chunks"] = [_Row(chunk) for chunk in exchange.chunks]
    if not exchange.complete:
        response["complete"] = False
    return {"recorded": exchange.at, "request": request, "response": response}


def _body(content: bytes) -> dict[str, str]:
    try:
        return {"text": _Text(content.decode())}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode()}


def _loaded(row: Any) -> Recorded:
    request, response = row["request"], row["response"]
    is_json = "json" in request
    return Recorded(
        asked=Asked(
            method=request["method"],
            url=request["url"],
            headers=dict(request["headers"]),
            body=request["json"] if is_json else _content(request),
            is_json=is_json,
        ),
        status=int(response["status"]),
        headers=dict(response["headers"]),
        body=_content(response),
        chunks=tuple((float(at), int(size)) for at, size in response["chunks"]),
        began=float(response["began"]),
        complete=bool(response.get("complete", True)),
        at=str(row["recorded"]),
    )


def _content(part: dict[str, Any]) -> bytes:
    if "base64" in part:
        return base64.b64decode(part["base64"], validate=True)
    text: str = part.get("text", "")
    return text.encode()
