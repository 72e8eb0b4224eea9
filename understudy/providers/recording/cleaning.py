"""Takes credentials out of what is written down. More is masked than in a log: a recording is meant to be committed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from understudy.domain.redaction import Redactor
from understudy.domain.secrets import MASK, Secret

__all__ = ["Cleaner"]

# Whatever is not named here is not written, whatever its value.
_ALLOWED = frozenset(
    {
        "accept",
        "anthropic-beta",
        "anthropic-version",
        "content-disposition",
        "content-length",
        "content-type",
        "openai-processing-ms",
        "openai-version",
        "request-id",
        "retry-after",
        "retry-after-ms",
        "x-request-id",
        "x-should-retry",
    }
)
_SECRET_KEYS = (
    "accesskey",
    "accesstoken",
    "apikey",
    "authorization",
    "authtoken",
    "bearertoken",
    "connectionstring",
    "cookie",
    "credential",
    "credentials",
    "idtoken",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "refreshtoken",
    "secret",
    "secretaccesskey",
    "secretkey",
    "securitytoken",
    "sessiontoken",
)
_ROUNDS = 8
_SHORTEST_TOKEN = 12  # the pieces of a text that services call "token" are shorter, or have white space

# One without its end goes on to the next quote: in JSON, that is the end of its string.
_BLOCKS = re.compile(r"""-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(?:[^"]*?-----END [A-Z0-9 ]*PRIVATE KEY-----|[^"]*)""")
_SHAPES = re.compile(
    r"""
      \bgithub_pat_[A-Za-z0-9_]{16,}
    | \bglpat-[A-Za-z0-9_-]{16,}
    | \bnpm_[A-Za-z0-9]{20,}
    | \bpypi-[A-Za-z0-9_-]{16,}
    | \bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}
    | \bsha256~[A-Za-z0-9_-]{16,}
    | \b(?:whsec|shpat|dop_v1|sk|rk|pk)_[A-Za-z0-9_]{16,}
    """,
    re.VERBOSE,
)
_NAMED = re.compile(
    r"""\b([\w-]*(?:secret|passwd|password|passphrase|private[-_]?key|access[-_]?key|account[-_]?key|api[-_]?key
        |access[-_]?key[-_]?id|auth[-_]?token|access[-_]?token|refresh[-_]?token|session[-_]?token|id[-_]?token))
        (\\?["']?\s*[:=]\s*\\?["']?)[^\s"'\\&,;}\])]{4,}""",
    re.IGNORECASE | re.VERBOSE,
)
_COOKIES = re.compile(r"\b((?:set-)?cookie\s*:\s*)[^\r\n\"]+", re.IGNORECASE)


class Cleaner:
    """Masks credentials: those that it is told of, those of a known shape, and the values of fields named like one."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._redactor = Redactor(secrets)

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers that may be written, by an allow list; names in lower case, sorted."""
        lowered = sorted((name.lower(), value) for name, value in headers.items())
        return {name: self.text(value) for name, value in lowered if name in _ALLOWED}

    def text(self, text: str) -> str:
        """``text`` without credentials."""
        for _ in range(_ROUNDS):
            masked = self._masked(text)
            if masked == text:
                break
            text = masked  # what stood right behind a credential may only now look like one
        return text

    def _masked(self, text: str) -> str:
        text = _SHAPES.sub(MASK, self.blocks(text))
        text = _COOKIES.sub(rf"\1{MASK}", text)
        text = _NAMED.sub(rf"\1\2{MASK}", text)
        return self._redactor.text(text)

    def blocks(self, text: str) -> str:
        """``text`` without the credentials that go over several lines."""
        return _BLOCKS.sub(MASK, text)

    def data(self, value: Any) -> Any:
        """Decoded JSON without credentials."""
        if isinstance(value, str):
            return self._string(value)
        if isinstance(value, list):
            return [self.data(each) for each in value]
        if isinstance(value, dict):
            return self._object(value)
        return value

    def is_stream(self, content: bytes) -> bool:
        """Whether a body is text of several lines and no JSON document: events, lines of JSON, a log."""
        try:
            text = content.decode()
        except UnicodeDecodeError:
            return False
        return "\n" in text and _parsed(text) is None

    def content(self, content: bytes) -> bytes:
        """A body without credentials: JSON, text, or anything else."""
        try:
            text = content.decode()
        except UnicodeDecodeError:
            # Each byte is a character of Latin-1, so that what is text within is found and the rest stays as it is.
            return self.text(content.decode("latin-1")).encode("latin-1")
        found = _parsed(text)
        return (self.text(text) if found is None else self._rewritten(text, found)).encode()

    def line(self, line: str) -> str:
        """One line of a stream: JSON, or JSON behind a field's name (``data: {...}``), or text."""
        before, brace, after = line.partition("{")
        found = _parsed(brace + after)
        return self.text(line) if found is None else self.text(before) + self._rewritten(brace + after, found)

    def _rewritten(self, text: str, found: Any) -> str:
        cleaned = self.data(found)
        if cleaned == found:
            return text
        tail = text[len(text.rstrip()) :]
        return json.dumps(cleaned, ensure_ascii=False, separators=(",", ":")) + tail

    def _object(self, value: Mapping[str, Any]) -> dict[str, Any]:
        masked = {name: self._field(name, each) for name, each in value.items()}
        if value.get("kind") == "Secret":
            for name in ("data", "stringData"):
                if isinstance(value.get(name), dict):
                    masked[name] = dict.fromkeys(value[name], MASK)
        if isinstance(value.get("value"), str):  # a variable: its name stands beside it
            masked["value"] = self._field(str(value.get("name", "")), value["value"])
        return masked

    def _field(self, name: str, value: Any) -> Any:
        if isinstance(value, list):
            return [self._field(name, each) for each in value]
        masked = self.data(value)
        if isinstance(value, str) and value and (_is_secret(name, value) or _is_secret(name, masked)):
            return MASK
        return masked

    def _string(self, text: str) -> str:
        """A string, which may be JSON itself, as a tool's arguments are, or end with it, as its complaints do."""
        found = _parsed(text) if text[:1] in ("{", "[") else None
        return self.line(text) if found is None else self._rewritten(text, found)


def _is_secret(name: str, value: str) -> bool:
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    if plain.endswith("pagetoken"):  # which page comes next; masked, no next page could be asked for
        return False
    if plain.endswith("token"):
        return len(value) >= _SHORTEST_TOKEN and not any(each.isspace() for each in value)
    return plain.endswith(_SECRET_KEYS)


def _parsed(text: str) -> Any:
    """The JSON object or array that ``text`` is, else None."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) else None
