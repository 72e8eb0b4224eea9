"""One question to each platform service: does it answer, does it know this user, and what is it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from understudy.cli.identity import named_or_made_up
from understudy.domain.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectionFailedError,
    MaxRetriesExceededError,
    MissingIdentityError,
    NotFoundError,
    PermissionDeniedError,
    ProviderError,
    RequestTimeoutError,
    UnderstudyError,
)
from understudy.domain.identity import RequestIdentity

if TYPE_CHECKING:
    from understudy.containers.application import ApplicationContainer
    from understudy.domain.mcp import McpServerConfig

__all__ = ["Probe", "probe_all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What came of asking one service.

    ``reachable`` and ``authorised`` are None where that did not come out; ``configured`` is False where the settings
    name no such service, which is no failure. ``latency_ms`` is the time of the one call, in milliseconds.
    """

    service: str
    use: str
    address: str = ""
    configured: bool = True
    reachable: bool | None = None
    authorised: bool | None = None
    version: str | None = None
    latency_ms: float | None = None
    problem: str | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.configured or bool(self.reachable and self.authorised and not self.problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """``ask`` makes a client and returns the call, not yet sent; ``version`` asks the real service for its own.

    ``version`` is told what the call has brought, for services that say their version there.
    """

    service: str
    family: str
    address: str
    ask: Callable[[RequestIdentity], Awaitable[Any]]
    version: Callable[[RequestIdentity, Any], Awaitable[str | None]]


async def probe_all(
    container: ApplicationContainer, identity: RequestIdentity, *, namespace: str | None, within: float
) -> list[Probe]:
    """Ask every service at once; each has ``within`` seconds. ``namespace`` is where a Llama Stack is looked for."""
    questions = list(_questions(container, namespace))
    _import_ahead({each.family for each in questions if container.settings().platform.use_of(each.family) == "real"})
    return list(await asyncio.gather(*(_probe(each, container, identity, within) for each in questions)))


def _import_ahead(families: set[str]) -> None:
    """Import what real clients import with their first call, so that it is not taken for a service's latency."""
    if families:
        import_module("understudy.providers.http.engine")
    if "mcp" in families:
        with suppress(ImportError):  # the call says which extra is missing
            import_module("understudy.providers.mcp.session")


def _questions(container: ApplicationContainer, namespace: str | None) -> Iterator[_Question]:
    settings = container.settings().platform
    platform = container.platform
    yield _Question(
        service="llama_stack",
        family="llama_stack",
        address=settings.llama_stack.base_url or "",
        ask=lambda identity: platform.llama_stack(identity, namespace=namespace).list_models(),
        version=partial(_stack_version, container, namespace),
    )
    yield _Question(
        service="maas",
        family="maas",
        address=settings.maas.base_url or "",
        ask=lambda identity: platform.maas(identity).list_models(),
        version=_unversioned,
    )
    for name, server in settings.mcp.servers.items():
        yield _Question(
            service=f"mcp {name}",
            family="mcp",
            address=server.url,
            ask=partial(_server_config, container, name),
            version=_server_version,
        )
    yield _Question(
        service="kubernetes",
        family="kubernetes",
        address=settings.kubernetes.base_url or "",
        ask=lambda identity: platform.kubernetes(identity).can_list_namespaces(),
        version=partial(_cluster_version, container),
    )


async def _stack_version(
    container: ApplicationContainer, namespace: str | None, identity: RequestIdentity, _answer: object
) -> str | None:
    service = container.platform.llama_stack_service()
    server = service.server(await service.locate(identity, namespace), safe=True)
    credentials = {"authorization": identity.authorization} if identity.authorization else {}
    answer = await server.derive(secret_headers=credentials).request("GET", "/version", operation="version")
    return _text(answer.json(), "version")


async def _unversioned(_identity: RequestIdentity, _answer: object) -> str | None:
    return None


def _server_config(container: ApplicationContainer, name: str, identity: RequestIdentity) -> Awaitable[McpServerConfig]:
    return container.platform.mcp(identity).get_server_config(name)


async def _server_version(_identity: RequestIdentity, answer: McpServerConfig) -> str | None:
    return answer.version or None


async def _cluster_version(container: ApplicationContainer, identity: RequestIdentity, _answer: object) -> str | None:
    client = container.platform.kubernetes_service().client(identity, operation="version")
    return _text((await client.request("GET", "/version", operation="version")).json(), "gitVersion")


def _text(body: object, key: str) -> str | None:
    found = body.get(key) if isinstance(body, dict) else None
    return found if isinstance(found, str) else None


async def _probe(
    question: _Question, container: ApplicationContainer, identity: RequestIdentity, within: float
) -> Probe:
    use = container.settings().platform.use_of(question.family)
    probe = Probe(service=question.service, use=use, address="" if use == "mock" else question.address)
    try:
        async with asyncio.timeout(within):
            identity = named_or_made_up(identity, use)
            call = question.ask(identity)  # before the clock starts: it imports what the service needs
            start = time.perf_counter()
            answer = await call
            latency = round((time.perf_counter() - start) * 1000, 1)
            version = await _version(question, identity, answer) if use == "real" else None
    except UnderstudyError as error:
        return _failed(probe, error)
    except TimeoutError:
        return replace(probe, reachable=False, problem=f"no answer within {within:g} s")
    return replace(probe, reachable=True, authorised=True, version=version, latency_ms=latency)


async def _version(question: _Question, identity: RequestIdentity, answer: object) -> str | None:
    try:
        return await question.version(identity, answer)
    except ProviderError:  # the service is well all the same: not every one says its version
        return None


def _failed(probe: Probe, error: UnderstudyError) -> Probe:
    if isinstance(error, MaxRetriesExceededError):
        error = error.last_error
    if not probe.address and _names_nothing(error):
        return replace(probe, configured=False, problem=str(error))
    reachable, authorised = _meaning(error)
    return replace(probe, reachable=reachable, authorised=authorised, problem=str(error))


def _names_nothing(error: UnderstudyError) -> bool:
    return isinstance(error, ConfigurationError) or (isinstance(error, NotFoundError) and error.phase == "connect")


def _meaning(error: UnderstudyError) -> tuple[bool | None, bool | None]:
    """Whether the service was reached, and whether it has accepted the user, as far as an error says."""
    match error:
        case MissingIdentityError():
            return None, False
        case AuthenticationError() | PermissionDeniedError():
            return True, False
        case ConnectionFailedError() | RequestTimeoutError():
            return False, None
        case ProviderError(status=status) if status is not None:
            return True, None
    return None, None
