"""The contracts of Llama Stack, MaaS and Kubernetes, held by the real clients over recordings of their emulators."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from understudy.config.models.http import HttpSettings
from understudy.config.models.kubernetes_mock import KubernetesMockSettings, PermissionSettings
from understudy.config.models.platform import KubernetesSettings, LlamaStackSettings, MaasSettings
from understudy.config.models.recording import RecordingSettings
from understudy.domain.identity import RequestIdentity
from understudy.providers.http.clients import HttpClients
from understudy.providers.http.exchange import Engine, Exchange, Outgoing
from understudy.providers.kubernetes.client import HttpKubernetesClient
from understudy.providers.kubernetes.mock import Cluster
from understudy.providers.kubernetes.service import KubernetesService
from understudy.providers.llama_stack.client import HttpLlamaStackClient
from understudy.providers.llama_stack.mock import MockLlamaStackService
from understudy.providers.llama_stack.service import LlamaStackService
from understudy.providers.maas.client import HttpMaasClient
from understudy.providers.maas.service import MaasService
from understudy.providers.recording.tapes import Tapes
from understudy.testing.asgi import App, AsgiTransport
from understudy.testing.contracts import llama_stack
from understudy.testing.contracts.kubernetes import KubernetesContract, KubernetesStage
from understudy.testing.contracts.kubernetes_stage import WORK, namespace_manifest
from understudy.testing.contracts.llama_stack import LlamaStackContract
from understudy.testing.contracts.maas import MaasContract
from understudy.testing.contracts.replayed import Replay, over_recordings
from understudy.testing.emulators.kubernetes import KubernetesEmulator
from understudy.testing.emulators.llama_stack import LlamaStackEmulator
from understudy.testing.emulators.maas import MaasEmulator

ALICE = RequestIdentity.of("alice-token-1234", user="alice")


class Closed(httpx.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        pytest.fail(f"a connection was opened: {request.method} {request.url}")


class Lines:
    """What a client's traffic goes through: an application that is recorded, then nothing but the recordings."""

    def __init__(self, folder: Path, **http: Any) -> None:
        self._settings = HttpSettings.model_validate({"retry": {"backoff_base": 0}, **http})
        self._recording = RecordingSettings(folder=folder)

    def recording(self, name: str, app: App) -> HttpClients:
        http = HttpClients(self._settings, transport=AsgiTransport(app))
        return Tapes(self._recording, http).recording("platform", name)

    def replaying(self, name: str) -> HttpClients:
        return Tapes(self._recording, HttpClients(self._settings, transport=Closed())).replaying("platform", name)


@pytest.fixture
def lines(tmp_path: Path) -> Lines:
    return Lines(tmp_path / "tapes")


MASKED = "a token is a credential, and the recording has the same mask for each"
TOKENS = ("lives_as_long", "new_each_time", "kept_for_namespace", "not_given_out_again")


class TestMaas(over_recordings(MaasContract, cannot=dict.fromkeys(TOKENS, MASKED))):
    @pytest.fixture
    def client(self, lines: Lines) -> HttpMaasClient:
        return self.over(lines.recording("maas", MaasEmulator()))

    @pytest.fixture
    def replay(self, lines: Lines) -> Replay:
        return lambda: {"client": self.over(lines.replaying("maas"))}

    def over(self, http: HttpClients) -> HttpMaasClient:
        settings = MaasSettings.model_validate({"base_url": "https://maas.test/maas-api"})
        return HttpMaasClient(ALICE, service=MaasService(settings, http))


class TestLlamaStack(over_recordings(LlamaStackContract)):
    @pytest.fixture
    def client(self, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> HttpLlamaStackClient:
        # The contract never gives one name twice; the second run has to ask what the first one asked.
        monkeypatch.setattr(llama_stack, "_counter", itertools.count())
        mock = {"answers": [{"text": "fail upstream", "failed": "upstream says no"}]}
        service = MockLlamaStackService(LlamaStackSettings.model_validate({"mock": mock}))
        return self.over(lines.recording("llama_stack", LlamaStackEmulator(service)))

    @pytest.fixture
    def replay(self, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> Replay:
        def turn() -> Mapping[str, object]:
            monkeypatch.setattr(llama_stack, "_counter", itertools.count())
            return {"client": self.over(lines.replaying("llama_stack"))}

        return turn

    @pytest.fixture
    def model(self) -> str:
        return "mock/llm"

    def over(self, http: HttpClients) -> HttpLlamaStackClient:
        settings = LlamaStackSettings.model_validate({"base_url": "https://stack.test"})
        return HttpLlamaStackClient(ALICE, service=LlamaStackService(settings, http), namespace=None)


class Counting:
    """An engine that notes what it is asked."""

    def __init__(self, engine: Engine, seen: list[tuple[str, str]]) -> None:
        self._engine = engine
        self._seen = seen

    async def send(self, outgoing: Outgoing) -> Exchange:
        self._seen.append((outgoing.method, httpx.URL(outgoing.url).path))
        return await self._engine.send(outgoing)

    async def aclose(self) -> None:
        await self._engine.aclose()


def new_cluster() -> Cluster:
    settings = KubernetesMockSettings(openshift=True)
    return Cluster(settings, now=lambda: dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC))


class TestKubernetes(over_recordings(KubernetesContract)):
    @pytest.fixture
    def tape(self, tmp_path: Path) -> Lines:
        return Lines(tmp_path / "tapes", retry={"max_retries": 0})

    @pytest.fixture
    def stage(self, tape: Lines) -> KubernetesStage:
        cluster = new_cluster()
        http = tape.recording("kubernetes", KubernetesEmulator(cluster))
        return self.on(cluster, http, lambda: [(each.method, each.path) for each in cluster.requests])

    @pytest.fixture
    def replay(self, tape: Lines) -> Replay:
        def turn() -> Mapping[str, object]:
            """Another cluster is prepared as the first one was, and never asked."""
            seen: list[tuple[str, str]] = []
            replaying = tape.replaying("kubernetes")
            engine, _ = replaying.lines()
            stage = self.on(
                new_cluster(), replaying.through(lambda _: lambda: Counting(engine(), seen)), lambda: list(seen)
            )
            stage.add(namespace_manifest("team"))
            return {"stage": stage, "client": stage.client(stage.grant("ann", verbs=WORK, namespaces=("team",)))}

        return turn

    def on(self, cluster: Cluster, http: HttpClients, requests: Callable[[], list[tuple[str, str]]]) -> KubernetesStage:
        service = KubernetesService(KubernetesSettings(base_url="https://api.cluster.example.com:6443"), http)

        def grant(
            name: str, /, *, admin: bool = False, verbs: Sequence[str] = (), namespaces: Sequence[str] = ()
        ) -> RequestIdentity:
            rule = PermissionSettings(verbs=tuple(verbs), namespaces=tuple(namespaces))
            token = f"sha256~{name.replace(':', '-')}"
            cluster.people.add(name, token=token, admin=admin, permissions=[rule])
            return RequestIdentity.of(token, user=name)

        def refuse(verb: str, resource: str, /, *, code: int, reason: str, times: int | None = None) -> None:
            cluster.refuse(verb, resource, code=code, reason=reason, message=f"{reason}: on purpose", times=times)

        return KubernetesStage(
            client=lambda identity: HttpKubernetesClient(identity, service),
            grant=grant,
            add=cluster.add,
            refuse=refuse,
            requests=requests,
        )
