"""Rows out of DuckDB: written by the engine's own writers."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from sqlglot import exp

from understudy.providers.storage.sql.loading import FileTarget, RowQuery, Unloaded, Unloader

if TYPE_CHECKING:
    from understudy.providers.storage.duckdb.backend import DuckDbBackend
    from understudy.providers.storage.session import Session

__all__ = ["DuckDbUnloader"]


class DuckDbUnloader(Unloader):
    """``COPY (query) TO`` over the gate."""

    def unload(self, session: Session, rows: RowQuery, target: FileTarget) -> Unloaded:
        """One file."""
        gate = cast("DuckDbBackend", session.backend).gate
        with gate.writing(target.folder, target.key) as address:
            copy = exp.Copy(
                this=exp.Subquery(this=rows.query),
                kind=False,
                files=[exp.Literal.string(address)],
                params=_parameters(target),
            )
            statement = session.sql.inline(session.sql.template(copy), rows.values)
            written = session.execute(statement).affected
        return Unloaded(keys=(target.key,), rows=written or 0)


def _parameters(target: FileTarget) -> list[exp.CopyParameter]:
    text = exp.Literal.string
    if target.csv is None:
        return [_parameter("FORMAT", exp.Var(this="PARQUET")), _parameter("COMPRESSION", text("zstd"))]
    return [
        _parameter("FORMAT", exp.Var(this="CSV")),
        _parameter("HEADER", exp.true()),
        _parameter("DELIMITER", text(target.csv.delimiter)),
        _parameter("QUOTE", text(target.csv.enclosure)),
        _parameter("ESCAPE", text(target.csv.escape)),
        _parameter("COMPRESSION", text("gzip" if target.csv.gzip else "none")),
    ]


def _parameter(name: str, value: exp.Expr) -> exp.CopyParameter:
    return exp.CopyParameter(this=exp.Var(this=name), expression=value)
