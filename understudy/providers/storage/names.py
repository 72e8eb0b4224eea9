"""How objects that commands make are called."""

from __future__ import annotations

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault

__all__ = ["NameGenerator"]


class NameGenerator:
    """The rules that most backends share; one that differs overrides the method.

    Every method refuses an empty prefix or id (3000), which would make two stacks share names.
    """

    branches_apart: bool = False
    """Whether a development branch has a database of its own."""

    def project_database(self, prefix: str, project_id: str) -> str:
        """The database of a project."""
        return self._stem(prefix, project_id)

    def project_user(self, prefix: str, project_id: str) -> str:
        """The user who owns a project's objects."""
        return f"{self._stem(prefix, project_id)}_USER"

    def project_role(self, prefix: str, project_id: str) -> str:
        """The role of a project."""
        return f"{self._stem(prefix, project_id)}_ROLE"

    def project_read_only_role(self, prefix: str, project_id: str) -> str:
        """The role that may read all of a project's buckets."""
        return f"{self._stem(prefix, project_id)}_RO"

    def branch_read_only_role(self, prefix: str, project_id: str, branch_id: str) -> str:
        """The read-only role of a development branch."""
        return f"{self._stem(prefix, project_id)}_{self._part('branch id', branch_id)}_RO"

    def branch_database(self, prefix: str, project_id: str, branch_id: str) -> str:
        """The database of a development branch: the project's own, unless the backend keeps branches apart."""
        self._part("branch id", branch_id)
        return self.project_database(prefix, project_id)

    def is_branch_database(self, name: str) -> bool:
        """Whether a database is a branch's, where they are kept apart."""
        _ = name
        return False

    def default_bucket(self, schema: str, branch_id: str) -> str | None:
        """The default branch's schema of the same bucket; None for a schema that is no bucket of this branch."""
        prefix = f"{self._part('branch id', branch_id)}_"
        return schema.removeprefix(prefix) if schema.startswith(prefix) else None

    def bucket(self, bucket_id: str, branch_id: str, *, is_default_branch: bool) -> str:
        """The schema of a bucket; a branch's buckets begin with the branch's id."""
        name = self._part("bucket id", bucket_id)
        return name if is_default_branch else f"{self._part('branch id', branch_id)}_{name}"

    def share_role(self, prefix: str, project_id: str, bucket_id: str) -> str:
        """The role through which a bucket is shared."""
        return f"{self._stem(prefix, project_id)}_{self._part('bucket id', bucket_id)}_SHARE"

    def workspace(self, workspace_id: str) -> str:
        """The schema of a workspace."""
        return f"WORKSPACE_{self._part('workspace id', workspace_id)}"

    def workspace_user(self, prefix: str, workspace_id: str) -> str:
        """The user of a workspace."""
        return f"{self._part('stack prefix', prefix)}_{self.workspace(workspace_id)}_USER".upper()

    def workspace_role(self, prefix: str, workspace_id: str) -> str:
        """The role of a workspace."""
        return f"{self._part('stack prefix', prefix)}_{self.workspace(workspace_id)}_ROLE".upper()

    def _stem(self, prefix: str, project_id: str) -> str:
        return f"{self._part('stack prefix', prefix)}{self._part('project id', project_id)}".upper()

    def _part(self, what: str, value: str) -> str:
        if not value:
            raise CommandFault(StorageCode.VALIDATION, f"the {what} is empty")
        return value
