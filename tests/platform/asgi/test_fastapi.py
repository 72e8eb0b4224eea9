"""FastAPI and Starlette over the middleware: dependencies, their overrides, errors, websockets and streams."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

pytest.importorskip("fastapi")

from fastapi import FastAPI, WebSocket
from fastapi.responses import StreamingResponse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from understudy import ApplicationContainer, open_container
from understudy.domain.kubernetes import Namespace
from understudy.integrations import fastapi as dependencies
from understudy.integrations.asgi import IdentityMiddleware
from understudy.integrations.clients import current_clients
from understudy.integrations.fastapi import (
    Clients,
    Generator,
    Identity,
    Kubernetes,
    LlamaStack,
    Maas,
    Mcp,
    add_error_handler,
    clients_of,
)
from understudy.integrations.plain import plain

SETTINGS = {
    "generation": {"use": "mock", "default": "claude"},
    "platform": {"use": "mock", "mcp": {"servers": {"docs": {"url": "https://docs.example"}}}},
}
ADA = {"Authorization": "Bearer ada-token"}


@pytest.fixture
async def container() -> AsyncIterator[ApplicationContainer]:
    async with open_container(SETTINGS) as opened:
        yield opened


def app_of(container: ApplicationContainer) -> FastAPI:
    app = FastAPI()
    app.add_middleware(IdentityMiddleware, container=container, exempt=["/open"])
    add_error_handler(app)

    @app.get("/all")
    async def everything(stack: LlamaStack, maas: Maas, mcp: Mcp, kubernetes: Kubernetes, generator: Generator) -> Any:
        return {
            "llama_stack": len(await stack.list_models()),
            "maas": len(await maas.list_models()),
            "mcp": len(await mcp.list_servers()),
            "kubernetes": len(await kubernetes.list_namespaces()),
            "generator": generator.name,
        }

    @app.get("/me")
    def me(identity: Identity, clients: Clients) -> Any:
        """In a worker thread."""
        assert clients is current_clients()
        assert clients.kubernetes is clients.kubernetes
        return identity.require_token().reveal()

    @app.get("/namespaces")
    async def namespaces(kubernetes: Kubernetes) -> Any:
        return plain(await kubernetes.list_namespaces())

    @app.get("/open")
    async def exempt(identity: Identity) -> Any:
        return "never"

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        async def tokens() -> AsyncIterator[str]:
            for _ in range(3):
                yield current_clients().identity.require_token().reveal() + " "

        return StreamingResponse(tokens())

    @app.websocket("/socket")
    async def socket(websocket: WebSocket, identity: Identity) -> None:
        await websocket.accept()
        await websocket.send_text(identity.require_token().reveal())
        await websocket.close()

    return app


@asynccontextmanager
async def client_of(app: Any) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=ADA) as client:
        yield client


async def test_every_dependency_is_the_users_own_client(container: ApplicationContainer) -> None:
    async with client_of(app_of(container)) as client:
        found = (await client.get("/all")).json()
        assert found.pop("generator") == "claude"
        assert sorted(found) == ["kubernetes", "llama_stack", "maas", "mcp"]
        assert all(found.values())
        assert (await client.get("/me")).json() == "ada-token"
        assert (await client.get("/me", headers={"Authorization": "Bearer bob-token"})).json() == "bob-token"


async def test_the_user_is_bound_until_the_streams_end(container: ApplicationContainer) -> None:
    async with client_of(app_of(container)) as client:
        assert (await client.get("/stream")).text == "ada-token ada-token ada-token "


async def test_a_dependency_is_overridden_as_any_other(container: ApplicationContainer) -> None:
    class Fake:
        async def list_namespaces(self) -> tuple[Namespace, ...]:
            return (Namespace(name="mine"),)

    app = app_of(container)
    app.dependency_overrides[dependencies.kubernetes] = Fake
    async with client_of(app) as client:
        assert (await client.get("/namespaces")).json()[0]["name"] == "mine"


async def test_a_node_is_overridden_for_every_request(container: ApplicationContainer) -> None:
    class Fake:
        async def list_namespaces(self) -> tuple[Namespace, ...]:
            return (Namespace(name="mine"),)

    async with client_of(app_of(container)) as client:
        with container.platform.kubernetes.override(Fake()):
            assert (await client.get("/namespaces")).json()[0]["name"] == "mine"
        assert (await client.get("/namespaces")).json()[0]["name"] == "default"


@pytest.mark.parametrize(
    ("scenario", "status"),
    [("unauthorised", 401), ("forbidden", 403), ("not_found", 404), ("unavailable", 503), ("timeout", 504)],
)
async def test_a_services_error_becomes_its_status(container: ApplicationContainer, scenario: Any, status: int) -> None:
    container.platform.kubernetes_mock().scenarios.fail("list_namespaces", scenario)
    async with client_of(app_of(container)) as client:
        answer = await client.get("/namespaces")
    assert answer.status_code == status
    assert answer.json()["error"]["code"]


async def test_a_dependency_on_an_exempt_path_is_refused(container: ApplicationContainer) -> None:
    async with client_of(app_of(container)) as client:
        answer = await client.get("/open")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "UNAUTHORIZED")


async def test_a_dependency_without_the_middleware_says_what_is_missing() -> None:
    app = FastAPI()
    add_error_handler(app)

    @app.get("/me")
    async def me(identity: Identity) -> Any:
        return "never"

    async with client_of(app) as client:
        answer = await client.get("/me")
    assert answer.status_code == 401
    assert "No user is bound to /me" in answer.json()["error"]["message"]


async def test_a_websockets_dependencies_are_its_users(server: Any, container: ApplicationContainer) -> None:
    app = app_of(container)
    exchange = await server.websocket(
        app, "/socket", headers=ADA, query_string=b"", subprotocols=[], scheme="ws", server=("test", 80)
    )
    assert [each.get("text") for each in exchange.sent if each["type"] == "websocket.send"] == ["ada-token"]
    refused = await server.websocket(app, "/socket", query_string=b"", subprotocols=[])
    assert refused.sent[0]["type"] == "websocket.close"


async def test_starlette_has_the_clients_in_its_requests(container: ApplicationContainer) -> None:
    async def namespaces(request: Request) -> JSONResponse:
        assert request.state.understudy is clients_of(request)
        return JSONResponse([each.name for each in await clients_of(request).kubernetes.list_namespaces()])

    app = Starlette(routes=[Route("/namespaces", namespaces)])
    app.add_middleware(IdentityMiddleware, container=container)
    add_error_handler(app)
    async with client_of(app) as client:
        assert (await client.get("/namespaces")).json() == ["default"]


async def test_an_applications_own_lifespan_runs_inside_the_containers(lifespan: Any) -> None:
    log: list[str] = []

    @asynccontextmanager
    async def opening() -> AsyncIterator[ApplicationContainer]:
        async with open_container(SETTINGS) as container:
            log.append("open")
            yield container
        log.append("closed")

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        log.append("started")
        yield
        log.append("stopped")

    app = FastAPI(lifespan=life)
    app.add_middleware(IdentityMiddleware, container=opening)

    @app.get("/me")
    async def me(identity: Identity) -> Any:
        return identity.require_token().reveal()

    async with lifespan(app) as running, client_of(app) as client:
        assert (await client.get("/me")).json() == "ada-token"
    assert log == ["open", "started", "stopped", "closed"]
    assert running.error is None
