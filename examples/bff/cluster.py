"""The endpoints over everything else: models, namespaces, MCP tools and MaaS tokens."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel

from understudy.integrations.fastapi import Identity, Kubernetes, Maas, Mcp
from understudy.integrations.plain import plain

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["platform"])


@router.get("/models")
async def models(request: Request, identity: Identity, namespace: str | None = None) -> Any:
    """The models of Llama Stack and of MaaS, from the application's own catalog."""
    catalog = request.app.state.application.catalog()
    return plain(await catalog.models(identity, namespace=namespace))


@router.get("/namespaces")
async def namespaces(kubernetes: Kubernetes) -> Any:
    return plain(await kubernetes.list_namespaces())


@router.get("/user")
async def user(kubernetes: Kubernetes) -> Any:
    return {"user": await kubernetes.get_user(), "cluster_admin": await kubernetes.is_cluster_admin()}


@router.get("/mcp/servers")
async def mcp_servers(mcp: Mcp) -> Any:
    return plain(await mcp.list_servers())


@router.get("/mcp/status")
async def mcp_status(mcp: Mcp, server: str) -> Any:
    """Only listed servers are ever asked; any other is a 400."""
    return plain(await mcp.check_connection_status(server))


@router.get("/mcp/tools")
async def mcp_tools(mcp: Mcp, server: str) -> Any:
    return plain(await mcp.list_tools(server))


class ToolCall(BaseModel):
    server: str
    tool: str
    arguments: dict[str, Any] = {}


@router.post("/mcp/tools/call")
async def call_tool(mcp: Mcp, call: ToolCall) -> Any:
    return plain(await mcp.call_tool(call.server, call.tool, call.arguments))


class NewToken(BaseModel):
    expiration: str = "4h"


@router.post("/maas/tokens", status_code=201)
async def issue_token(maas: Maas, new: NewToken) -> Any:
    """The only answer of this service that has a credential in it: it is the user's own, and asked for."""
    token = await maas.issue_token(expiration=new.expiration)
    return {**plain(token), "token": token.token.reveal()}


@router.delete("/maas/tokens", status_code=204)
async def revoke_tokens(maas: Maas) -> None:
    await maas.revoke_all_tokens()
