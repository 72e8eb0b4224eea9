"""Paths within a root, checked so that none leads out of it."""

from __future__ import annotations

from urllib.parse import unquote

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault

__all__ = ["file_parameter", "join_key", "manifest_key"]

_SCHEMES = {"s3": {"s3", "s3a", "s3n"}, "gcs": {"gs", "gcs"}, "abs": {"azure", "az", "abfs", "abfss", "wasbs", "https"}}


def file_parameter(reason: str, *, hint: str | None = None) -> CommandFault:
    """A parameter of a file or its format is wrong (4203)."""
    return CommandFault(StorageCode.FILE_PARAMETERS, f"{reason}; nothing was touched", hint=hint)


def join_key(*parts: str) -> str:
    """One key of path parts. Raises CommandFault (4203) for what is absolute, climbs up or cannot be a name."""
    whole = "/".join(part for part in parts if part)
    if "\0" in whole or "\\" in whole:
        raise file_parameter(f"the path {shown(whole)} has a NUL character or a backslash in it")
    if any(part.startswith("/") for part in parts):
        raise file_parameter(f"the path {shown(whole)} is absolute; it is one within the root")
    names = [name for name in whole.split("/") if name != ""]
    if any(name in (".", "..") for name in names):
        raise file_parameter(f"the path {shown(whole)} climbs with '.' or '..'; name the file within the root itself")
    return "/".join(names)


def manifest_key(url: str, *, provider: str, root: str, folder: str) -> str:
    """The key of a manifest's entry. Raises CommandFault (4203) where it points outside of the root.

    An entry is a whole URL (``s3://root/key``, ``azure://account.host/root/key``) or a path beside the manifest.
    """
    scheme, mark, rest = url.partition("://")
    if not mark:
        return join_key(folder, _relative(url))
    host, _, path = rest.partition("/")
    if scheme == "file" and provider == "local":
        within = unquote(f"/{path}").removeprefix(root.rstrip("/") + "/")
        if host not in ("", "localhost") or within.startswith("/"):
            raise _outside(url, root)
        return join_key(within)
    if scheme not in _SCHEMES.get(provider, set()):
        raise _outside(url, root)
    bucket = host
    if provider == "abs":  # azure://account.host/container/key, or abfss://container@account.host/key
        bucket, _, _ = host.partition("@")
        if "@" not in host:
            bucket, _, path = path.partition("/")
        path = path.partition("?")[0]
    if bucket != root:
        raise _outside(url, root)
    return join_key(_relative(path))


def shown(text: str) -> str:
    """A name from outside as an error shows it: quoted, and shortened."""
    return repr(text if len(text) <= 200 else f"{text[:200]}…")


def _relative(path: str) -> str:
    if path.startswith("/"):
        raise file_parameter(
            f"the manifest's entry {shown(path)} is an absolute path", hint="Name it beside the manifest."
        )
    return path


def _outside(url: str, root: str) -> CommandFault:
    return file_parameter(
        f"the manifest's entry {shown(url.partition('?')[0])} is outside of the root {shown(root)}",
        hint="All slices of an import are in the root that the command names.",
    )
