"""The body of a request for a response, and the provider data that goes with it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from understudy.domain.identity import RequestIdentity
from understudy.domain.llama_stack import ChatTurn, McpTool, ResponseInput
from understudy.domain.secrets import MASK, Secret
from understudy.providers.llama_stack.checks import check_number, invalid, segment, text

__all__ = ["provider_data_of", "response_body", "secrets_of", "without_credentials"]

_ROLES = frozenset({"user", "assistant", "system", "developer"})
_MAAS = "maas-"


def response_body(
    operation: str,
    asked: ResponseInput,
    *,
    model: str,
    instructions: str | None,
    context: Sequence[ChatTurn],
    previous_response_id: str | None,
    temperature: float | None,
    top_p: float | None,
    store: bool,
    vector_store_ids: Sequence[str],
    mcp_tools: Sequence[McpTool],
    stream: bool,
) -> dict[str, Any]:
    """The body, checked. Raises InvalidRequestError."""
    check_number(operation, "temperature", temperature, 0, 2)
    check_number(operation, "top_p", top_p, 0, 1)
    body: dict[str, Any] = {
        "model": text(operation, "model", model),
        "input": _input(operation, asked, context),
        "store": store,
    }
    optional = {
        "instructions": instructions,
        "previous_response_id": previous_response_id,
        "temperature": temperature,
        "top_p": top_p,
    }
    body |= {name: value for name, value in optional.items() if value is not None}
    tools = [_mcp_tool(operation, tool) for tool in mcp_tools]
    if vector_store_ids:
        ids = [segment(operation, "vector_store_ids", each) for each in vector_store_ids]
        tools.insert(0, {"type": "file_search", "vector_store_ids": ids})
        body["include"] = ["file_search_call.results"]
    if tools:
        body["tools"] = tools
    if stream:
        body["stream"] = True
    return body


def provider_data_of(
    identity: RequestIdentity,
    *,
    model: str,
    maas_token: Secret | None,
    provider_data: Mapping[str, Any] | None,
) -> Secret | None:
    """The provider data's header as JSON, where there is any."""
    if provider_data is not None:
        return Secret(json.dumps({name: _clear(value) for name, value in provider_data.items()}))
    token = maas_token if maas_token is not None and model.startswith(_MAAS) else identity.token
    return None if token is None else Secret(json.dumps({"vllm_api_token": token.reveal()}))


def secrets_of(
    identity: RequestIdentity,
    *,
    maas_token: Secret | None,
    provider_data: Mapping[str, Any] | None,
    tools: Sequence[McpTool],
) -> tuple[Secret, ...]:
    """The credentials that a request has in it."""
    given = (identity.token, maas_token, *(provider_data or {}).values(), *(tool.authorization for tool in tools))
    return tuple(value for value in given if isinstance(value, Secret))


def without_credentials(fields: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Secret, ...]]:
    """A raw body's fields with its tools' credentials masked, and these credentials."""
    found: list[Secret] = []
    tools = fields.get("tools")
    if not isinstance(tools, Sequence) or isinstance(tools, str | bytes):
        return dict(fields), ()
    shown = []
    for tool in tools:
        if isinstance(tool, Mapping) and isinstance(tool.get("authorization"), str):
            found.append(Secret(tool["authorization"]))
            shown.append({**tool, "authorization": MASK})
        else:
            shown.append(tool)
    return {**fields, "tools": shown}, tuple(found)


def _clear(value: Any) -> Any:
    return value.reveal() if isinstance(value, Secret) else value


def _input(operation: str, asked: ResponseInput, context: Sequence[ChatTurn]) -> str | list[Mapping[str, Any]]:
    if isinstance(asked, str):
        question = text(operation, "input", asked)
        if not context:
            return question
        own: list[Mapping[str, Any]] = [_message("user", question)]
    else:
        own = list(asked)
        if not own:
            raise invalid(operation, "input is required.")
    return [*(_message(turn.role, turn.content) for turn in context), *own]


def _message(role: str, content: str) -> dict[str, Any]:
    return {"type": "message", "role": role if role in _ROLES else "user", "content": content}


def _mcp_tool(operation: str, tool: McpTool) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "mcp",
        "server_label": text(operation, "server_label", tool.server_label),
        "server_url": text(operation, "server_url", tool.server_url),
    }
    if tool.authorization is not None:
        made["authorization"] = tool.authorization.reveal()
    if tool.allowed_tools is not None:
        made["allowed_tools"] = list(tool.allowed_tools)
    return made
