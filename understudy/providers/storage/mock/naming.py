"""Names that differ only in case, on an engine that does not tell them apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

__all__ = ["CaseKeeper"]

_MARK = "\ue000"
"""Stands between a name in lower case and where its upper case letters are: no name of anybody's has it."""
_TOKENS = re.compile(r"""'(?:[^']|'')*'|"((?:[^"]|"")*)"|--[^\n]*|/\*.*?\*/""", re.DOTALL)
_METADATA = re.compile(r"\binformation_schema\b|\bduckdb_\w+\s*\(|\bpragma\b", re.IGNORECASE)

_ONE, _TWO = '"', '""'
_QUOTE, _QUOTES = "'", "''"


class CaseKeeper:
    """Gives names that differ only in case names that differ in more, and gives the names back.

    DuckDB looks up names without regard to the case of ASCII letters, quoted or not. ``Orders`` becomes ``orders``, a
    mark, and the places of its upper case letters; a name without any stays as it is. Queries of the catalog compare
    names as values, so that their literals are changed too, and what they give is changed back.
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def encode(self, name: str) -> str:
        """The name as the engine gets it."""
        places = sum(1 << index for index, sign in enumerate(name) if "A" <= sign <= "Z")
        if not places and _MARK not in name:
            return name
        lower = "".join(sign.lower() if "A" <= sign <= "Z" else sign for sign in name)
        encoded = f"{lower}{_MARK}{places:x}"
        self._names[encoded] = name
        return encoded

    def decode(self, name: Any) -> Any:
        """The name as it was given, or a list of them; what is no encoded name comes back as it is."""
        if isinstance(name, list):
            return [self.decode(each) for each in name]
        return self._names.get(name, name) if isinstance(name, str) else name

    def statement(self, sql: str) -> str:
        """A statement with its quoted names encoded; in a query of the catalog, its literals too."""
        literals = self.asks_catalog(sql)

        def changed(match: re.Match[str]) -> str:
            text = match.group()
            if text[0] == '"':
                return f'"{self.encode(text[1:-1].replace(_TWO, _ONE)).replace(_ONE, _TWO)}"'
            if text[0] == "'" and literals:
                return f"'{self.encode(text[1:-1].replace(_QUOTES, _QUOTE)).replace(_QUOTE, _QUOTES)}'"
            return text

        return _TOKENS.sub(changed, sql)

    def values(self, sql: str, values: Sequence[Any]) -> Sequence[Any]:
        """A statement's parameters: names, in a query of the catalog."""
        return (
            [self.encode(each) if isinstance(each, str) else each for each in values]
            if self.asks_catalog(sql)
            else values
        )

    def asks_catalog(self, sql: str) -> bool:
        """Whether a statement asks the catalog."""
        return _METADATA.search(sql) is not None

    def message(self, text: str) -> str:
        """An error's words with the names as they were given."""
        if _MARK not in text:
            return text
        for encoded in sorted((each for each in self._names if each in text), key=len, reverse=True):
            text = text.replace(encoded, self._names[encoded])
        return text
