"""Users, roles and grants as Redshift has them. Source: the vendor's reference of GRANT and REVOKE."""

from __future__ import annotations

from collections.abc import Sequence

from understudy.providers.storage.sql.tables import TableName
from understudy.providers.storage.sql.users import UserStatements

__all__ = ["RedshiftUsers"]


class RedshiftUsers(UserStatements):
    """Privileges are of roles; a scoped one is for what is in a schema now and for what comes later."""

    def drop_role(self, role: str) -> list[str]:
        """Drop a role, whoever has it."""
        return [f"DROP ROLE {self.quoted(role)} FORCE"]

    def grant_role_to_user(self, role: str, user: str) -> list[str]:
        """Let a user do what a role may."""
        return [f"GRANT {self._role(role)} TO {self.quoted(user)}"]

    def revoke_role_from_user(self, role: str, user: str) -> list[str]:
        """Take a role from a user."""
        return [f"REVOKE {self._role(role)} FROM {self.quoted(user)}"]

    def grant_role_to_role(self, role: str, to: str) -> list[str]:
        """Let one role do what another may."""
        return [f"GRANT {self._role(role)} TO {self._role(to)}"]

    def revoke_role_from_role(self, role: str, of: str) -> list[str]:
        """Take a role from another one."""
        return [f"REVOKE {self._role(role)} FROM {self._role(of)}"]

    def grant_database(self, name: str, role: str) -> list[str]:
        """Let a role make schemas in a database."""
        return [f"GRANT ALL ON DATABASE {self.quoted(name)} TO {self._role(role)}"]

    def grant_schema(self, path: Sequence[str], role: str) -> list[str]:
        """Let a role do all in a schema, with what is in it now and later."""
        schema, to = self.space_name(path), self._role(role)
        return [f"GRANT ALL ON SCHEMA {schema} TO {to}", f"GRANT ALL FOR TABLES IN SCHEMA {schema} TO {to}"]

    def grant_schema_reading(self, path: Sequence[str], role: str) -> list[str]:
        """Let a role read a schema, with what is in it now and later."""
        schema, to = self.space_name(path), self._role(role)
        return [f"GRANT USAGE ON SCHEMA {schema} TO {to}", f"GRANT SELECT FOR TABLES IN SCHEMA {schema} TO {to}"]

    def revoke_schema_reading(self, path: Sequence[str], role: str) -> list[str]:
        """Take from a role what ``grant_schema_reading`` gave it."""
        schema, of = self.space_name(path), self._role(role)
        return [
            f"REVOKE SELECT FOR TABLES IN SCHEMA {schema} FROM {of}",  # noqa: S608 - names are quoted
            f"REVOKE USAGE ON SCHEMA {schema} FROM {of}",
        ]

    def grant_table_reading(self, table: TableName, role: str) -> list[str]:
        """Let a role read one table, and find the schema that it is in."""
        return [
            f"GRANT USAGE ON SCHEMA {self.space_name(table.path)} TO {self._role(role)}",
            f"GRANT SELECT ON {self.render(self.table(table))} TO {self._role(role)}",
        ]

    def _role(self, role: str) -> str:
        return f"ROLE {self.quoted(role)}"
