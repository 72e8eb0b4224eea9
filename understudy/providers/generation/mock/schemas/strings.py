"""Strings that fit: by format, by pattern, by length."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from understudy.providers.generation.mock.schemas.document import SchemaError
from understudy.providers.generation.mock.schemas.patterns import strings_matching

__all__ = ["strings"]

_VARIANTS = 32

# Each has the place of a number, so that any count of different values can be made.
_FORMATS: Mapping[str, str] = {
    "date-time": "2024-01-15T12:00:{n:02d}Z",
    "date": "2024-01-{n:02d}",
    "time": "12:00:{n:02d}Z",
    "duration": "P{n}D",
    "email": "user{n}@example.com",
    "idn-email": "user{n}@example.com",
    "hostname": "host{n}.example.com",
    "idn-hostname": "host{n}.example.com",
    "ipv4": "192.0.2.{n}",
    "ipv6": "2001:db8::{n}",
    "ipv4network": "192.0.2.{n}/32",
    "ipv6network": "2001:db8::{n}/128",
    "ipv4interface": "192.0.2.{n}/24",
    "ipv6interface": "2001:db8::{n}/64",
    "ipvanyaddress": "192.0.2.{n}",
    "ipvanyinterface": "192.0.2.{n}/24",
    "ipvanynetwork": "192.0.2.{n}/32",
    "uri": "https://example.com/{n}",
    "uri-reference": "/{n}",
    "uri-template": "https://example.com/{n}",
    "iri": "https://example.com/{n}",
    "iri-reference": "/{n}",
    "url": "https://example.com/{n}",
    "uuid": "00000000-0000-4000-8000-{n:012d}",
    "uuid1": "00000000-0000-1000-8000-{n:012d}",
    "uuid3": "00000000-0000-3000-8000-{n:012d}",
    "uuid4": "00000000-0000-4000-8000-{n:012d}",
    "uuid5": "00000000-0000-5000-8000-{n:012d}",
    "json-pointer": "/{n}",
    "relative-json-pointer": "{n}",
    "regex": "a{{{n}}}",
    "byte": "{n:04d}",
    "base64": "{n:04d}",
    "base64url": "{n:04d}",
    "json-string": "{n}",
    "path": "file{n}",
}


def strings(schema: Mapping[str, Any], *, name: str, path: str) -> Iterator[str]:
    """Strings likely to fit the plain ``schema``, the most telling first; ``name`` is the property's, for the text."""
    least, most = int(schema.get("minLength", 0)), schema.get("maxLength")
    form = _FORMATS.get(schema.get("format", ""))
    if form is not None:
        yield from (form.format(n=number) for number in range(1, _VARIANTS))
        return
    if "pattern" in schema:
        found = False
        for text in strings_matching(schema["pattern"], least=least, path=path):
            if most is None or len(text) <= most:
                found = True
                yield text
        if not found:
            raise SchemaError(f"no text was found for the pattern {schema['pattern']!r}", path=path)
        return
    for number in range(_VARIANTS):
        yield _sized(name if number == 0 else f"{name} {number + 1}", least, most, tail=str(number))


def _sized(text: str, least: int, most: int | None, *, tail: str) -> str:
    if len(text) < least:
        text = (text + " ").ljust(least, "x") if len(text) + 1 < least else text.ljust(least, "x")
    if most is not None and len(text) > most:
        # The end is what differs between the variants.
        text = text[:most] if tail == "0" else (text[: max(0, most - len(tail))] + tail)[-most or len(text) :]
    return text if most != 0 else ""
