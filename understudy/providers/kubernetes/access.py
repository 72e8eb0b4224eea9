"""Where the cluster is, whom to trust and which credential this process has."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from understudy.config.models.http import TlsSettings
from understudy.config.models.platform import KubernetesSettings
from understudy.domain.errors import ConfigurationError, Fault
from understudy.domain.secrets import Secret
from understudy.providers.kubernetes.kubeconfig import read_kubeconfig

__all__ = ["SERVICE_ACCOUNT_FOLDER", "ClusterAccess", "find_cluster"]

SERVICE_ACCOUNT_FOLDER = Path("/var/run/secrets/kubernetes.io/serviceaccount")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterAccess:
    """One cluster. ``token_file`` is read again for each use: the pod's token changes every hour."""

    base_url: str
    namespace: str | None = None
    token: Secret | None = None
    token_file: Path | None = None
    ca_file: Path | None = None
    ca_data: bytes | None = None

    def authorization(self) -> Secret | None:
        """The value of an Authorization header with this process's own credential; None where there is none."""
        if self.token is not None:
            return Secret(f"Bearer {self.token.reveal()}")
        if self.token_file is None:
            return None
        return Secret(f"Bearer {_text(self.token_file, where='platform.kubernetes.service_account')}")

    @contextlib.contextmanager
    def trusted(self, tls: TlsSettings | None) -> Iterator[TlsSettings | None]:
        """``tls`` with the cluster's own authority; inside, its files can be read."""
        if self.ca_file is None and self.ca_data is None:
            yield tls
            return
        tls = tls or TlsSettings()
        with contextlib.ExitStack() as stack:
            bundle = self.ca_file
            if bundle is None:
                folder = stack.enter_context(tempfile.TemporaryDirectory())
                bundle = Path(folder, "ca.crt")
                bundle.write_bytes(self.ca_data or b"")
            yield tls.model_copy(update={"ca_bundles": (*tls.ca_bundles, bundle)})


def find_cluster(settings: KubernetesSettings, *, environ: Mapping[str, str], folder: Path) -> ClusterAccess:
    """The cluster that the settings name, else their kubeconfig's, else the pod's. Raises ConfigurationError."""
    if settings.base_url is not None:
        return ClusterAccess(base_url=settings.base_url, token=settings.token)
    if settings.kubeconfig is not None:
        found = read_kubeconfig(settings.kubeconfig, context=settings.context)
        return ClusterAccess(
            base_url=found.server,
            namespace=found.namespace,
            token=settings.token or found.token,
            token_file=found.token_file,
            ca_file=found.ca_file,
            ca_data=found.ca_data,
        )
    host, port = environ.get("KUBERNETES_SERVICE_HOST"), environ.get("KUBERNETES_SERVICE_PORT", "443")
    if not host:
        raise ConfigurationError(
            [
                Fault(
                    where="platform.kubernetes.base_url",
                    reason="there is no cluster: no base_url, no kubeconfig, and this is not a pod",
                    hint="Set platform.kubernetes.base_url or .kubeconfig, or say 'use: mock'.",
                )
            ]
        )
    ca_file, namespace = folder / "ca.crt", folder / "namespace"
    return ClusterAccess(
        base_url=f"https://{f'[{host}]' if ':' in host else host}:{port}",
        namespace=_text(namespace, where="platform.kubernetes.namespace") if namespace.exists() else None,
        token=settings.token,
        token_file=folder / "token",
        ca_file=ca_file if ca_file.exists() else None,
    )


def _text(path: Path, *, where: str) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
    raise ConfigurationError([Fault(where=where, reason=f"{path} cannot be read ({reason})")])
