"""The folder or bucket in which the tables are: which schemas and tables there are, and away with them."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from understudy.domain.errors import MissingDependencyError
from understudy.providers.storage.delta.places import Place, folder_name, name_of_folder

if TYPE_CHECKING:
    from deltalake import DeltaTable
    from obstore.store import ObjectStore

    from understudy.config.models.storage_backends import DeltaSettings

__all__ = ["DeltaStore"]

_MARKER = ".schema"
"""An empty file that keeps a schema's folder where there are no folders without files."""
_PREFIXES = {"s3": "AWS_", "s3a": "AWS_", "gs": "GOOGLE_", "az": "AZURE_", "azure": "AZURE_", "abfss": "AZURE_"}
_WORDS = {
    "AWS_": {
        "key": "AWS_ACCESS_KEY_ID",
        "secret": "AWS_SECRET_ACCESS_KEY",  # pragma: allowlist secret
        "token": "AWS_SESSION_TOKEN",
        "region": "AWS_REGION",
        "endpoint": "AWS_ENDPOINT_URL",
    },
    "GOOGLE_": {"secret": "GOOGLE_SERVICE_ACCOUNT_KEY"},  # pragma: allowlist secret
    "AZURE_": {
        "key": "AZURE_STORAGE_ACCOUNT_NAME",
        "secret": "AZURE_STORAGE_ACCOUNT_KEY",  # pragma: allowlist secret
        "token": "AZURE_STORAGE_SAS_KEY",
        "endpoint": "AZURE_ENDPOINT",
    },
}


class DeltaStore:
    """Connects to nothing before it is asked. A schema is a folder below the root, a table one below that."""

    def __init__(self, settings: DeltaSettings) -> None:
        scheme, mark, _ = settings.location.partition("://")
        self._local = None if mark and scheme != "file" else Path(settings.location.removeprefix("file://")).absolute()
        self._root = str(self._local) if self._local is not None else settings.location.rstrip("/")
        self._options = {} if self._local is not None else _options(settings, _PREFIXES.get(scheme, ""))
        self._opened: ObjectStore | None = None

    @property
    def options(self) -> dict[str, str]:
        """What delta-rs is told of the object store. There are secrets among it."""
        return dict(self._options)

    def uri(self, place: Place) -> str:
        """Where delta-rs finds a table."""
        return f"{self._root}/{place.folder}"

    def open(self, place: Place) -> DeltaTable:
        """A table at its newest version. Raises what delta-rs does, TableNotFoundError among it."""
        from deltalake import DeltaTable

        return DeltaTable(self.uri(place), storage_options=self.options)

    def schemas(self) -> tuple[str, ...]:
        """The schemas, sorted."""
        return tuple(sorted(self._names("")))

    def schema_exists(self, name: str) -> bool:
        """Whether there is a schema of this name."""
        return self._any(f"{folder_name(name)}/")

    def tables(self, schema: str) -> tuple[str, ...]:
        """The tables of a schema, sorted."""
        return tuple(sorted(name for name in self._names(folder_name(schema)) if self.exists(Place(schema, name))))

    def exists(self, place: Place) -> bool:
        """Whether there is a table: a folder with a log."""
        return self._any(f"{place.folder}/_delta_log/")

    def create_schema(self, name: str) -> None:
        """Make a schema's folder."""
        import obstore

        obstore.put(self._store(), f"{folder_name(name)}/{_MARKER}", b"")

    def drop_schema(self, name: str) -> None:
        """Delete a schema with all tables in it."""
        for table in self.tables(name):
            self.drop(Place(name, table))
        self._delete(folder_name(name))

    def drop(self, place: Place) -> None:
        """Delete a table. On a local disk it is gone in one step; elsewhere its log goes first."""
        if self._local is not None:
            hidden = self._local / folder_name(place.schema) / f".dropped.{secrets.token_hex(8)}"
            (self._local / place.folder).rename(hidden)
            shutil.rmtree(hidden)
            return
        self._delete(f"{place.folder}/_delta_log")
        self._delete(place.folder)

    def _delete(self, folder: str) -> None:
        import obstore

        if self._local is not None:
            shutil.rmtree(self._local / folder)
            return
        for chunk in obstore.list(self._store(), f"{folder}/", chunk_size=1000):
            obstore.delete(self._store(), [entry["path"] for entry in chunk])

    def _names(self, folder: str) -> Iterator[str]:
        import obstore

        found = obstore.list_with_delimiter(self._store(), f"{folder}/" if folder else None)
        folders = (prefix.rstrip("/").rpartition("/")[2] for prefix in found["common_prefixes"])
        names = (name_of_folder(folder) for folder in folders if not folder.startswith("."))
        yield from (name for name in names if name is not None)

    def _any(self, prefix: str) -> bool:
        import obstore

        return any(True for chunk in obstore.list(self._store(), prefix, chunk_size=1) for _ in chunk)

    def _store(self) -> ObjectStore:
        if self._opened is None:
            self._opened = self._open()
        return self._opened

    def _open(self) -> ObjectStore:
        try:
            import deltalake  # noqa: F401 - without it the store is good for nothing
            from obstore import store
        except ImportError as error:
            raise MissingDependencyError(
                "delta", target="deltalake", reason=str(error), install="pip install 'understudy[delta]'"
            ) from error
        if self._local is not None:
            return store.LocalStore(self._local, mkdir=True)
        options = dict(self._options)
        plain = options.pop("AWS_ALLOW_HTTP", "") == "true"
        words: Any = {name.lower(): value for name, value in options.items()}  # which words there are the scheme says
        return store.from_url(
            self._root, config=words, client_options={"allow_http": plain}, retry_config={"max_retries": 3}
        )


def _options(settings: DeltaSettings, prefix: str) -> Mapping[str, str]:
    """delta-rs's words for the settings; commits to S3 are made safe by the store's own conditional put."""
    given = {
        "key": settings.key,
        "secret": settings.secret.reveal() if settings.secret else "",
        "token": settings.token.reveal() if settings.token else "",
        "region": settings.region,
        "endpoint": str(settings.endpoint or ""),
    }
    options = {word: given[name] for name, word in _WORDS.get(prefix, {}).items() if given[name]}
    if prefix == "AWS_":
        options["AWS_CONDITIONAL_PUT"] = "etag"
        if given["endpoint"].startswith("http://"):
            options["AWS_ALLOW_HTTP"] = "true"
    return {**options, **settings.options}
