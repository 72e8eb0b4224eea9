"""Whom the platform's clients trust: the system, the bundles that the settings name, and nobody else."""

from __future__ import annotations

import datetime as dt
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme

from understudy import ConfigurationError, ConnectionFailedError, RequestIdentity, load_settings, open_container
from understudy.config.models.platform import PlatformSettings

ADA = RequestIdentity.of("ada-token")
SERVICES = ("llama_stack", "maas", "kubernetes")
YESTERDAY = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def context(authority: trustme.CA, host: str = "127.0.0.1", **options: Any) -> ssl.SSLContext:
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host, **options).configure_cert(found)
    return found


async def ask(service: str, url: str, tls: dict[str, Any], own: dict[str, Any] | None = None) -> str:
    settings: dict[str, Any] = {
        "http": {"retry": {"max_retries": 0}},
        "platform": {"tls": tls, service: {"base_url": url, **({} if own is None else {"tls": own})}},
    }
    async with open_container(settings) as container:
        client = getattr(container.platform, service)(ADA)
        found = await (client.list_namespaces() if service == "kubernetes" else client.list_models())
        return str(found[0].name if service == "kubernetes" else found[0].id)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_bundle_of_the_family_or_of_the_service_is_trusted(
    service: str, tls_echo: Any, authority: trustme.CA, bundle: str
) -> None:
    async with tls_echo(context(authority)) as echo:
        assert await ask(service, echo.url, {"ca_bundles": [bundle]}) == "ada-token"
        assert await ask(service, echo.url, {}, {"ca_bundles": [bundle]}) == "ada-token"


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ("unknown", "self-signed|unable to get local issuer|not trust"),
        ("host", "host|not valid for"),
        ("expired", "expired"),
    ],
)
async def test_whoever_cannot_show_who_it_is_is_refused_with_the_reason(
    service: str, wrong: str, reason: str, tls_echo: Any, authority: trustme.CA, bundle: str
) -> None:
    server = {
        "unknown": lambda: context(trustme.CA()),
        "host": lambda: context(authority, "elsewhere.example"),
        "expired": lambda: context(authority, not_after=YESTERDAY),
    }[wrong]()
    async with tls_echo(server) as echo:
        with pytest.raises(ConnectionFailedError, match=f"(?i){reason}"):
            await ask(service, echo.url, {"ca_bundles": [bundle]})
    assert echo.seen == []


@pytest.mark.parametrize("service", SERVICES)
async def test_a_bundle_that_cannot_be_read_is_an_error(service: str, tmp_path: Path) -> None:
    (tmp_path / "broken.pem").write_text("no certificate")
    for name in ("broken.pem", "absent.pem"):
        with pytest.raises(ConfigurationError, match=name):
            await ask(service, "https://service.example", {"ca_bundles": [str(tmp_path / name)]})


def test_trust_without_verification_is_loud(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text("platform: {maas: {tls: {insecure_skip_verify: true}}}")
    load_settings(path, profile="", environ={})
    assert "platform.maas.tls.insecure_skip_verify" in caplog.text


def test_trust_without_verification_is_refused_in_production(tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text("production: true\nplatform: {maas: {tls: {insecure_skip_verify: true}}}")
    with pytest.raises(ConfigurationError, match="without verification"):
        load_settings(path, profile="", environ={})


@pytest.mark.parametrize(
    ("said", "bundles"),
    [
        ({}, None),
        ({"tls": {"ca_bundles": ["family.pem"]}}, ["family.pem"]),
        ({"tls": {"ca_bundles": ["family.pem"]}, "maas": {"tls": {"ca_bundles": ["own.pem"]}}}, ["own.pem"]),
        ({"tls": {"ca_bundles": ["family.pem"]}, "maas": {"tls": {}}}, []),
        ({"maas": {"tls": {"ca_bundles": ["own.pem"]}, "http": {"tls": {"ca_bundles": ["http.pem"]}}}}, ["http.pem"]),
    ],
)
def test_the_nearest_word_on_trust_counts(said: dict[str, Any], bundles: list[str] | None) -> None:
    settings = PlatformSettings.model_validate(said)
    filled = settings.for_service(settings.maas)
    assert filled.use == "real"
    assert filled.http.tls == filled.tls
    assert (None if filled.tls is None else [str(path) for path in filled.tls.ca_bundles]) == bundles
