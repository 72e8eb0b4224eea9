"""Settings of the storage family."""

from __future__ import annotations

from pydantic import Field

from understudy.config.models.base import Section, Use

__all__ = ["DuckDbSettings", "StorageSettings"]


class DuckDbSettings(Section):
    """The embedded DuckDB backend."""

    use: Use | None = None
    """Real or stand-in; absent: what `storage.use` says."""
    database: str = Field(default="data/understudy.duckdb", min_length=1)
    """The database file, relative to the working directory; `:memory:` keeps nothing."""


class StorageSettings(Section):
    """The storage family."""

    use: Use = "real"
    """For the whole family; each backend may say otherwise."""
    default: str = "duckdb"
    """The backend where a request names none."""
    duckdb: DuckDbSettings = Field(default_factory=DuckDbSettings)
