"""Statements for users, roles and what they may do. sqlglot has no words for most of them: it quotes, we write.

A backend without users never runs one. Every engine has its own way: a method is overridden by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from understudy.providers.storage.sql.expressions import Expressions
from understudy.providers.storage.sql.tables import TableName

__all__ = ["UserStatements"]


class UserStatements(Expressions):
    """Users log in, roles may do things, users have roles. Each method returns the statements to run, in order."""

    def create_role(self, role: str) -> list[str]:
        """A role that is not there yet."""
        return [f"CREATE ROLE {self.quoted(role)}"]

    def drop_role(self, role: str) -> list[str]:
        """Drop a role."""
        return [f"DROP ROLE {self.quoted(role)}"]

    def create_user(self, user: str, password: str) -> list[str]:
        """A user who may log in."""
        return [f"CREATE USER {self.quoted(user)} PASSWORD {self.text_literal(password)}"]

    def drop_user(self, user: str) -> list[str]:
        """Drop a user."""
        return [f"DROP USER {self.quoted(user)}"]

    def reset_password(self, user: str, password: str) -> list[str]:
        """Give a user another password."""
        return [f"ALTER USER {self.quoted(user)} PASSWORD {self.text_literal(password)}"]

    def grant_role_to_user(self, role: str, user: str) -> list[str]:
        """Let a user do what a role may."""
        return [f"GRANT {self.quoted(role)} TO {self.quoted(user)}"]

    def revoke_role_from_user(self, role: str, user: str) -> list[str]:
        """Take a role from a user."""
        return [f"REVOKE {self.quoted(role)} FROM {self.quoted(user)}"]

    def grant_role_to_role(self, role: str, to: str) -> list[str]:
        """Let one role do what another may."""
        return [f"GRANT {self.quoted(role)} TO {self.quoted(to)}"]

    def revoke_role_from_role(self, role: str, of: str) -> list[str]:
        """Take a role from another one."""
        return [f"REVOKE {self.quoted(role)} FROM {self.quoted(of)}"]

    def grant_database(self, name: str, role: str) -> list[str]:
        """Let a role make schemas in a database, and own what it makes."""
        return [f"GRANT ALL ON DATABASE {self.quoted(name)} TO {self.quoted(role)}"]

    def grant_database_use(self, name: str, role: str) -> list[str]:
        """Let a role look into a database; the default needs no statement."""
        _ = name, role
        return []

    def grant_schema(self, path: Sequence[str], role: str) -> list[str]:
        """Let a role do all in a schema, with what is in it now and later."""
        schema = self.space_name(path)
        return [
            f"GRANT ALL ON SCHEMA {schema} TO {self.quoted(role)}",
            f"GRANT ALL ON ALL TABLES IN SCHEMA {schema} TO {self.quoted(role)}",
        ]

    def grant_schema_reading(self, path: Sequence[str], role: str) -> list[str]:
        """Let a role read a schema, with what is in it now and later."""
        schema = self.space_name(path)
        return [
            f"GRANT USAGE ON SCHEMA {schema} TO {self.quoted(role)}",
            f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {self.quoted(role)}",
        ]

    def revoke_schema_reading(self, path: Sequence[str], role: str) -> list[str]:
        """Take from a role what ``grant_schema_reading`` gave it."""
        schema = self.space_name(path)
        return [
            f"REVOKE SELECT ON ALL TABLES IN SCHEMA {schema} FROM {self.quoted(role)}",  # noqa: S608 - names are quoted
            f"REVOKE USAGE ON SCHEMA {schema} FROM {self.quoted(role)}",
        ]

    def grant_table_reading(self, table: TableName, role: str) -> list[str]:
        """Let a role read one table, and find the schema that it is in."""
        return [
            f"GRANT USAGE ON SCHEMA {self.space_name(table.path)} TO {self.quoted(role)}",
            f"GRANT SELECT ON {self.render(self.table(table))} TO {self.quoted(role)}",
        ]

    def quoted(self, name: str) -> str:
        """A name as the dialect quotes it."""
        return self.render(self.identifier(name))

    def text_literal(self, value: str) -> str:
        """A text as the dialect quotes it."""
        return self.render(exp.Literal.string(value))

    def space_name(self, path: Sequence[str]) -> str:
        """A schema's name with the path to it, quoted."""
        return self.render(self.namespace(path))
