"""What every MaasClient does, a service's and a stand-in's alike: pytest classes to be derived from.

class TestMine(MaasContract):
@pytest.fixture
async def client(self): ...     # a client of a service that offers at least one model
"""

# ruff: noqa: S101 - pytest shows what an assertion compared
from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from understudy.domain.errors import InvalidRequestError, ProviderError
from understudy.domain.maas import MaasClient

__all__ = ["MaasContract"]


class MaasContract:
    """The behaviour of the port, seen through the port alone."""

    @pytest.fixture
    def client(self) -> Iterator[MaasClient]:
        """The client; a class that derives from this one has its own."""
        raise NotImplementedError

    async def test_models_say_whether_and_where_they_are_served(self, client: MaasClient) -> None:
        """Each has an id; a ready one has a URL."""
        models = await client.list_models()
        assert models
        for model in models:
            assert model.id
            assert model.url or not model.ready
            assert model.raw["object"] == "model"

    @pytest.mark.parametrize(("asked", "seconds"), [("4h", 14400), ("1h30m", 5400), ("600", 600), (1200, 1200)])
    async def test_a_token_lives_as_long_as_was_asked_for(
        self, client: MaasClient, asked: str | int, seconds: int
    ) -> None:
        """Durations, and seconds as a number or a text."""
        issued = await client.issue_token(expiration=asked)
        assert issued.token
        assert issued.expires_at is not None
        assert abs(issued.expires_at - time.time() - seconds) < 60
        assert issued.token.reveal() not in repr(issued)

    async def test_tokens_are_new_each_time(self, client: MaasClient) -> None:
        """Issuing does not keep."""
        assert (await client.issue_token()).token != (await client.issue_token()).token

    @pytest.mark.parametrize("asked", ["9m59s", "599", 599, 0, -600, "", "soon", "4 h", "4d", "h", "1e9h", True])
    async def test_a_short_or_malformed_expiration_is_refused(self, client: MaasClient, asked: str | int) -> None:
        """Not turned into a default; nothing is sent."""
        with pytest.raises(InvalidRequestError) as caught:
            await client.issue_token(expiration=asked)
        assert (caught.value.code, caught.value.status) == ("INVALID_REQUEST", None)

    async def test_a_token_is_kept_for_namespace_and_model(self, client: MaasClient) -> None:
        """The same again, another for another."""
        first = await client.token_for("m", namespace="a")
        assert await client.token_for("m", namespace="a") == first
        others = {await client.token_for("n", namespace="a"), await client.token_for("m", namespace="b")}
        assert first not in others
        assert len(others) == 2

    async def test_many_that_ask_at_once_get_one_token(self, client: MaasClient) -> None:
        """Single flight."""
        tokens = await asyncio.gather(*(client.token_for("m") for _ in range(20)))
        assert len(set(tokens)) == 1

    async def test_revoked_tokens_are_not_given_out_again(self, client: MaasClient) -> None:
        """The next one is new."""
        before = await client.token_for("m")
        await client.revoke_all_tokens()
        assert await client.token_for("m") != before

    async def test_a_model_without_a_name_is_refused(self, client: MaasClient) -> None:
        """Before anything is sent."""
        with pytest.raises(InvalidRequestError) as caught:
            await client.token_for("")
        assert caught.value.code == "INVALID_REQUEST"

    async def test_a_closed_client_refuses(self, client: MaasClient) -> None:
        """Closing twice is no fault; asking afterwards is."""
        await client.aclose()
        await client.aclose()
        with pytest.raises(ProviderError):
            await client.list_models()
