"""The stand-in's files and vector stores."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args

from understudy.config.models.llama_stack_mock import LlamaStackMockSettings
from understudy.domain.llama_stack import FileFilter, Purpose
from understudy.providers.llama_stack.mock.state import (
    Heard,
    RefusalError,
    Said,
    Stamps,
    not_found,
    page_of,
    wrong_field,
)

__all__ = ["Files", "Stores"]

_FILE_ID = re.compile(r"file-[0-9a-f]{1,64}")
_UNFIT = re.compile(r"[^A-Za-z0-9._-]")  # what a file's name cannot have: servers write an underscore for it
_YEAR = 31_536_000
_PURPOSES = get_args(Purpose)
_CHUNKING = {"type": "static", "static": {"chunk_overlap_tokens": 400, "max_chunk_size_tokens": 800}}


class Files:
    """Uploaded files."""

    def __init__(self, stamps: Stamps) -> None:
        self._stamps = stamps
        self._files: dict[str, tuple[dict[str, Any], bytes]] = {}

    def upload(self, heard: Heard) -> Said:
        """Keep a file."""
        purpose = (heard.form or {}).get("purpose")
        if purpose is None:
            raise wrong_field("body", "purpose", "Field required", "missing")
        if purpose not in _PURPOSES:
            known = ", ".join(repr(each) for each in _PURPOSES[:-1]) + f" or {_PURPOSES[-1]!r}"
            raise wrong_field("body", "purpose", f"Input should be {known}", "enum")
        file_id = self._stamps.id("file-", dashes=False)
        created = self._stamps.time()
        file = {
            "object": "file",
            "id": file_id,
            "bytes": len(heard.content),
            "created_at": created,
            "expires_at": created + _YEAR,
            "filename": _UNFIT.sub("_", heard.filename),
            "purpose": purpose,
            "status": "processed",
            "status_details": "",
        }
        self._files[file_id] = (file, heard.content)
        return Said(body=file)

    def list_all(self, heard: Heard) -> Said:
        """A page of them."""
        purpose = heard.params.get("purpose")
        files = [file for file, _ in self._files.values() if purpose in (None, file["purpose"])]
        return Said(body=page_of(files, heard.params, most=10_000, default=10_000))

    def get(self, file_id: str) -> Said:
        """What is known of one."""
        return Said(body=self.find(file_id)[0])

    def content(self, file_id: str) -> Said:
        """The bytes of one."""
        file, content = self.find(file_id)
        disposition = f'attachment; filename="{file["filename"]}"'
        headers = {"content-type": "application/octet-stream", "content-disposition": disposition}
        return Said(content=content, headers=headers)

    def delete(self, file_id: str) -> Said:
        """Forget one."""
        self.find(file_id)
        del self._files[file_id]
        return Said(body={"id": file_id, "object": "file", "deleted": True})

    def find(self, file_id: str) -> tuple[dict[str, Any], bytes]:
        """A file and its bytes."""
        if not _FILE_ID.fullmatch(file_id):
            words = (
                f"Invalid value for 'file_id': {file_id}. Must match format 'file-' followed by 1-64 hex characters."
            )
            raise RefusalError(400, words)
        if file_id not in self._files:
            raise not_found("File", file_id, lists="files")
        return self._files[file_id]


class Stores:
    """Vector stores. An id that they do not know is a bad request, not a missing resource: so real servers say."""

    def __init__(self, stamps: Stamps, files: Files, settings: LlamaStackMockSettings) -> None:
        self._stamps = stamps
        self._files = files
        self._settings = settings
        self._stores: dict[str, dict[str, Any]] = {}
        self._entries: dict[str, dict[str, dict[str, Any]]] = {}

    def create(self, heard: Heard) -> Said:
        """Make one."""
        body = heard.body if isinstance(heard.body, Mapping) else {}
        name = body.get("name", "")
        if not isinstance(name, str):
            raise wrong_field("body", "name", "Input should be a valid string", "string_type")
        model = body.get("embedding_model") or self._settings.embedding_model
        if model != self._settings.embedding_model:
            raise RefusalError(400, f"Embedding model '{model}' not found or not an embedding model")
        provider = body.get("provider_id") or "mock"
        store_id = self._stamps.id("vs_")
        created = self._stamps.time()
        dimension = body.get("embedding_dimension") or self._settings.embedding_dimension
        self._entries[store_id] = {}
        self._stores[store_id] = {
            "id": store_id,
            "object": "vector_store",
            "created_at": created,
            "name": name,
            "usage_bytes": 0,
            "status": "completed",
            "expires_after": None,
            "expires_at": None,
            "last_active_at": created,
            "metadata": {
                **(body.get("metadata") or {}),
                "provider_id": provider,
                "provider_vector_store_id": store_id,
                "embedding_model": model,
                "embedding_dimension": str(dimension),
            },
        }
        return Said(body=self._shown(store_id))

    def list_all(self, heard: Heard) -> Said:
        """A page of them."""
        return Said(body=page_of([self._shown(each) for each in self._stores], heard.params, most=100, default=20))

    def get(self, store_id: str) -> Said:
        """What is known of one."""
        self._known(store_id)
        return Said(body=self._shown(store_id))

    def delete(self, store_id: str) -> Said:
        """Forget one; its files stay."""
        self._known(store_id)
        del self._stores[store_id], self._entries[store_id]
        return Said(body={"id": store_id, "object": "vector_store.deleted", "deleted": True})

    def put(self, store_id: str, heard: Heard) -> Said:
        """Take a file in. One that does not exist is an entry that has failed."""
        body = heard.body if isinstance(heard.body, Mapping) else {}
        file_id = body.get("file_id")
        if not isinstance(file_id, str):
            raise wrong_field("body", "file_id", "Field required", "missing")
        self._check_chunking(body.get("chunking_strategy"))
        entries = self._known(store_id)
        error = None
        try:
            self._files.find(file_id)
        except RefusalError as refusal:
            error = {"code": "server_error", "message": str(refusal)}
        strategy = body.get("chunking_strategy") or {}
        entries[file_id] = {
            "id": file_id,
            "object": "vector_store.file",
            "attributes": dict(body.get("attributes") or {}),
            "chunking_strategy": strategy if strategy.get("type") == "static" else _CHUNKING,
            "created_at": self._stamps.time(),
            "last_error": error,
            "status": "completed" if error is None else "failed",
            "usage_bytes": 0,
            "vector_store_id": store_id,
        }
        return Said(body=entries[file_id])

    def list_entries(self, store_id: str, heard: Heard) -> Said:
        """A page of a store's files."""
        entries = self._known(store_id)
        wanted = heard.params.get("filter")
        if wanted is not None and wanted not in get_args(FileFilter):
            words = "Input should be 'in_progress', 'completed', 'cancelled' or 'failed'"
            raise wrong_field("query", "filter", words, "literal_error")
        found = [each for each in entries.values() if wanted in (None, each["status"])]
        return Said(body=page_of(found, heard.params, most=100, default=20))

    def get_entry(self, store_id: str, file_id: str) -> Said:
        """One of a store's files."""
        return Said(body=self._entry(store_id, file_id))

    def delete_entry(self, store_id: str, file_id: str) -> Said:
        """Take a file out."""
        self._entry(store_id, file_id)
        del self._entries[store_id][file_id]
        return Said(body={"id": file_id, "object": "vector_store.file.deleted", "deleted": True})

    def search(self, store_ids: list[str], query: str) -> list[dict[str, Any]]:
        """The files that have words of ``query`` in them, the most words first."""
        words = set(re.findall(r"\w{3,}", query.lower()))
        found = []
        for store_id in store_ids:
            for file_id, entry in self._known(store_id).items():
                if entry["status"] != "completed":
                    continue
                try:
                    file, content = self._files.find(file_id)
                except RefusalError:
                    continue  # deleted since: what a store knew of it is gone with it
                text = content.decode("utf-8", "replace")
                hits = len(words & set(re.findall(r"\w{3,}", text.lower())))
                if hits:
                    score = hits / len(words)
                    found.append(
                        {
                            "attributes": entry["attributes"],
                            "file_id": file_id,
                            "filename": file["filename"],
                            "score": round(score, 4),
                            "text": text[:2000],
                        }
                    )
        return sorted(found, key=lambda each: each["score"], reverse=True)

    def _known(self, store_id: str) -> dict[str, dict[str, Any]]:
        if store_id not in self._stores:
            raise not_found("Vector_store", store_id, status=400)
        return self._entries[store_id]

    def _entry(self, store_id: str, file_id: str) -> dict[str, Any]:
        entries = self._known(store_id)
        if file_id not in entries:
            raise RefusalError(400, f"File {file_id} not found in vector store {store_id}")
        return entries[file_id]

    def _shown(self, store_id: str) -> dict[str, Any]:
        counts = dict.fromkeys(("completed", "cancelled", "failed", "in_progress"), 0)
        for entry in self._entries[store_id].values():
            counts[entry["status"]] += 1
        total = len(self._entries[store_id])
        return {**self._stores[store_id], "file_counts": {**counts, "total": total}}

    @staticmethod
    def _check_chunking(strategy: Any) -> None:
        static = strategy.get("static") if isinstance(strategy, Mapping) else None
        if isinstance(static, Mapping) and not 100 <= static.get("max_chunk_size_tokens", 800) <= 4096:
            raise wrong_field("body", "chunking_strategy", "Input should be from 100 to 4096", "greater_than_equal")
