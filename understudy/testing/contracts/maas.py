"""What every MaasClient does, a service's and a stand-in's alike: pytest classes to be derived from.

class TestMine(MaasContract):
@pytest.fixture
async def client(self): ...     # a client of a service that offers at least one model
"""

# ruff: noqa: S101 - pytest shows what an assertion compared
from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from understudy.domain.errors import InvalidRequestError, ProviderError
from understudy.domain.identity import RequestIdentity
from understudy.domain.maas import MaasClient
from understudy.domain.secrets import Secret

__all__ = ["MaasContract", "MaasUserContract", "MaasUserStage"]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class MaasUserStage:
    """What the contract of users plays on.

    ``client`` makes a client for an identity; all share one service, as in one program. ``is_valid`` asks the service
    whether it takes a token, ``asked`` says how many requests have reached it.
    """

    client: Callable[[RequestIdentity], MaasClient]
    is_valid: Callable[[Secret], bool]
    asked: Callable[[], int]


class MaasUserContract:
    """Tokens belong to the user who asked for them."""

    @pytest.fixture
    def stage(self) -> MaasUserStage:
        """What is played on; a class that derives from this one has its own."""
        raise NotImplementedError("give the contract a `stage` fixture")

    @pytest.fixture
    def alice(self, stage: MaasUserStage) -> MaasClient:
        """A client of one user."""
        return stage.client(RequestIdentity.of("alice-token-1234", user="alice"))

    @pytest.fixture
    def bob(self, stage: MaasUserStage) -> MaasClient:
        """A client of another."""
        return stage.client(RequestIdentity.of("bob-token-5678", user="bob"))

    async def test_issued_tokens_are_valid_until_they_are_revoked(
        self, stage: MaasUserStage, alice: MaasClient
    ) -> None:
        """All of the user's, kept ones included, at the service itself."""
        tokens = [(await alice.issue_token()).token, await alice.token_for("m")]
        assert all(map(stage.is_valid, tokens))
        await alice.revoke_all_tokens()
        assert not any(map(stage.is_valid, tokens))

    async def test_users_do_not_share_kept_tokens(
        self, stage: MaasUserStage, alice: MaasClient, bob: MaasClient
    ) -> None:
        """Nor does one's revoking touch the other's; another client of the same user has the same."""
        hers, his = await alice.token_for("m"), await bob.token_for("m")
        assert hers != his
        again = stage.client(RequestIdentity.of("alice-token-1234", user="alice"))
        assert await again.token_for("m") == hers
        await alice.revoke_all_tokens()
        assert await bob.token_for("m") == his
        assert stage.is_valid(his)
        assert not stage.is_valid(hers)

    async def test_a_kept_token_asks_nobody(self, stage: MaasUserStage, alice: MaasClient) -> None:
        """One request for as many calls as come."""
        await alice.token_for("m")
        before = stage.asked()
        await alice.token_for("m")
        assert stage.asked() == before

    async def test_a_token_s_life_is_told(self, alice: MaasClient) -> None:
        """As the service writes durations."""
        assert (await alice.issue_token(expiration="1h30m")).expiration == "1h30m0s"
        assert (await alice.issue_token(expiration=600)).expiration == "10m0s"

    async def test_models_have_what_the_service_says_of_them(self, alice: MaasClient) -> None:
        """Readiness, address, owner and age are those of the raw entry."""
        for model in await alice.list_models():
            assert model.raw["id"] == model.id
            assert (model.ready, model.url) == (model.raw["ready"], model.raw["url"])
            assert (model.owned_by, model.created_at) == (model.raw["owned_by"], model.raw["created"])
            assert isinstance(model.created_at, int)
