"""How Redshift's objects are called."""

from __future__ import annotations

from understudy.providers.storage.names import NameGenerator

__all__ = ["RedshiftNames"]


class RedshiftNames(NameGenerator):
    """The general names in lower case, into which the engine folds every name, quoted or not."""

    def bucket(self, bucket_id: str, branch_id: str, *, is_default_branch: bool) -> str:
        """The schema of a bucket."""
        return super().bucket(bucket_id, branch_id, is_default_branch=is_default_branch).lower()

    def default_bucket(self, schema: str, branch_id: str) -> str | None:
        """The default branch's schema of the same bucket."""
        return super().default_bucket(schema, branch_id.lower())

    def share_role(self, prefix: str, project_id: str, bucket_id: str) -> str:
        """The role through which a bucket is shared."""
        return super().share_role(prefix, project_id, bucket_id).lower()

    def workspace(self, workspace_id: str) -> str:
        """The schema of a workspace."""
        return super().workspace(workspace_id).lower()

    def workspace_user(self, prefix: str, workspace_id: str) -> str:
        """The user of a workspace."""
        return super().workspace_user(prefix, workspace_id).lower()

    def workspace_role(self, prefix: str, workspace_id: str) -> str:
        """The role of a workspace."""
        return super().workspace_role(prefix, workspace_id).lower()

    def branch_read_only_role(self, prefix: str, project_id: str, branch_id: str) -> str:
        """The read-only role of a development branch."""
        return super().branch_read_only_role(prefix, project_id, branch_id).lower()

    def _stem(self, prefix: str, project_id: str) -> str:
        return super()._stem(prefix, project_id).lower()

    def project_user(self, prefix: str, project_id: str) -> str:
        """The user who owns a project's objects."""
        return super().project_user(prefix, project_id).lower()

    def project_role(self, prefix: str, project_id: str) -> str:
        """The role of a project."""
        return super().project_role(prefix, project_id).lower()

    def project_read_only_role(self, prefix: str, project_id: str) -> str:
        """The role that may read all of a project's buckets."""
        return super().project_read_only_role(prefix, project_id).lower()
