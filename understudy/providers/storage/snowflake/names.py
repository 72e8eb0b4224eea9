"""How Snowflake's roles are called."""

from __future__ import annotations

from understudy.providers.storage.names import NameGenerator

__all__ = ["SnowflakeNames"]


class SnowflakeNames(NameGenerator):
    """Names in upper case; a branch's buckets stand beside the default branch's, its id before their names.

    Source: the name rules of the public Snowflake storage driver.
    """

    def project_read_only_role(self, prefix: str, project_id: str) -> str:
        """The role that may read all of a project's buckets."""
        return f"{self._role_stem(prefix, project_id)}_RO"

    def branch_read_only_role(self, prefix: str, project_id: str, branch_id: str) -> str:
        """The read-only role of a development branch."""
        return f"{self._role_stem(prefix, project_id)}_{self._part('branch id', branch_id).upper()}_RO"

    def _role_stem(self, prefix: str, project_id: str) -> str:
        return f"{self._part('stack prefix', prefix)}_{self._part('project id', project_id)}".upper()
