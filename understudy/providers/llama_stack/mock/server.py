"""The stand-in's server: a Llama Stack server in memory, without a network. An emulator puts it behind one."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any

from understudy.config.models.llama_stack_mock import LlamaStackMockSettings
from understudy.providers.llama_stack.mock.responses import Answers, Responses
from understudy.providers.llama_stack.mock.state import Heard, RefusalError, Said, Stamps
from understudy.providers.llama_stack.mock.stores import Files, Stores

__all__ = ["StackServer"]


class StackServer:
    """Keeps files, vector stores and responses, and answers requests as real servers were seen to."""

    def __init__(self, settings: LlamaStackMockSettings, answers: Answers) -> None:
        self._settings = settings
        self._stamps = Stamps()
        self._files = Files(self._stamps)
        self._stores = Stores(self._stamps, self._files, settings)
        self._responses = Responses(self._stamps, self._stores, answers, settings)
        self._lock = threading.RLock()

    def answer(self, heard: Heard) -> Said:
        """The answer; one that says no has a status of 400 or above."""
        with self._lock:
            try:
                said = self._route(heard)
            except RefusalError as refusal:
                return Said(status=refusal.status, body=refusal.body)
        return Said(events=self._guarded(said.events)) if said.events is not None else said

    def _guarded(self, iterator: Iterator[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """The events, each made under the lock."""
        while True:
            with self._lock:
                try:
                    event = next(iterator)
                except StopIteration:
                    return
            yield event

    def _route(self, heard: Heard) -> Said:
        parts = heard.path.strip("/").split("/")
        area = {"models": self._models, "files": self._of_files, "vector_stores": self._of_stores}.get(parts[0])
        if area is not None:
            return area(heard, parts[1:])
        if parts[0] == "responses":
            return self._of_responses(heard, parts[1:])
        raise RefusalError(404, "Not Found", plain=True)

    def _models(self, heard: Heard, rest: list[str]) -> Said:
        if rest or heard.method != "GET":
            raise _no_such(heard)
        settings = self._settings
        models: list[tuple[str, dict[str, Any]]] = [(name, {"model_type": "llm"}) for name in settings.models]
        embedding: dict[str, Any] = {"model_type": "embedding", "embedding_dimension": settings.embedding_dimension}
        data = [
            {
                "id": name,
                "object": "model",
                "created": self._stamps.time(),
                "owned_by": "ogx",
                "custom_metadata": {
                    **about,
                    "provider_id": name.partition("/")[0],
                    "provider_resource_id": name.rpartition("/")[2],
                },
            }
            for name, about in [*models, (settings.embedding_model, embedding)]
        ]
        return Said(body={"object": "list", "data": data})

    def _of_files(self, heard: Heard, rest: list[str]) -> Said:
        match heard.method, rest:
            case "POST", []:
                return self._files.upload(heard)
            case "GET", []:
                return self._files.list_all(heard)
            case "GET", [file_id]:
                return self._files.get(file_id)
            case "GET", [file_id, "content"]:
                return self._files.content(file_id)
            case "DELETE", [file_id]:
                return self._files.delete(file_id)
        raise _no_such(heard)

    def _of_stores(self, heard: Heard, rest: list[str]) -> Said:
        match rest:
            case [_, "files", *entry]:
                return self._of_entries(heard, rest[0], entry)
        match heard.method, rest:
            case "POST", []:
                return self._stores.create(heard)
            case "GET", []:
                return self._stores.list_all(heard)
            case "GET", [store_id]:
                return self._stores.get(store_id)
            case "DELETE", [store_id]:
                return self._stores.delete(store_id)
        raise _no_such(heard)

    def _of_entries(self, heard: Heard, store_id: str, rest: list[str]) -> Said:
        match heard.method, rest:
            case "POST", []:
                return self._stores.put(store_id, heard)
            case "GET", []:
                return self._stores.list_entries(store_id, heard)
            case "GET", [file_id]:
                return self._stores.get_entry(store_id, file_id)
            case "DELETE", [file_id]:
                return self._stores.delete_entry(store_id, file_id)
        raise _no_such(heard)

    def _of_responses(self, heard: Heard, rest: list[str]) -> Said:
        match heard.method, rest:
            case "POST", []:
                return self._responses.create(heard)
            case "GET", [response_id]:
                return self._responses.get(response_id)
        raise _no_such(heard)


def _no_such(heard: Heard) -> RefusalError:
    known = heard.method in ("GET", "POST", "DELETE")
    return RefusalError(404, "Not Found", plain=True) if known else RefusalError(405, "Method Not Allowed", plain=True)
