"""Reads a kubeconfig: the server, its authority and a token. Programs that it names are not run."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from understudy.domain.errors import ConfigurationError, Fault, near_match
from understudy.domain.secrets import Secret
from understudy.providers.kubernetes.reading import mapping, sequence, text

__all__ = ["Kubeconfig", "read_kubeconfig"]

_WHERE = "platform.kubernetes.kubeconfig"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kubeconfig:
    """What one context of a kubeconfig says."""

    server: str
    namespace: str | None = None
    token: Secret | None = None
    token_file: Path | None = None
    ca_file: Path | None = None
    ca_data: bytes | None = None


def read_kubeconfig(path: Path, *, context: str | None = None) -> Kubeconfig:
    """The context named, else the file's current one.

    Client certificates and programs that give tokens are left alone: requests carry the user's own token. Raises
    ConfigurationError for a file that cannot be read, a context or cluster that is not there, and for what would weaken
    TLS without the settings saying so.
    """
    said = _load(path)
    name = context or text(said, "current-context")
    chosen = _named(path, said, "contexts", "context", name)
    cluster = _named(path, said, "clusters", "cluster", text(chosen, "cluster"))
    server = text(cluster, "server")
    if not server.startswith(("https://", "http://")):
        raise _fault(path, f"the cluster of the context {name!r} has no usable server")
    for unsupported in ("insecure-skip-tls-verify", "proxy-url", "tls-server-name"):
        if cluster.get(unsupported):
            raise _fault(
                path,
                f"the cluster of the context {name!r} sets {unsupported}, which is not taken from there",
                hint="Say it in the settings if it is meant: platform.kubernetes.base_url and .tls.",
            )
    user = _named(path, said, "users", "user", text(chosen, "user")) if text(chosen, "user") else {}
    ca_file, token_file = text(cluster, "certificate-authority"), text(user, "tokenFile")
    return Kubeconfig(
        server=server,
        namespace=text(chosen, "namespace") or None,
        token=Secret(user["token"]) if text(user, "token") else None,
        token_file=path.parent / token_file if token_file else None,
        ca_file=path.parent / ca_file if ca_file else None,
        ca_data=_decoded(path, text(cluster, "certificate-authority-data")),
    )


def _load(path: Path) -> Mapping[str, Any]:
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = f"cannot be read ({getattr(error, 'strerror', None) or type(error).__name__})"
    except (yaml.YAMLError, RecursionError):
        reason = "is not YAML"  # the parser's own words would quote the file, which holds credentials
    else:
        if isinstance(said, Mapping):
            return said
        reason = "is not a kubeconfig: it has no keys"
    raise _fault(path, reason)


def _named(path: Path, said: Mapping[str, Any], group: str, kind: str, name: str) -> Mapping[str, Any]:
    entries = {text(entry, "name"): mapping(entry, kind) for entry in sequence(said, group)}
    if name not in entries:
        near = near_match(name, entries)
        known = ", ".join(sorted(entries)) or "none"
        raise _fault(path, f"has no {kind} {name!r}; it has {known}", hint=f"Did you mean {near!r}?" if near else None)
    return entries[name]


def _decoded(path: Path, data: str) -> bytes | None:
    if not data:
        return None
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error:
        pass  # the decoder's words would quote the data
    raise _fault(path, "has certificate-authority-data that is not base64")


def _fault(path: Path, reason: str, *, hint: str | None = None) -> ConfigurationError:
    return ConfigurationError([Fault(where=_WHERE, reason=f"{path} {reason}", hint=hint)])
