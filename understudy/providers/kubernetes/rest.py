"""The API server's verbs on its resources, over whatever carries them: HTTP, or the stand-in's cluster."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from understudy.domain.errors import InvalidRequestError, ResponseDecodeError
from understudy.providers.kubernetes.resources import Resource

__all__ = ["Carrier", "Rest"]

_PAGE = 500
_PAGES = 200  # a server that never ends its list is broken
_ATTEMPTS = 5
_PAUSE = 0.01


class Carrier(Protocol):
    """Takes one request to the API server. Raises ProviderError for an answer with status 400 and above."""

    async def call(
        self,
        method: str,
        path: str,
        *,
        operation: str,
        json: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Any:
        """The decoded JSON of the answer."""
        ...


class Rest:
    """The verbs, for one operation of a client: its name is in the errors."""

    __slots__ = ("_carrier", "operation")

    def __init__(self, carrier: Carrier, operation: str) -> None:
        self._carrier = carrier
        self.operation = operation

    async def get(self, resource: Resource, name: str, *, namespace: str | None = None) -> Mapping[str, Any]:
        """One object."""
        return await self._object("GET", resource.path(namespace, name))

    async def list(
        self, resource: Resource, *, namespace: str | None = None, labels: str | None = None
    ) -> tuple[Mapping[str, Any], ...]:
        """All objects that ``labels``, a label selector, takes; page by page."""
        params = {"limit": str(_PAGE), **({"labelSelector": labels} if labels else {})}
        found: list[Mapping[str, Any]] = []
        for _ in range(_PAGES):
            page = await self._object("GET", resource.path(namespace), params=params)
            items = page.get("items")
            if items is not None and not isinstance(items, list):
                break
            found.extend(item for item in items or () if isinstance(item, Mapping))
            metadata = page.get("metadata")
            more = metadata.get("continue") if isinstance(metadata, Mapping) else None
            if not more:
                return tuple(found)
            params = {**params, "continue": str(more)}
        raise self.undecodable(f"the list of {resource.full_name} has no end or no items")

    async def create(
        self, resource: Resource, body: Mapping[str, Any], *, namespace: str | None = None
    ) -> Mapping[str, Any]:
        """Make a new object; the answer is the object as the server has it."""
        return await self._object("POST", resource.path(namespace), json=body)

    async def delete(self, resource: Resource, name: str, *, namespace: str | None = None) -> None:
        """Delete an object, and after it what it owns."""
        await self._object("DELETE", resource.path(namespace, name), params={"propagationPolicy": "Background"})

    async def change(
        self,
        resource: Resource,
        current: Mapping[str, Any],
        change: Callable[[Mapping[str, Any]], Mapping[str, Any]],
        *,
        namespace: str,
    ) -> Mapping[str, Any]:
        """Replace ``current`` by what ``change`` makes of it; where it has changed meanwhile, read it and try again."""
        name = current["metadata"]["name"]
        for attempt in range(1, _ATTEMPTS):
            try:
                return await self._object("PUT", resource.path(namespace, name), json=change(current))
            except InvalidRequestError as error:
                if error.code != "CONFLICT":
                    raise
            await asyncio.sleep(_PAUSE * attempt)
            current = await self.get(resource, name, namespace=namespace)
        return await self._object("PUT", resource.path(namespace, name), json=change(current))

    def undecodable(self, what: str) -> ResponseDecodeError:
        """The error for an answer that is not what the API says."""
        return ResponseDecodeError(
            f"The API server's answer cannot be used: {what}.",
            provider="kubernetes",
            operation=self.operation,
            phase="decode",
            code="INTERNAL_ERROR",
        )

    async def _object(
        self,
        method: str,
        path: str,
        *,
        json: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Mapping[str, Any]:
        body = await self._carrier.call(method, path, operation=self.operation, json=json, params=params)
        if not isinstance(body, Mapping):
            raise self.undecodable("it is not a JSON object")
        return body
