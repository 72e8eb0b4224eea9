"""A bucket or a container: S3, Google Cloud Storage, Azure Blob Storage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from understudy.domain.errors import MissingDependencyError
from understudy.domain.storage import FileStorage
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.files.folder import FileEntry, FileReader, FileWriter, Folder
from understudy.providers.storage.files.keys import file_parameter, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from obstore import ObjectMeta, WritableFile
    from obstore.store import ObjectStore

    from understudy.providers.storage.files.access import FileAccess

__all__ = ["RemoteFolder"]

_PART = 8 * 1024 * 1024
"""Bytes of one part of an upload; 10,000 parts are the most that S3 takes, which makes 80 GB."""
_PARTS_AT_ONCE = 4


class RemoteFolder(Folder):
    """``root`` is the bucket or container; ``access`` who reads it. Nothing is taken from the process's environment."""

    def __init__(self, provider: FileStorage, root: str, access: FileAccess) -> None:
        if not root or any(character in root for character in "/\\\0?#"):
            raise file_parameter(
                f"{shown(root)} is no bucket or container", hint="Put what comes after it into the path."
            )
        self.provider: Literal["local", "s3", "gcs", "abs"] = provider
        self.root = root
        self._endpoint = access.endpoint
        self._account = access.key
        self._store = _open(provider, root, access)

    def entry(self, key: str) -> FileEntry:
        """What is known of an object."""
        import obstore

        try:
            return _entry(obstore.head(self._store, key))
        except Exception as error:
            raise _translated(error, self.root, key) from error

    def list(self, prefix: str) -> Sequence[FileEntry]:
        """The objects below a prefix that ends where a name does; the empty ones that stand for folders left out."""
        import obstore

        found: list[FileEntry] = []
        try:
            for chunk in obstore.list(self._store, prefix or None, chunk_size=1000):
                found += [_entry(meta) for meta in chunk if meta["size"] or not meta["path"].endswith("/")]
        except Exception as error:
            raise _translated(error, self.root, prefix) from error
        shown_ones = (entry for entry in found if not entry.key.rpartition("/")[2].startswith("."))
        return sorted(shown_ones, key=lambda entry: entry.key)

    def open(self, entry: FileEntry) -> FileReader:
        """Read an object; fails when it was written again since ``entry`` was made."""
        return _Reader(self._store, self.root, entry)

    def create(self, key: str) -> FileWriter:
        """Write an object in parts; it is there when they are complete."""
        return _Writer(self._store, self.root, key)

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects."""
        import obstore

        for key in keys:
            try:
                obstore.delete(self._store, key)
            except FileNotFoundError:
                continue
            except Exception as error:
                raise _translated(error, self.root, key) from error

    def url(self, key: str) -> str:
        """The object's whole URL, as vendors' loaders take it."""
        if self.provider == "abs":
            host = self._endpoint.partition("://")[2].strip("/") or f"{self._account}.blob.core.windows.net"
            return f"azure://{host}/{self.root}/{key}"
        return f"{'gs' if self.provider == 'gcs' else 's3'}://{self.root}/{key}"


class _Reader:
    def __init__(self, store: ObjectStore, root: str, entry: FileEntry) -> None:
        self._store, self._root, self._entry = store, root, entry

    def read_at(self, offset: int, length: int) -> bytes:
        import obstore

        end = min(offset + length, self._entry.size)
        if offset >= end:
            return b""
        try:
            got = obstore.get(
                self._store, self._entry.key, options={"range": (offset, end), "if_match": self._entry.version}
            )
            data = got.bytes().to_bytes()
        except Exception as error:
            raise _translated(error, self._root, self._entry.key) from error
        if len(data) != end - offset:
            raise OSError(f"{shown(self._entry.key)} gave {len(data)} bytes of {end - offset}")
        return data

    def close(self) -> None:
        """There is no connection of its own to close."""


class _Writer:
    def __init__(self, store: ObjectStore, root: str, key: str) -> None:
        import obstore

        self._root, self._key = root, key
        self._file: WritableFile | None = obstore.open_writer(
            store, key, buffer_size=_PART, max_concurrency=_PARTS_AT_ONCE
        )

    def write(self, data: bytes) -> int:
        if self._file is None:
            raise ValueError("the file is closed")
        try:
            self._file.write(data)
        except Exception as error:
            raise _translated(error, self._root, self._key) from error
        return len(data)

    def commit(self) -> None:
        file, self._file = self._file, None
        if file is None:
            return
        try:
            file.close()
        except Exception as error:
            raise _translated(error, self._root, self._key) from error

    def discard(self) -> None:
        self._file = None  # parts of an upload that is never completed are no object


def _open(provider: FileStorage, root: str, access: FileAccess) -> ObjectStore:
    try:
        from obstore.store import AzureStore, GCSStore, S3Store
    except ImportError as error:
        raise MissingDependencyError(
            "storage", target="obstore", reason=str(error), install="pip install 'understudy[storage]'"
        ) from error
    client: Any = {"allow_http": access.endpoint.startswith("http://")}
    try:
        if provider == "s3":
            return S3Store(root, config=_s3(access), client_options=client)
        if provider == "gcs":
            return GCSStore(root, config=_gcs(access), client_options=client)
        return AzureStore(root, config=_azure(access), client_options=client)
    except Exception:  # noqa: BLE001 - the library raises what it likes, and each of it means the same here
        # What obstore raises may hold the credentials that it could not read, and so does what it was raised from.
        reason = f"the credentials of {provider} cannot be used"
    raise file_parameter(reason, hint="Check file_credentials: the key, the secret and the endpoint.")


def _s3(access: FileAccess) -> Any:
    config: dict[str, Any] = {
        "region": access.region or "us-east-1",
        "virtual_hosted_style_request": not access.endpoint,
        "skip_signature": not access.key,
    }
    if access.key:
        config |= {"access_key_id": access.key, "secret_access_key": access.secret.reveal()}
        config["session_token"] = access.token.reveal()
    if access.endpoint:
        config["endpoint"] = access.endpoint
    return config


def _gcs(access: FileAccess) -> Any:
    config: dict[str, Any] = {}
    if access.secret:
        config["service_account_key"] = access.secret.reveal()
    if access.token:
        config["bearer_token"] = access.token.reveal()
    if access.endpoint:
        config["base_url"] = access.endpoint
    if not config.keys() & {"service_account_key", "bearer_token"}:
        config["skip_signature"] = True
    return config


def _azure(access: FileAccess) -> Any:
    secret = access.secret.reveal()
    config: dict[str, Any] = {"account_name": access.key}
    if access.token:
        config["token"] = access.token.reveal()
    elif "sig=" in secret:
        config["sas_key"] = secret
    elif secret:
        config["account_key"] = secret
    else:
        config["skip_signature"] = True
    if access.endpoint:
        config["endpoint"] = access.endpoint
    return config


def _entry(meta: ObjectMeta | Mapping[str, Any]) -> FileEntry:
    return FileEntry(key=meta["path"], size=meta["size"], modified=meta["last_modified"], version=meta["e_tag"])


def _translated(error: Exception, root: str, key: str) -> Exception:
    """What an exception of obstore means; what is not known keeps its words."""
    from obstore import exceptions

    if isinstance(error, FileNotFoundError):
        return FileNotFoundError(key)
    if isinstance(error, exceptions.PreconditionError):
        return CommandFault(
            StorageCode.SOURCE_INVALID,
            f"the file {shown(key)} was changed while it was read; nothing was imported",
            retryable=True,
        )
    if isinstance(error, (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError)):
        return CommandFault(
            StorageCode.PERMISSION_DENIED,
            f"{shown(root)} does not let these credentials at {shown(key)}",
            hint="Check file_credentials and what they may do.",
        )
    first = str(error).split("\n", 1)[0][:300]
    return CommandFault(
        StorageCode.CONNECTION, f"{shown(root)} does not answer for {shown(key)}: {first}", retryable=True
    )
