"""The ASGI middleware: who is let through, what the others are told, and what is bound for how long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from understudy import ApplicationContainer, MissingIdentityError, RequestIdentity, Settings, open_container
from understudy.config.models.platform import IdentitySettings
from understudy.integrations.asgi import STATE_KEY, IdentityMiddleware
from understudy.integrations.clients import RequestClients, bind, current_clients

SETTINGS = Settings.model_validate({"platform": {"use": "mock"}})
ADA = {"Authorization": "Bearer ada"}


@pytest.fixture
async def container() -> AsyncIterator[ApplicationContainer]:
    async with open_container(SETTINGS) as opened:
        yield opened


class App:
    """Answers 200 and remembers who asked."""

    def __init__(self) -> None:
        self.users: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        clients = current_clients()
        assert scope["state"][STATE_KEY] is clients
        assert clients.identity.token is not None
        self.users.append(clients.identity.token.reveal())
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})


async def anonymous(scope: Any, receive: Any, send: Any) -> None:
    """Answers 200 where nobody is bound."""
    with pytest.raises(MissingIdentityError):
        current_clients()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"anonymous"})


async def test_the_clients_are_bound_while_the_application_handles_the_request(
    server: Any, container: ApplicationContainer
) -> None:
    app = App()
    exchange = await server.http(IdentityMiddleware(app, container), headers=ADA)

    assert (exchange.status, exchange.body, app.users) == (200, b"ok", ["ada"])
    with pytest.raises(MissingIdentityError, match="No user is bound"):
        current_clients()


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Basic ada"}, {"Authorization": "Bearer "}, {**ADA, "X-MCP-Bearer": "mcp"}],
    ids=["missing", "another scheme", "empty", "malformed MCP token"],
)
async def test_a_missing_or_malformed_token_is_a_401_with_a_json_body(
    server: Any, container: ApplicationContainer, headers: dict[str, str]
) -> None:
    app = App()
    exchange = await server.http(IdentityMiddleware(app, container), headers=headers)

    assert exchange.status == 401
    assert exchange.json()["error"]["code"] == "UNAUTHORIZED"
    assert exchange.headers["content-type"] == "application/json"
    assert exchange.headers["content-length"] == str(len(exchange.body))
    assert exchange.headers["www-authenticate"] == "Bearer"
    assert exchange.headers["cache-control"] == "no-store"
    assert b"ada" not in exchange.body
    assert app.users == []


async def test_a_websocket_is_bound_like_a_request(server: Any, container: ApplicationContainer) -> None:
    app = App()
    exchange = await server.websocket(IdentityMiddleware(app, container), headers=ADA)

    assert [message["type"] for message in exchange.sent] == ["websocket.accept"]
    assert app.users == ["ada"]


async def test_a_websocket_without_a_token_is_closed_before_it_is_accepted(
    server: Any, container: ApplicationContainer
) -> None:
    exchange = await server.websocket(IdentityMiddleware(App(), container))
    assert exchange.sent == [{"type": "websocket.close", "code": 1008, "reason": "unauthorized"}]


async def test_a_websocket_is_refused_with_the_same_answer_where_the_server_can_send_one(
    server: Any, container: ApplicationContainer
) -> None:
    middleware = IdentityMiddleware(App(), container)
    exchange = await server.websocket(middleware, extensions={"websocket.http.response": {}})

    assert [message["type"] for message in exchange.sent] == [
        "websocket.http.response.start",
        "websocket.http.response.body",
    ]
    assert (exchange.status, exchange.json()["error"]["code"]) == (401, "UNAUTHORIZED")


@pytest.mark.parametrize("path", ["/healthz", "/static/app.js", "/static/deep/app.js", "/static/"])
async def test_an_exempt_path_needs_no_identity_and_gets_none(
    server: Any, container: ApplicationContainer, path: str
) -> None:
    middleware = IdentityMiddleware(anonymous, container, exempt=["/healthz", "/static/*"])
    assert (await server.http(middleware, path)).body == b"anonymous"
    assert (await server.http(middleware, path, headers=ADA)).body == b"anonymous"


@pytest.mark.parametrize(
    "path", ["/", "/healthz/", "/healthzz", "/static", "/static/../admin", "/static/..", "/static//x", "/api/healthz"]
)
async def test_other_paths_are_not_exempt(server: Any, container: ApplicationContainer, path: str) -> None:
    middleware = IdentityMiddleware(anonymous, container, exempt=["/healthz", "/static/*"])
    assert (await server.http(middleware, path)).status == 401


async def test_exempt_paths_are_those_below_the_applications_own_root(
    server: Any, container: ApplicationContainer
) -> None:
    middleware = IdentityMiddleware(anonymous, container, exempt="/healthz")
    assert (await server.http(middleware, "/api/healthz", root_path="/api")).status == 200
    assert (await server.http(middleware, "/apihealthz", root_path="/api")).status == 401
    assert (await server.http(middleware, "/healthz", root_path="/api")).status == 200


async def test_the_headers_are_those_of_the_settings(server: Any) -> None:
    said = {"token_header": "x-forwarded-access-token", "token_prefix": ""}
    settings = {"platform": {"use": "mock", "identity": said}}
    app = App()
    async with open_container(settings) as container:
        exchange = await server.http(IdentityMiddleware(app, container), headers={"x-forwarded-access-token": "ada"})
        assert exchange.status == 200
        own = IdentityMiddleware(app, container, settings=IdentitySettings())
        assert (await server.http(own, headers={"x-forwarded-access-token": "ada"})).status == 401
        assert (await server.http(own, headers={"Authorization": "Bearer bob"})).status == 200
    assert app.users == ["ada", "bob"]


async def test_what_the_application_raises_passes_and_nothing_stays_bound(
    server: Any, container: ApplicationContainer
) -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await server.http(IdentityMiddleware(broken, container), headers=ADA)
    with pytest.raises(MissingIdentityError):
        current_clients()


async def test_requests_that_run_at_once_see_their_own_user_only(server: Any, container: ApplicationContainer) -> None:
    """Also in the tasks and threads that a request starts."""
    seen: list[tuple[str, str, str, str]] = []

    def token() -> str:
        return str(current_clients().identity.require_token().reveal())

    async def later() -> str:
        await asyncio.sleep(0)
        return token()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        first = token()
        in_task = await asyncio.create_task(later())
        in_thread = await asyncio.to_thread(token)
        seen.append((first, in_task, in_thread, token()))

    middleware = IdentityMiddleware(app, container)
    await asyncio.gather(
        *(server.http(middleware, headers={"Authorization": f"Bearer user-{number}"}) for number in range(20))
    )
    assert sorted(seen) == sorted((f"user-{number}",) * 4 for number in range(20))


async def test_other_kinds_of_connections_pass_untouched(server: Any, container: ApplicationContainer) -> None:
    kinds: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        kinds.append(scope["type"])

    middleware = IdentityMiddleware(app, container)
    await middleware({"type": "lifespan"}, None, None)  # type: ignore[arg-type]  # an open container: not its business
    await middleware({"type": "webtransport"}, None, None)  # type: ignore[arg-type]
    assert kinds == ["lifespan", "webtransport"]


async def test_clients_are_bound_by_hand_for_a_job(container: ApplicationContainer) -> None:
    clients = RequestClients(container, RequestIdentity.of("job"))
    with bind(clients):
        assert current_clients() is clients
    with pytest.raises(MissingIdentityError):
        current_clients()


class Opened:
    """Opens containers, and knows which are open."""

    def __init__(self, *, failing: str | None = None) -> None:
        self.log: list[str] = []
        self.failing = failing

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[ApplicationContainer]:
        if self.failing == "open":
            raise ConnectionError("the settings' store is away")
        async with open_container(SETTINGS) as container:
            self.log.append("open")
            yield container
        self.log.append("closed")
        if self.failing == "close":
            raise ConnectionError("a pool does not close")


def with_lifespan(log: list[str]) -> Any:
    """An application with a lifespan of its own."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            log.append(current_clients().identity.require_token().reveal())
            return
        await receive()
        log.append("app started")
        await send({"type": "lifespan.startup.complete"})
        await receive()
        log.append("app stopped")
        await send({"type": "lifespan.shutdown.complete"})

    return app


