"""Who reads and writes files, and the folder that a command names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from understudy.domain.secrets import Secret
from understudy.domain.storage import FileStorage
from understudy.providers.storage.files.folder import Folder
from understudy.providers.storage.files.keys import file_parameter
from understudy.providers.storage.files.local import LocalFolder
from understudy.providers.storage.protocol import storage_pb2 as pb

if TYPE_CHECKING:
    from understudy.providers.storage.protocol.storage_pb2 import FileCredentials

__all__ = ["FileAccess", "file_access", "file_storage", "open_folder"]

_PROVIDERS: dict[int, FileStorage] = {pb.LOCAL: "local", pb.S3: "s3", pb.GCS: "gcs", pb.ABS: "abs"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAccess:
    """What a provider asks for: ``key`` is S3's access key id or Azure's account, ``endpoint`` one not its own."""

    key: str = ""
    secret: Secret = field(default_factory=lambda: Secret(""))
    token: Secret = field(default_factory=lambda: Secret(""))
    region: str = ""
    endpoint: str = ""


def file_access(message: FileCredentials) -> FileAccess:
    """The credentials of a command, their secrets hidden."""
    return FileAccess(
        key=message.key,
        secret=Secret(message.secret),
        token=Secret(message.token),
        region=message.region,
        endpoint=message.endpoint,
    )


def file_storage(number: int) -> FileStorage:
    """The provider that a command names. Raises CommandFault (4203) for a number that is none."""
    try:
        return _PROVIDERS[number]
    except KeyError as error:
        raise file_parameter(f"there is no file provider {number}") from error


def open_folder(provider: FileStorage, root: str, access: FileAccess, *, file_roots: Sequence[str]) -> Folder:
    """The folder at ``root``: a bucket, a container or a folder on disk. Connects to nothing yet.

    Raises CommandFault (4203) for a root that cannot be one or is not allowed, MissingDependencyError without obstore.
    """
    if provider == "local":
        return LocalFolder(root, allowed=file_roots)
    from understudy.providers.storage.files.remote import RemoteFolder

    return RemoteFolder(provider, root, access)
