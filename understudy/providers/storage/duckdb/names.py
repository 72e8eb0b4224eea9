"""How DuckDB's databases and buckets are called."""

from __future__ import annotations

from understudy.providers.storage.names import NameGenerator

__all__ = ["HOME", "DuckDbNames"]

HOME = "understudy"
"""The database of the settings, under one name wherever its file is; a path without a database is in it."""
_BRANCH = "_branch_"


class DuckDbNames(NameGenerator):
    """Buckets without dots and dashes; a development branch is a database of its own.

    Source: the name rules of the public DuckDB storage driver.
    """

    branches_apart = True

    def is_branch_database(self, name: str) -> bool:
        """Whether a database is a branch's."""
        return _BRANCH in name

    def default_bucket(self, schema: str, branch_id: str) -> str | None:
        """The default branch's schema, of the same name in the project's database."""
        _ = branch_id
        return None if schema == "main" else schema

    def bucket(self, bucket_id: str, branch_id: str, *, is_default_branch: bool) -> str:
        """The schema of a bucket; a branch's stands in the branch's database under the same name."""
        _ = branch_id, is_default_branch
        return self._part("bucket id", bucket_id).replace(".", "_").replace("-", "_")

    def branch_database(self, prefix: str, project_id: str, branch_id: str) -> str:
        """The database of a development branch."""
        return f"{self.project_database(prefix, project_id)}{_BRANCH}{self._part('branch id', branch_id)}"
