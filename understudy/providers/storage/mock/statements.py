"""DuckDB's statements for what a backend's commands name in the backend's own way."""

from __future__ import annotations

from typing import ClassVar

from understudy.providers.storage.duckdb.statements import DuckDbStatements

__all__ = ["CaseSensitiveStatements"]


class CaseSensitiveStatements(DuckDbStatements):
    """Names are compared as they are written; the connection keeps them apart."""

    dialect: ClassVar[str] = "duckdb"

    def fold(self, name: str) -> str:
        """The name itself."""
        return name