async def test_the_servers_lifespan_opens_and_closes_the_container_around_the_applications_own(
    server: Any, lifespan: Any
) -> None:
    opened = Opened()
    middleware = IdentityMiddleware(with_lifespan(opened.log), opened)

    async def heard(scope: Any, receive: Any, send: Any) -> None:
        async def tell(message: Any) -> None:
            opened.log.append(message["type"])
            await send(message)

        await middleware(scope, receive, tell)

    async with lifespan(heard) as life:
        await server.http(middleware, headers=ADA)
    assert opened.log == [
        "open",
        "app started",
        "lifespan.startup.complete",
        "ada",
        "app stopped",
        "closed",
        "lifespan.shutdown.complete",
    ]
    assert life.error is None


@pytest.mark.parametrize("manner", ["raises", "asks and raises", "returns"])
async def test_an_application_without_a_lifespan_is_given_one(server: Any, lifespan: Any, manner: str) -> None:
    opened, app = Opened(), App()

    async def without(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        if manner == "asks and raises":
            await receive()
        if manner != "returns":
            raise AssertionError("http only")

    middleware = IdentityMiddleware(without, opened)
    async with lifespan(middleware) as life:
        assert (await server.http(middleware, headers=ADA)).status == 200
    assert opened.log == ["open", "closed"]
    assert [message["type"] for message in life.said] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_a_container_that_does_not_open_fails_the_startup(lifespan: Any) -> None:
    async with lifespan(IdentityMiddleware(App(), Opened(failing="open"))) as life:
        pass
    assert life.said[0]["type"] == "lifespan.startup.failed"
    assert "the settings' store is away" in life.said[0]["message"]
    assert isinstance(life.error, ConnectionError)


async def test_a_container_that_does_not_close_fails_the_shutdown(lifespan: Any) -> None:
    log: list[str] = []
    async with lifespan(IdentityMiddleware(with_lifespan(log), Opened(failing="close"))) as life:
        pass
    assert [message["type"] for message in life.said] == ["lifespan.startup.complete", "lifespan.shutdown.failed"]
    assert isinstance(life.error, ConnectionError)


async def test_an_application_that_fails_to_start_is_heard_and_the_container_closed(lifespan: Any) -> None:
    opened = Opened()

    async def failing(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})
        raise ValueError("no database")

    async with lifespan(IdentityMiddleware(failing, opened)) as life:
        pass
    assert life.said[0] == {"type": "lifespan.startup.failed", "message": "no database"}
    assert isinstance(life.error, ValueError)
    assert opened.log == ["open", "closed"]


async def test_a_server_without_a_lifespan_is_told_what_to_do(server: Any) -> None:
    with pytest.raises(RuntimeError, match="lifespan on"):
        await server.http(IdentityMiddleware(App(), Opened()), headers=ADA)


async def test_a_middleware_serves_one_lifespan_after_another(server: Any, lifespan: Any) -> None:
    opened = Opened()
    app = App()
    middleware = IdentityMiddleware(app, opened)

    async def without_lifespan(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await app(scope, receive, send)

    middleware.app = without_lifespan
    for _ in range(2):
        async with lifespan(middleware):
            assert (await server.http(middleware, headers=ADA)).status == 200
    assert opened.log == ["open", "closed", "open", "closed"]
