"""How BigQuery's projects and datasets are called."""

from __future__ import annotations

import re
import secrets

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.names import NameGenerator

__all__ = ["BigQueryNames"]

_PROJECT = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]", re.ASCII)


class BigQueryNames(NameGenerator):
    """Datasets take letters, digits and underscores; projects are named for the whole world, hence their random end.

    Source: the name rules of the public BigQuery storage driver.
    """

    def project_database(self, prefix: str, project_id: str) -> str:
        """A project's id, another one each time. Raises CommandFault (3000) where it would be none."""
        stem = f"{self._part('stack prefix', prefix)}-{self._part('project id', project_id)}"
        name = f"{stem}-{secrets.token_hex(2)}".lower().replace("_", "-")
        if not _PROJECT.fullmatch(name):
            raise CommandFault(
                StorageCode.VALIDATION,
                f"the project would be called {name!r}; it takes 6 to 30 lower case letters, digits and dashes",
                hint="Choose a shorter stack prefix that begins with a letter.",
            )
        return name

    def bucket(self, bucket_id: str, branch_id: str, *, is_default_branch: bool) -> str:
        """The dataset of a bucket; a branch's buckets begin with the branch's id."""
        return _dataset(super().bucket(bucket_id, branch_id, is_default_branch=is_default_branch))

    def share_role(self, prefix: str, project_id: str, bucket_id: str) -> str:
        """The dataset through which a bucket is shared."""
        return _dataset(super().share_role(prefix, project_id, bucket_id))

    def workspace(self, workspace_id: str) -> str:
        """The dataset of a workspace."""
        return _dataset(super().workspace(workspace_id))


def _dataset(name: str) -> str:
    return name.replace(".", "_").replace("-", "_")
