"""Where the cluster is, whom to trust and whose token is sent."""

from __future__ import annotations

import asyncio
import base64
import timeit
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
import yaml

from understudy.config.models.http import HttpSettings
from understudy.config.models.platform import KubernetesSettings
from understudy.domain.errors import (
    ConfigurationError,
    ConnectionFailedError,
    MissingIdentityError,
    RequestTimeoutError,
)
from understudy.domain.identity import RequestIdentity
from understudy.providers.http.clients import HttpClients
from understudy.providers.kubernetes import operations
from understudy.providers.kubernetes.client import HttpKubernetesClient
from understudy.providers.kubernetes.mock import Cluster
from understudy.providers.kubernetes.service import KubernetesService
from understudy.testing.asgi import AsgiTransport
from understudy.testing.emulators.kubernetes import KubernetesEmulator

NOBODY = RequestIdentity.of(None)
NO_RETRIES = HttpSettings.model_validate({"retry": {"max_retries": 0}})


class Seen(httpx.AsyncBaseTransport):
    """Answers every request as a cluster does, and keeps where it went and as whom."""

    def __init__(self) -> None:
        self._inner = AsgiTransport(KubernetesEmulator(Cluster()))
        self.requests: list[tuple[str, str | None]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(
            (f"{request.url.scheme}://{request.url.netloc.decode()}", request.headers.get("authorization"))
        )
        return await self._inner.handle_async_request(request)


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def make(seen: Seen, tmp_path: Path) -> Any:
    def service(environ: dict[str, str] | None = None, **settings: Any) -> KubernetesService:
        made = KubernetesSettings.model_validate(settings)
        http = HttpClients(NO_RETRIES, transport=seen)
        return KubernetesService(made, http, environ=environ or {}, folder=tmp_path / "pod")

    return service


@pytest.fixture
def kubeconfig(tmp_path: Path) -> Any:
    def write(cluster: dict[str, Any] | None = None, user: dict[str, Any] | None = None, **changes: Any) -> Path:
        said = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "here",
            "contexts": [{"name": "here", "context": {"cluster": "one", "user": "me", "namespace": "team"}}],
            "clusters": [{"name": "one", "cluster": {"server": "https://one.example.com:6443", **(cluster or {})}}],
            "users": [{"name": "me", "user": user or {}}],
            **changes,
        }
        path = tmp_path / "kubeconfig"
        path.write_text(yaml.safe_dump(said))
        return path

    return write


@pytest.fixture
def pod(tmp_path: Path) -> Path:
    folder = tmp_path / "pod"
    folder.mkdir()
    folder.joinpath("token").write_text("pod-token\n")
    folder.joinpath("namespace").write_text("mine")
    return folder


async def test_the_users_own_token_is_sent(make: Any, seen: Seen) -> None:
    service = make(base_url="https://a.example.com", token="own-token", service_account=True)
    await HttpKubernetesClient(RequestIdentity.of("user-token"), service).get_user()
    assert seen.requests == [("https://a.example.com", "Bearer user-token")]


async def test_the_own_credential_is_only_used_where_the_settings_say_so(make: Any, seen: Seen) -> None:
    with pytest.raises(MissingIdentityError):
        await HttpKubernetesClient(NOBODY, make(base_url="https://a.example.com", token="own-token")).get_user()
    assert seen.requests == []
    service = make(base_url="https://a.example.com", token="own-token", service_account=True)
    await HttpKubernetesClient(NOBODY, service).get_user()
    assert seen.requests == [("https://a.example.com", "Bearer own-token")]


async def test_a_pod_knows_its_cluster_and_reads_its_token_again(make: Any, seen: Seen, pod: Path) -> None:
    environ = {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "6443"}
    service = make(environ, service_account=True)
    assert (service.base_url, service.namespace) == ("https://10.0.0.1:6443", "mine")
    await HttpKubernetesClient(NOBODY, service).get_user()
    pod.joinpath("token").write_text("newer-token")
    await HttpKubernetesClient(NOBODY, service).get_user()
    assert [token for _, token in seen.requests] == ["Bearer pod-token", "Bearer newer-token"]


async def test_a_pod_without_a_token_says_which_file(make: Any) -> None:
    service = make({"KUBERNETES_SERVICE_HOST": "fd00::1"}, service_account=True)
    assert service.base_url == "https://[fd00::1]:443"
    with pytest.raises(ConfigurationError, match="token cannot be read"):
        await HttpKubernetesClient(NOBODY, service).get_user()


