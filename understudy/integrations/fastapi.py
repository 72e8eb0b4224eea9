"""The request's identity and clients as FastAPI dependencies, and the library's errors as JSON answers.

    app = FastAPI()
    app.add_middleware(IdentityMiddleware, container=understudy.open_container)
    add_error_handler(app)

    @app.get("/models")
    async def models(stack: LlamaStack): return await stack.list_models()

The functions behind the dependencies serve Starlette too: ``clients_of(request)``. Needs ``understudy[fastapi]``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Protocol, TypeAlias

from fastapi import Depends
from fastapi.requests import HTTPConnection, Request
from fastapi.responses import JSONResponse, Response

from understudy.domain.errors import MissingIdentityError, UnderstudyError
from understudy.domain.generation import TextGenerator
from understudy.domain.identity import RequestIdentity
from understudy.domain.kubernetes import KubernetesClient
from understudy.domain.llama_stack import LlamaStackClient
from understudy.domain.maas import MaasClient
from understudy.domain.mcp import McpClient
from understudy.integrations.answers import error_reply
from understudy.integrations.asgi import STATE_KEY
from understudy.integrations.clients import RequestClients

__all__ = [
    "Clients",
    "Generator",
    "Identity",
    "Kubernetes",
    "LlamaStack",
    "Maas",
    "Mcp",
    "TakesHandlers",
    "add_error_handler",
    "clients_of",
    "error_response",
    "generator",
    "kubernetes",
    "llama_stack",
    "maas",
    "mcp",
    "request_clients",
    "request_identity",
]


def clients_of(connection: HTTPConnection) -> RequestClients:
    """The clients that IdentityMiddleware has bound to a request or a websocket.

    Raises MissingIdentityError where there are none: the path is exempt, or the middleware is not installed.
    """
    clients = connection.scope.get("state", {}).get(STATE_KEY)
    if not isinstance(clients, RequestClients):
        raise MissingIdentityError(
            f"No user is bound to {connection.url.path}.",
            hint="Take the path out of IdentityMiddleware's exempt ones, or install the middleware.",
        )
    return clients


async def request_clients(connection: HTTPConnection) -> RequestClients:
    """Dependency: the clients of the request's user."""
    return clients_of(connection)


Clients: TypeAlias = Annotated[RequestClients, Depends(request_clients)]


async def request_identity(clients: Clients) -> RequestIdentity:
    """Dependency: on whose behalf the request is made."""
    return clients.identity


async def llama_stack(clients: Clients) -> LlamaStackClient:
    """Dependency: the user's Llama Stack client."""
    return clients.llama_stack


async def maas(clients: Clients) -> MaasClient:
    """Dependency: the user's MaaS client."""
    return clients.maas


async def mcp(clients: Clients) -> McpClient:
    """Dependency: the user's client of the MCP servers."""
    return clients.mcp


async def kubernetes(clients: Clients) -> KubernetesClient:
    """Dependency: the user's client of the cluster."""
    return clients.kubernetes


async def generator(clients: Clients) -> TextGenerator:
    """Dependency: the container's selected text generator; it is nobody's own."""
    return clients.container.generator()


Identity: TypeAlias = Annotated[RequestIdentity, Depends(request_identity)]
LlamaStack: TypeAlias = Annotated[LlamaStackClient, Depends(llama_stack)]
Maas: TypeAlias = Annotated[MaasClient, Depends(maas)]
Mcp: TypeAlias = Annotated[McpClient, Depends(mcp)]
Kubernetes: TypeAlias = Annotated[KubernetesClient, Depends(kubernetes)]
Generator: TypeAlias = Annotated[TextGenerator, Depends(generator)]


def error_response(error: UnderstudyError) -> Response:
    """What ``answers.error_reply`` says, as a response."""
    reply = error_reply(error)
    return JSONResponse(dict(reply.body), status_code=reply.status, headers=dict(reply.headers))


class TakesHandlers(Protocol):
    """A FastAPI or a Starlette application."""

    def add_exception_handler(self, exc_class_or_status_code: Any, handler: Callable[..., Any], /) -> None:
        """Let ``handler`` answer what is raised."""
        ...


def add_error_handler(app: TakesHandlers) -> None:
    """Answer the library's errors that reach the application with their status and a JSON body."""

    async def answer(_request: Request, error: Exception) -> Response:
        if not isinstance(error, UnderstudyError):  # what the framework promises, said for the type checker
            raise error
        return error_response(error)

    app.add_exception_handler(UnderstudyError, answer)
