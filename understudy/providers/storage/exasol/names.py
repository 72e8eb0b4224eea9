"""How Exasol's objects are called."""

from __future__ import annotations

from understudy.providers.storage.names import NameGenerator

__all__ = ["ExasolNames"]


class ExasolNames(NameGenerator):
    """A schema's name keeps to letters, digits and underscores, so that users can write it without much quoting."""

    def bucket(self, bucket_id: str, branch_id: str, *, is_default_branch: bool) -> str:
        """The schema of a bucket."""
        name = super().bucket(bucket_id, branch_id, is_default_branch=is_default_branch)
        return name.replace(".", "_").replace("-", "_")