async def test_a_kubeconfig_names_server_token_and_namespace(make: Any, seen: Seen, kubeconfig: Any) -> None:
    service = make(kubeconfig=kubeconfig(user={"token": "file-token"}), service_account=True)
    assert service.namespace == "team"
    await HttpKubernetesClient(NOBODY, service).get_user()
    assert seen.requests == [("https://one.example.com:6443", "Bearer file-token")]


async def test_a_kubeconfigs_token_file_stands_beside_it(
    make: Any, seen: Seen, kubeconfig: Any, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("filed-token\n")
    service = make(kubeconfig=kubeconfig(user={"tokenFile": "token"}), service_account=True)
    await HttpKubernetesClient(NOBODY, service).get_user()
    assert seen.requests[0][1] == "Bearer filed-token"


@pytest.mark.parametrize(
    ("cluster", "changes", "words"),
    [
        ({"insecure-skip-tls-verify": True}, {}, "insecure-skip-tls-verify"),
        ({"proxy-url": "http://proxy"}, {}, "proxy-url"),
        ({"certificate-authority-data": "%%%"}, {}, "not base64"),
        ({"server": "unix:///x"}, {}, "no usable server"),
        ({}, {"current-context": "her"}, "Did you mean 'here'"),
        ({}, {"clusters": []}, "has no cluster 'one'"),
    ],
)
def test_a_kubeconfig_that_cannot_be_used_is_a_settings_fault(
    make: Any, kubeconfig: Any, cluster: dict[str, Any], changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words):
        make(kubeconfig=kubeconfig(cluster, **changes))


@pytest.mark.parametrize("content", ["{", "- a", "a: !!python/object:os.system {}", "\0"])
def test_a_kubeconfig_that_is_none_is_a_settings_fault(make: Any, tmp_path: Path, content: str) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(content)
    with pytest.raises(ConfigurationError, match="kubeconfig"):
        make(kubeconfig=path)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        make(kubeconfig=tmp_path / "missing")


def test_without_any_cluster_the_fault_says_what_to_set(make: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"platform\.kubernetes\.base_url"):
        make()


@pytest.mark.parametrize("trusted", [True, False])
async def test_a_kubeconfigs_authority_is_trusted_and_no_other(kubeconfig: Any, trusted: bool) -> None:
    """A real TLS connection: the cluster's certificate comes from the authority in the kubeconfig, or another."""
    import ssl

    authority, other = trustme.CA(), trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = b'{"status": {"userInfo": {"username": "ann"}}}'
        writer.write(b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n" % len(body))
        writer.write(b"Connection: close\r\n\r\n" + body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "localhost", 0, ssl=context)
    pem = (authority if trusted else other).cert_pem.bytes()
    cluster = {
        "server": f"https://localhost:{server.sockets[0].getsockname()[1]}",
        "certificate-authority-data": base64.b64encode(pem).decode(),
    }
    async with server, HttpClients(NO_RETRIES) as http:
        service = KubernetesService(KubernetesSettings(kubeconfig=kubeconfig(cluster)), http, environ={})
        client = HttpKubernetesClient(RequestIdentity.of("user-token"), service)
        if trusted:
            assert await client.get_user() == "ann"
        else:
            with pytest.raises(ConnectionFailedError, match="certificate") as caught:
                await client.get_user()
            assert caught.value.code == "CONNECTION_FAILED"


async def test_a_closed_service_refuses_nothing_of_others(make: Any, seen: Seen) -> None:
    """Closing is done once, by the container, and may be done twice."""
    service = make(base_url="https://a.example.com")
    await service.aclose()
    await service.aclose()
    assert seen.requests == []


async def test_an_operation_has_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """An API server that says nothing costs the operation's own time, not the HTTP layer's."""

    class Silent:
        async def call(self, *_: Any, **__: Any) -> Any:
            await asyncio.Event().wait()

    monkeypatch.setattr(operations, "_QUICK", 0.01)
    client = operations.KubernetesOperations(RequestIdentity.of("t"), Silent(), distribution="x")
    with pytest.raises(RequestTimeoutError, match="get_user") as caught:
        await client.get_user()
    assert (caught.value.code, caught.value.phase) == ("SERVER_UNAVAILABLE", "total")


def test_a_client_costs_an_object(make: Any) -> None:
    """The limit is 20 microseconds on a free machine; ten times that would be no accident of a busy one."""
    service, identity = make(base_url="https://a.example.com"), RequestIdentity.of("user-token")
    fastest = min(timeit.repeat(lambda: HttpKubernetesClient(identity, service), number=200, repeat=5)) / 200
    assert fastest < 200e-6
