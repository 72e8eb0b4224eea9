"""Whatever is done to the stand-in's cluster, in whatever order, it keeps an API server's promises."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from understudy.config.models.kubernetes_mock import KubernetesMockSettings
from understudy.domain.secrets import Secret
from understudy.providers.kubernetes.mock import Cluster

ROOT = Secret("root")
PATH = "/api/v1/namespaces/team/configmaps"
NAMES = st.sampled_from(["a", "b", "c"])
VALUES = st.text(max_size=3)


class Machine(RuleBasedStateMachine):
    """A model beside the cluster: names, data, and the versions that each reader has seen."""

    def __init__(self) -> None:
        super().__init__()
        self.cluster = Cluster(KubernetesMockSettings(namespaces=("team",)))
        self.model: dict[str, dict[str, str]] = {}
        self.read: dict[str, dict[str, Any]] = {}
        self.newest = 0

    def ask(self, method: str, name: str = "", body: Any = None) -> Any:
        path = f"{PATH}/{name}" if name else PATH
        return self.cluster.handle(method, path, body=body, token=ROOT)

    def seen(self, body: Any) -> None:
        version = int(body["metadata"]["resourceVersion"])
        assert version > self.newest
        self.newest = version
        self.read[body["metadata"]["name"]] = body

    @rule(name=NAMES, value=VALUES)
    def create(self, name: str, value: str) -> None:
        answer = self.ask("POST", body={"metadata": {"name": name}, "data": {"k": value}})
        assert answer.status == (409 if name in self.model else 201)
        if answer.status == 201:
            self.model[name] = {"k": value}
            self.seen(answer.body)

    @rule(name=NAMES, value=VALUES)
    def replace_what_was_read(self, name: str, value: str) -> None:
        """The newest that was read is taken, even where it changes nothing; what is gone is not found."""
        if name not in self.read:
            return
        before = self.read[name]
        answer = self.ask("PUT", name, {**before, "data": {"k": value}})
        assert answer.status == (200 if name in self.model else 404)
        if answer.status == 404:
            return
        if self.model[name] == {"k": value}:
            assert answer.body == before
        else:
            self.seen(answer.body)
            self.model[name] = {"k": value}

    @rule(name=NAMES, value=VALUES)
    def replace_what_is_stale(self, name: str, value: str) -> None:
        if name in self.model:
            metadata = {**self.read[name]["metadata"], "resourceVersion": "1"}
            answer = self.ask("PUT", name, {"metadata": metadata, "data": {"k": value}})
            assert (answer.status, answer.body["reason"]) == (409, "Conflict")

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        assert self.ask("DELETE", name).status == (200 if self.model.pop(name, None) is not None else 404)

    @rule(name=NAMES)
    def get(self, name: str) -> None:
        answer = self.ask("GET", name)
        assert answer.status == (200 if name in self.model else 404)
        if answer.status == 200:
            assert answer.body == self.read[name]
            answer.body["data"]["k"] = "what a reader does to its copy"
            assert self.ask("GET", name).body["data"] == self.model[name]

    @invariant()
    def lists_what_is_there(self) -> None:
        items = self.ask("GET").body["items"]
        assert {item["metadata"]["name"]: item["data"] for item in items} == self.model
        assert [item["metadata"]["name"] for item in items] == sorted(self.model)


TestStore = Machine.TestCase
TestStore.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
