"""The objects that the fakes' COPY, IMPORT, EXPORT and UNLOAD read and write.

A bucket is a folder of that name in the folder that is given; where there is none, it is one of the S3 server that the
file ``.endpoint`` names once that server runs.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

_URL = re.compile(r"s3://(?P<bucket>[^/]+)/(?P<key>.*)|https://[\w.-]+/(?P<container>[^/]+)/(?P<blob>.*)", re.DOTALL)


class Objects:
    """Objects by URL: ``s3://BUCKET/KEY``, or ``https://HOST/CONTAINER/KEY`` for Azure.

    Whatever cannot be read or written raises FileNotFoundError.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keys(self, url: str) -> list[str]:
        """The URLs of the objects whose URL starts with this one, sorted; an asterisk at its end changes nothing."""
        prefix = url.removesuffix("*")
        with self._located(prefix) as (store, key):
            folder = key.rpartition("/")[0]
            found = [entry["path"] for entry in obstore.list(store, folder or None).collect()]
        base = prefix.removesuffix(key)
        return sorted(base + path for path in found if path.startswith(key))

    def read(self, url: str) -> bytes:
        """An object's bytes."""
        with self._located(url) as (store, key):
            return bytes(obstore.get(store, key).bytes())

    def write(self, url: str, data: bytes) -> None:
        """Make or replace an object."""
        with self._located(url) as (store, key):
            obstore.put(store, key, data)

    @contextmanager
    def _located(self, url: str) -> Iterator[tuple[ObjectStore, str]]:
        """The store of an object, and its key there."""
        match = _URL.fullmatch(url)
        if match is None:
            message = f"not the URL of an object: {url}"
            raise FileNotFoundError(message)
        bucket, key = match["bucket"] or match["container"], match["key"] or match["blob"] or ""
        try:
            yield self._store(bucket), key
        except BaseError as error:
            message = f"{url}: {error}"
            raise FileNotFoundError(message) from error

    def _store(self, bucket: str) -> ObjectStore:
        endpoint = self._folder / ".endpoint"
        if (self._folder / bucket).is_dir():
            return LocalStore(self._folder / bucket)
        if not endpoint.exists():
            message = f"there is no bucket {bucket}"
            raise FileNotFoundError(message)
        return S3Store(
            bucket,
            endpoint=endpoint.read_text(),
            region="us-east-1",
            access_key_id="testing",
            secret_access_key="testing",
            virtual_hosted_style_request=False,
            client_options={"allow_http": True},
            retry_config={"max_retries": 0},
        )
