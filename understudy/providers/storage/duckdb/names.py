"""How DuckDB's databases and buckets are called."""

from __future__ import annotations

from understudy.providers.storage.names import NameGenerator

__all__ = ["HOME", "DuckDbNames"]

HOME = "understudy"
"""The database of the settings, under one name wherever its file is; a path without a database is in it."""


class DuckDbNames(NameGenerator):
    """Buckets without dots and dashes; a development branch is a database of its own.

    Source: the name rules of the public DuckDB storage driver.
    """

    def bucket(self, bucket_id: str, branch_id: str, *, is_default_branch: bool) -> str:
        """The schema of a bucket; a branch's stands in the branch's database under the same name."""
        _ = branch_id, is_default_branch
        return self._part("bucket id", bucket_id).replace(".", "_").replace("-", "_")

    def branch_database(self, prefix: str, project_id: str, branch_id: str) -> str:
        """The database of a development branch."""
        return f"{self.project_database(prefix, project_id)}_branch_{self._part('branch id', branch_id)}"
