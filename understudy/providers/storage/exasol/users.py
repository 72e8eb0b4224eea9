"""Users, roles and grants as Exasol has them. Source: the vendor's reference of access control statements."""

from __future__ import annotations

from collections.abc import Sequence

from understudy.providers.storage.sql.tables import TableName
from understudy.providers.storage.sql.users import UserStatements

__all__ = ["ExasolUsers"]


class ExasolUsers(UserStatements):
    """A right on a schema is one on all that is in it, now and later. Passwords are identifiers to the parser."""

    def create_user(self, user: str, password: str) -> list[str]:
        """A user who may log in."""
        name = self.quoted(user)
        return [f"CREATE USER {name} IDENTIFIED BY {self.quoted(password)}", f"GRANT CREATE SESSION TO {name}"]

    def reset_password(self, user: str, password: str) -> list[str]:
        """Give a user another password."""
        return [f"ALTER USER {self.quoted(user)} IDENTIFIED BY {self.quoted(password)}"]

    def grant_schema(self, path: Sequence[str], role: str) -> list[str]:
        """Let a role do all in a schema; only an owner makes tables in it, so that it becomes the role's.

        To make any, a role needs the privilege besides.
        """
        to = self.quoted(role)
        return [f"GRANT CREATE TABLE, CREATE VIEW TO {to}", f"ALTER SCHEMA {self.space_name(path)} CHANGE OWNER {to}"]

    def grant_schema_reading(self, path: Sequence[str], role: str) -> list[str]:
        """Let a role read a schema."""
        return [f"GRANT SELECT ON SCHEMA {self.space_name(path)} TO {self.quoted(role)}"]

    def revoke_schema_reading(self, path: Sequence[str], role: str) -> list[str]:
        """Take from a role what ``grant_schema_reading`` gave it."""
        schema = self.space_name(path)
        return [f"REVOKE SELECT ON SCHEMA {schema} FROM {self.quoted(role)}"]  # noqa: S608 - names are quoted

    def grant_table_reading(self, table: TableName, role: str) -> list[str]:
        """Let a role read one table; whoever may read it finds its schema."""
        return [f"GRANT SELECT ON {self.render(self.table(table))} TO {self.quoted(role)}"]
