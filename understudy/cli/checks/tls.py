"""Whom the HTTP layer trusts."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

from understudy.cli.checks.base import Examination, Finding, failure, ok, warning
from understudy.config.models.http import TlsSettings

__all__ = ["check_authorities", "check_tls"]


def check_tls(examination: Examination) -> Iterator[Finding]:
    """The CA bundles of every TLS section, and sections that trust everyone."""
    sections = dict(_sections(examination))
    for key, tls in sections.items():
        for bundle in tls.ca_bundles:
            problem = _bundle_problem(bundle)
            if problem:
                yield failure(
                    f"{key}.ca_bundles: {bundle} {problem}",
                    fix="Name a readable PEM file with at least one certificate.",
                )
            else:
                yield ok(f"{key}.ca_bundles: {bundle} is readable")
        if tls.insecure_skip_verify:
            yield warning(
                f"{key}.insecure_skip_verify: certificates are not verified",
                fix="Trust the server's authority with ca_bundles instead.",
            )


def check_authorities(_examination: Examination) -> Iterator[Finding]:
    """Whether this machine has certificate authorities at all."""
    paths = ssl.get_default_verify_paths()
    if paths.cafile or paths.capath:
        yield ok(f"certificate authorities: {paths.cafile or paths.capath}")
    else:
        yield warning(
            "this machine has no certificate authorities where OpenSSL looks",
            fix="Install ca-certificates, or name a bundle in http.tls.ca_bundles.",
        )


def _sections(examination: Examination) -> Iterator[tuple[str, TlsSettings]]:
    loaded, factory = examination.loaded, examination.factory
    if loaded is None or factory is None:
        return
    yield "http.tls", loaded.settings.http.tls
    yield "platform.tls", loaded.settings.platform.tls
    for spec in examination.registry:
        tls = factory.settings_for(spec.name).http.tls
        if tls is not None:
            yield f"generation.{spec.name}.http.tls", tls


def _bundle_problem(bundle: Path) -> str | None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cafile=bundle.expanduser())
    except ssl.SSLError:
        return "is not a PEM file of certificates"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return None if context.cert_store_stats()["x509"] else "has no certificate in it"
