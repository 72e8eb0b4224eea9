"""What DuckDB says otherwise than the rest."""

from __future__ import annotations

from typing import ClassVar

from understudy.providers.storage.sql.statements import Statements

__all__ = ["DuckDbStatements"]


class DuckDbStatements(Statements):
    """DuckDB's dialect."""

    dialect: ClassVar[str] = "duckdb"
