"""The service's own tests: pytest turns the profile ``test`` on, so every service is its stand-in."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from app import HERE, create_app
from application import Application, CatalogModel

import understudy
from understudy.domain.kubernetes import Namespace

ADA = {"x-forwarded-access-token": "ada-token", "x-forwarded-user": "ada"}


@asynccontextmanager
async def running() -> AsyncIterator[tuple[Application, httpx.AsyncClient]]:
    """The service's container, open, and a client of the service that is signed in as Ada."""
    application = Application(settings=understudy.load_settings(HERE).settings)
    transport = httpx.ASGITransport(app=create_app(application))
    async with (
        understudy.lifespan(application.understudy),
        httpx.AsyncClient(transport=transport, base_url="http://bff", headers=ADA) as client,
    ):
        yield application, client


@pytest.mark.asyncio
async def test_what_is_created_is_listed_read_and_deleted() -> None:
    async with running() as (_, client):
        store = (await client.post("/api/vector-stores", json={"name": "papers"})).json()
        uploaded = await client.post(
            "/api/files", files={"file": ("a.txt", b"hello")}, data={"vector_store_id": store["id"]}
        )
        assert uploaded.status_code == 201
        file_id = uploaded.json()["file"]["id"]
        assert [each["name"] for each in (await client.get("/api/vector-stores")).json()] == ["papers"]
        assert (await client.get(f"/api/files/{file_id}/content")).content == b"hello"
        assert (await client.delete(f"/api/files/{file_id}")).status_code == 204
        assert (await client.get("/api/files")).json() == []


@pytest.mark.asyncio
async def test_an_answer_is_streamed_event_by_event() -> None:
    async with running() as (application, client):
        application.understudy.platform.llama_stack_mock().answer(chunks=("Good ", "day."))
        asked = {"input": "hi", "model": "mock/llm"}
        whole = (await client.post("/api/responses", json=asked)).json()
        assert whole["output"][-1]["content"][0]["text"] == "Good day."
        for path in ("/api/responses", "/api/responses/raw"):
            events = await read_events(client, path, {**asked, "stream": True})
            assert [event["type"] for event in events][:2] == ["response.created", "response.in_progress"]
            assert [each["delta"] for each in events if each["type"].endswith(".delta")] == ["Good ", "day."]
            assert events[-1]["type"] == "response.completed"


async def read_events(client: httpx.AsyncClient, path: str, body: dict[str, object]) -> list[dict[str, object]]:
    async with client.stream("POST", path, json=body) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        return [json.loads(line[6:]) async for line in answer.aiter_lines() if line.startswith("data: ")]


@pytest.mark.asyncio
async def test_what_the_service_refuses_is_refused_before_the_stream_begins() -> None:
    async with running() as (application, client):
        application.understudy.platform.llama_stack_mock().scenarios.fail("create_response*", "unavailable")
        asked = {"input": "hi", "model": "mock/llm", "stream": True}
        for path in ("/api/responses", "/api/responses/raw"):
            answer = await client.post(path, json=asked)
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "SERVER_UNAVAILABLE")


@pytest.mark.asyncio
async def test_a_stream_that_breaks_ends_with_an_error_event() -> None:
    async with running() as (application, client):
        application.understudy.platform.llama_stack_mock().answer(chunks=("Good ", "day."), break_after=1)
        events = await read_events(client, "/api/responses", {"input": "hi", "model": "mock/llm", "stream": True})
        assert [each["delta"] for each in events if str(each.get("type", "")).endswith(".delta")] == ["Good "]
        assert "error" in events[-1]


@pytest.mark.asyncio
async def test_providers_are_overridden_directly() -> None:
    class Cluster:
        async def list_namespaces(self) -> tuple[Namespace, ...]:
            return (Namespace(name="mine"),)

    async with running() as (application, client):
        assert [each["name"] for each in (await client.get("/api/namespaces")).json()] == ["default"]
        with application.understudy.platform.kubernetes.override(Cluster()):
            assert [each["name"] for each in (await client.get("/api/namespaces")).json()] == ["mine"]

    class OwnCatalog:
        async def models(self, identity: understudy.RequestIdentity, *, namespace: str | None) -> list[CatalogModel]:
            return [CatalogModel(id=f"for {identity.user} in {namespace}", source="catalog")]

    async with running() as (application, client):
        application.catalog.override(OwnCatalog())
        (model,) = (await client.get("/api/models", params={"namespace": "mine"})).json()
        assert model["id"] == "for ada in mine"


@pytest.mark.asyncio
async def test_nobody_is_served_without_a_token() -> None:
    async with running() as (_, client):
        client.headers.clear()
        refused = await client.get("/api/namespaces")
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, "UNAUTHORIZED")
        assert (await client.get("/healthz")).json() == {"status": "ok"}
