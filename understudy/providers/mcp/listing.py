"""Which servers may be asked: those of the settings, and those of a ConfigMap."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from understudy.config.models.platform import McpServer
from understudy.domain.errors import InvalidRequestError, near_match
from understudy.domain.mcp import McpListedServer, McpTransport

__all__ = ["find_server", "servers_of_data", "servers_of_settings"]

_log = logging.getLogger("understudy.mcp")
_TRANSPORTS: Mapping[str, McpTransport] = {"sse": "sse", "streamable-http": "streamable-http"}
_MOST = 1000  # a ConfigMap holds 1 MiB; more servers than this are not a list for anybody to choose from


def servers_of_settings(servers: Mapping[str, McpServer]) -> tuple[McpListedServer, ...]:
    """The servers of ``platform.mcp.servers``."""
    return tuple(
        McpListedServer(name=name, url=said.url, transport=said.transport, description=said.description, logo=said.logo)
        for name, said in servers.items()
    )


def servers_of_data(data: Mapping[str, str]) -> tuple[McpListedServer, ...]:
    """The servers of a ConfigMap's data: names, and JSON objects with url, transport, description and logo.

    An entry that cannot be used is left out, with a warning in the log; a transport that does not exist is logged and
    becomes streamable-http.
    """
    found = []
    for name, value in list(data.items())[:_MOST]:
        try:
            found.append(_entry(name, json.loads(value)))
        except (ValueError, RecursionError) as error:
            # A decoder's words may quote the value; pydantic's are told not to.
            reason = "it is not JSON" if isinstance(error, json.JSONDecodeError | RecursionError) else str(error)
            _log.warning("the MCP server %r of the ConfigMap is left out: %s", name, reason)
    return tuple(found)


def find_server(servers: Iterable[McpListedServer], asked: str, *, operation: str) -> McpListedServer:
    """The listed server of this URL or name. Raises InvalidRequestError for any other, before any traffic."""
    listed = tuple(servers)
    wanted = _normal(asked)
    for server in listed:
        if asked == server.name or (wanted and wanted == _normal(server.url)):
            return server
    names = [server.name for server in listed]
    near = near_match(asked, [*names, *(server.url for server in listed)])
    raise InvalidRequestError(
        f"The MCP server {_shown(asked)!r} is not listed; nothing was sent. Listed: {', '.join(names) or 'none'}.",
        provider="mcp",
        operation=operation,
        code="INVALID_REQUEST",
        hint=f"Did you mean {near!r}?" if near else "List it in platform.mcp.servers.",
    )


def _entry(name: str, said: Any) -> McpListedServer:
    if not isinstance(said, dict):
        raise ValueError("it is not a JSON object")
    transport = said.get("transport") or "streamable-http"
    if transport not in _TRANSPORTS:
        _log.warning("the MCP server %r has the unknown transport %.40r: taken as streamable-http", name, transport)
        transport = "streamable-http"
    server = McpServer(url=said.get("url", ""))
    return McpListedServer(
        name=name,
        url=server.url,
        transport=_TRANSPORTS[transport],
        description=_text(said, "description") or "",
        logo=_text(said, "logo"),
    )


def _text(said: Mapping[str, Any], key: str) -> str | None:
    value = said.get(key)
    return value if isinstance(value, str) else None


def _normal(url: str) -> tuple[str, str, int | None, str] | None:
    """What tells two servers apart in a URL; None for what is not the plain URL of one."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        return None
    return parts.scheme, parts.hostname, port, parts.path.rstrip("/")


def _shown(asked: str) -> str:
    """The server as it was asked for, without what may be a credential."""
    try:
        parts = urlsplit(asked)
    except ValueError:
        return "a malformed URL"
    return asked[:200] if not parts.scheme else f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"[:200]
