"""Users, roles and grants as Snowflake has them. Source: the vendor's reference of access control statements."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from understudy.providers.storage.sql.tables import TableName
from understudy.providers.storage.sql.users import UserStatements

__all__ = ["SnowflakeUsers"]

_CONTENTS = ("TABLES", "VIEWS")


class SnowflakeUsers(UserStatements):
    """Privileges are of roles, a user acts through a role, and what comes later into a schema is granted as FUTURE."""

    def create_user(self, user: str, password: str) -> list[str]:
        """A user who logs in with a password, from programs only."""
        return [f"CREATE USER {self.quoted(user)} PASSWORD = {self.text_literal(password)} TYPE = LEGACY_SERVICE"]

    def reset_password(self, user: str, password: str) -> list[str]:
        """Give a user another password."""
        return [f"ALTER USER {self.quoted(user)} SET PASSWORD = {self.text_literal(password)}"]

    def prepare_user(self, user: str, *, role: str, warehouse: str) -> list[str]:
        """What a user works with from the login on; an empty warehouse is none."""
        settings = {"DEFAULT_ROLE": role, "DEFAULT_WAREHOUSE": warehouse}
        told = " ".join(f"{name} = {self.quoted(value)}" for name, value in settings.items() if value)
        return [f"ALTER USER {self.quoted(user)} SET {told}"]

    def limit_user(self, user: str, seconds: int) -> list[str]:
        """End every statement of a user's that takes longer."""
        return [
            f"ALTER USER {self.quoted(user)} SET STATEMENT_TIMEOUT_IN_SECONDS = {exp.Literal.number(seconds).sql()}"
        ]

    def grant_warehouse(self, warehouse: str, role: str) -> list[str]:
        """Let a role run statements on a warehouse."""
        return [f"GRANT USAGE ON WAREHOUSE {self.quoted(warehouse)} TO {self._role(role)}"]

    def grant_role_to_user(self, role: str, user: str) -> list[str]:
        """Let a user do what a role may."""
        return [f"GRANT {self._role(role)} TO USER {self.quoted(user)}"]

    def revoke_role_from_user(self, role: str, user: str) -> list[str]:
        """Take a role from a user."""
        return [f"REVOKE {self._role(role)} FROM USER {self.quoted(user)}"]

    def grant_role_to_role(self, role: str, to: str) -> list[str]:
        """Let one role do what another may."""
        return [f"GRANT {self._role(role)} TO {self._role(to)}"]

    def revoke_role_from_role(self, role: str, of: str) -> list[str]:
        """Take a role from another one."""
        return [f"REVOKE {self._role(role)} FROM {self._role(of)}"]

    def grant_database(self, name: str, role: str) -> list[str]:
        """Let a role make schemas in a database, and own what it makes."""
        return [f"GRANT ALL PRIVILEGES ON DATABASE {self.quoted(name)} TO {self._role(role)}"]

    def grant_database_use(self, name: str, role: str) -> list[str]:
        """Let a role look into a database."""
        return [f"GRANT USAGE ON DATABASE {self.quoted(name)} TO {self._role(role)}"]

    def grant_schema(self, path: Sequence[str], role: str) -> list[str]:
        """Let a role do all in a schema, with what is in it now and later."""
        schema, to = self.space_name(path), self._role(role)
        return [
            f"GRANT ALL PRIVILEGES ON SCHEMA {schema} TO {to}",
            *(
                f"GRANT ALL PRIVILEGES ON {when} {kind} IN SCHEMA {schema} TO {to}"
                for kind in _CONTENTS
                for when in ("ALL", "FUTURE")
            ),
        ]

    def grant_schema_reading(self, path: Sequence[str], role: str) -> list[str]:
        """Let a role read a schema, with what is in it now and later."""
        schema, to = self.space_name(path), self._role(role)
        return [
            f"GRANT USAGE ON SCHEMA {schema} TO {to}",
            *(
                f"GRANT SELECT ON {when} {kind} IN SCHEMA {schema} TO {to}"
                for kind in _CONTENTS
                for when in ("ALL", "FUTURE")
            ),
        ]

    def revoke_schema_reading(self, path: Sequence[str], role: str) -> list[str]:
        """Take from a role what ``grant_schema_reading`` gave it."""
        schema, of = self.space_name(path), self._role(role)
        return [
            *(
                f"REVOKE SELECT ON {when} {kind} IN SCHEMA {schema} FROM {of}"  # noqa: S608 - names are quoted
                for kind in _CONTENTS
                for when in ("FUTURE", "ALL")
            ),
            f"REVOKE USAGE ON SCHEMA {schema} FROM {of}",
        ]

    def grant_table_reading(self, table: TableName, role: str) -> list[str]:
        """Let a role read one table, and find the schema that it is in."""
        return [
            f"GRANT USAGE ON SCHEMA {self.space_name(table.path)} TO {self._role(role)}",
            f"GRANT SELECT ON TABLE {self.render(self.table(table))} TO {self._role(role)}",
        ]

    def _role(self, role: str) -> str:
        return f"ROLE {self.quoted(role)}"
