"""The objects that the fakes' COPY, IMPORT, EXPORT and UNLOAD read and write.

They are found in a folder as BUCKET/KEY, or in the S3 server that the folder's ``.endpoint`` file names once it runs.
"""

import re
from pathlib import Path

import obstore
from obstore.store import LocalStore, ObjectStore, S3Store

_URL = re.compile(r"s3://(?P<bucket>[^/]+)/(?P<key>.*)|https://[\w.-]+/(?P<container>[^/]+)/(?P<blob>.*)", re.DOTALL)


class Objects:
    """Objects by URL: ``s3://BUCKET/KEY``, or ``https://HOST/CONTAINER/KEY`` for Azure (always the folder)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keys(self, url: str) -> list[str]:
        """The URLs of the objects whose URL starts with this one, sorted; an asterisk at its end changes nothing."""
        prefix = url.removesuffix("*")
        store, key = self._locate(prefix)
        base = prefix.removesuffix(key)
        folder = key.rpartition("/")[0]
        found = [entry["path"] for entry in obstore.list(store, folder or None).collect()]
        return sorted(base + path for path in found if path.startswith(key))

    def read(self, url: str) -> bytes:
        """An object's bytes; FileNotFoundError where there is none."""
        store, key = self._locate(url)
        return bytes(obstore.get(store, key).bytes())

    def write(self, url: str, data: bytes) -> None:
        """Make or replace an object."""
        store, key = self._locate(url)
        obstore.put(store, key, data)

    def _locate(self, url: str) -> tuple[ObjectStore, str]:
        match = _URL.fullmatch(url)
        if match is None:
            message = f"not the URL of an object: {url}"
            raise FileNotFoundError(message)
        bucket, key = match["bucket"] or match["container"], match["key"] or match["blob"] or ""
        endpoint = self._folder / ".endpoint"
        if match["bucket"] and endpoint.exists():
            return S3Store(
                bucket,
                endpoint=endpoint.read_text(),
                region="us-east-1",
                access_key_id="testing",
                secret_access_key="testing",
                virtual_hosted_style_request=False,
                client_options={"allow_http": True},
            ), key
        return LocalStore(self._folder / bucket, mkdir=True), key
