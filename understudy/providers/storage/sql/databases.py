"""Statements for databases and for the place where a query looks names up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from understudy.providers.storage.sql.expressions import Expressions
from understudy.providers.storage.sql.tables import TableName

__all__ = ["DatabaseStatements"]


class DatabaseStatements(Expressions):
    """Databases hold what belongs to a project. Each method returns the statements to run, in order."""

    def create_database(self, name: str, *, retention_days: int = 0) -> list[str]:
        """A database that is not there yet; ``retention_days``: how long its history is kept, where an engine can."""
        _ = retention_days
        return [self.render(exp.Create(kind="DATABASE", this=exp.Table(this=self.identifier(name))))]

    def update_database(self, name: str, *, region: str, timezone: str) -> list[str]:
        """Change what a project's database is told of its users' place; empty for what stays as it is.

        The default has no statement: such settings are an engine's own.
        """
        _ = name, region, timezone
        return []

    def drop_database(self, name: str) -> list[str]:
        """Drop a database with all that is in it."""
        return [self.render(exp.Drop(kind="DATABASE", tables=[exp.Table(this=self.identifier(name))]))]

    def use(self, path: Sequence[str]) -> list[str]:
        """Look unqualified names up in this schema, for this connection; an empty path is where it began."""
        return [self.render(exp.Use(this=self.space(path)))] if path else []

    def space(self, path: Sequence[str]) -> exp.Table:
        """A schema with the path to it, in the place of a table."""
        names = [self.identifier(name) for name in reversed(self.full(path))]
        return exp.Table(**dict(zip(("this", "db"), names, strict=False)))

    def mirror(self, view: TableName, source: TableName) -> list[str]:
        """A view of all of another table, through which a bucket is read where it is linked."""
        made = exp.Create(kind="VIEW", this=self.table(view), expression=exp.select("*").from_(self.table(source)))
        return [self.render(made)]

    def remove_backend(self) -> list[str]:
        """Drop what the driver keeps in the backend for itself; the default keeps nothing."""
        return []

    def permission_checks(self, probe: str) -> Mapping[str, tuple[list[str], list[str]]]:
        """What a driver's user must be allowed: in words, the statements that try it, and those that undo it.

        ``probe`` is a name that nothing else has.
        """
        path = (probe,)
        made = self.render(exp.Create(kind="SCHEMA", this=self.namespace(path)))
        undone = self.render(exp.Drop(kind="SCHEMA", tables=[self.namespace(path)]))
        return {"create and drop a schema": ([made], [undone])}
