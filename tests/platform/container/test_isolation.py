"""Nothing of one user reaches another: one pool, many users, and a server that tries to mix them up with cookies."""

import asyncio
import random
from typing import Any

import pytest

from understudy import ApplicationContainer, RequestIdentity, open_container

USERS = [RequestIdentity.of("ada-token", user="ada"), RequestIdentity.of("bob-token", user="bob")]


async def ask(container: ApplicationContainer, service: str, identity: RequestIdentity) -> str:
    """What the server said of the caller."""
    if service == "kubernetes":
        (namespace,) = await container.platform.kubernetes(identity).list_namespaces()
        return namespace.name
    client = getattr(container.platform, service)(identity)
    (model,) = await client.list_models()
    return str(model.id)


async def crossings(echo: Any, calls: int) -> int:
    """How many answers of interleaved calls were another user's; the order is mixed, the seed is not."""
    settings = {"platform": {name: {"base_url": echo.url} for name in ("llama_stack", "maas", "kubernetes")}}
    plan = [(service, USERS[number % 2]) for number in range(calls // 3 + 1) for service in settings["platform"]][
        :calls
    ]
    random.Random(4).shuffle(plan)  # noqa: S311 - an order, not a secret

    async with open_container(settings) as container:

        async def work(mine: list[tuple[str, RequestIdentity]]) -> int:
            found = 0
            for service, identity in mine:
                found += await ask(container, service, identity) != identity.require_token().reveal()
            return found

        wrong = sum(await asyncio.gather(*(work(plan[start::40]) for start in range(40))))
    assert len(echo.seen) == calls
    assert {headers["authorization"] for headers in echo.seen} == {"Bearer ada-token", "Bearer bob-token"}
    assert [headers for headers in echo.seen if "cookie" in headers] == []
    return wrong


async def test_500_interleaved_calls_of_two_users_never_cross(echo: Any) -> None:
    assert await crossings(echo, 500) == 0


@pytest.mark.slow
async def test_10000_interleaved_calls_of_two_users_never_cross(echo: Any) -> None:
    assert await crossings(echo, 10_000) == 0


@pytest.mark.parametrize("service", ["llama_stack", "maas", "kubernetes"])
async def test_a_request_without_a_token_sends_none_of_the_last_users(echo: Any, service: str) -> None:
    from understudy import MissingIdentityError

    async with open_container({"platform": {service: {"base_url": echo.url}}}) as container:
        await ask(container, service, USERS[0])
        with pytest.raises(MissingIdentityError, match=service):
            await ask(container, service, RequestIdentity.of(None))
    assert len(echo.seen) == 1
