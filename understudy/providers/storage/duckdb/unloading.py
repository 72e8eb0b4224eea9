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
        """One file, or slices of about the size that is asked for, compressed or not."""
        gate = cast("DuckDbBackend", session.backend).gate
        if not target.slice_bytes:
            with gate.writing(target.folder, target.key) as address:
                return Unloaded(keys=(target.key,), rows=_copy(session, rows, address, _parameters(target)))
        slicing = [
            _parameter("FILE_SIZE_BYTES", exp.Literal.number(target.slice_bytes)),
            _parameter("FILENAME_PATTERN", exp.Literal.string("{i}")),
        ]
        with gate.writing_slices(target.folder, target.slice_key) as (address, keys):
            done = _copy(session, rows, address, [*_parameters(target), *slicing])
        return Unloaded(keys=tuple(keys), rows=done)


def _copy(session: Session, rows: RowQuery, address: str, parameters: list[exp.CopyParameter]) -> int:
    query = exp.Subquery(this=rows.query)
    copy = exp.Copy(this=query, kind=False, files=[exp.Literal.string(address)], params=parameters)
    statement = session.sql.inline(session.sql.template(copy), rows.values)
    return session.execute(statement).affected or 0


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
