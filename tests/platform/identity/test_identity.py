"""A request's identity: checked, silent about itself, and distinct for each user."""

import pickle
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy import AuthenticationError, InvalidIdentityError, MissingIdentityError, RequestIdentity, Secret

TOKEN = "sha256~ada-Secret"


def test_an_identity_of_plain_strings_carries_ready_made_header_values() -> None:
    identity = RequestIdentity.of(TOKEN, mcp_token="mcp", user="ada", groups=["a", "b"])

    assert identity.require_token().reveal() == TOKEN
    assert identity.authorization == Secret(f"Bearer {TOKEN}")
    assert identity.mcp_authorization == Secret("Bearer mcp")
    assert (identity.user, identity.groups) == ("ada", ("a", "b"))


def test_an_anonymous_identity_is_refused_where_a_token_is_needed() -> None:
    identity = RequestIdentity.of(None, user="ada")

    assert identity.authorization is None
    with pytest.raises(MissingIdentityError, match="maas issue_token") as caught:
        identity.require_token(provider="maas", operation="issue_token")
    assert isinstance(caught.value, AuthenticationError)


@pytest.mark.parametrize("bad", ["", " ", "a b", "a\n", "\ta", "a\x00b", "a\x7f", "é", "ключ", "a\r\nX-Admin: 1"])
@pytest.mark.parametrize("field", ["token", "mcp_token"])
def test_a_token_that_no_header_can_carry_is_refused_without_being_shown(bad: str, field: str) -> None:
    words = {"token": TOKEN, field: f"{bad}{TOKEN}{bad}" if bad else ""}
    with pytest.raises(InvalidIdentityError) as caught:
        RequestIdentity.of(**words)

    assert TOKEN not in str(caught.value)


def test_a_refused_token_is_in_no_frame_of_the_library() -> None:
    with pytest.raises(InvalidIdentityError) as caught:
        RequestIdentity.of(TOKEN + "\n")

    frames = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__)][1:]
    assert frames
    assert not any(TOKEN in repr(frame.f_locals) for frame in frames)


@pytest.mark.parametrize("user", ["", "ada\n", "a\x00"])
def test_a_user_or_group_that_is_not_plain_text_is_refused(user: str) -> None:
    with pytest.raises(InvalidIdentityError, match="user"):
        RequestIdentity.of(TOKEN, user=user)
    with pytest.raises(InvalidIdentityError, match="group"):
        RequestIdentity.of(TOKEN, groups=["a", user])


def test_a_token_that_is_no_secret_is_refused() -> None:
    with pytest.raises(InvalidIdentityError, match=r"RequestIdentity\.of"):
        RequestIdentity("plain")  # type: ignore[arg-type]


@given(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=4),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=4),
)
def test_nothing_of_an_identity_is_in_its_repr(token: str, mcp_token: str) -> None:
    silent = repr(RequestIdentity.of("other-token-0", mcp_token="other-token-1", user="someone", groups=["all"]))
    assert repr(RequestIdentity.of(token, mcp_token=mcp_token, user=token, groups=[mcp_token])) == silent


def test_an_identity_is_not_pickled() -> None:
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(RequestIdentity.of(TOKEN))


def test_equal_identities_are_equal_and_hash_alike() -> None:
    assert RequestIdentity.of("a", user="u") == RequestIdentity.of(Secret("a"), user="u")
    assert len({RequestIdentity.of("a"), RequestIdentity.of("a"), RequestIdentity.of("b")}) == 2


parts = st.tuples(
    st.text("ab:1", min_size=1, max_size=6),
    st.none() | st.text("ab:1", min_size=1, max_size=6),
    st.none() | st.text("ab:1", min_size=1, max_size=6),
)


@given(parts, parts)
def test_two_identities_share_a_cache_key_only_where_they_are_the_same(
    first: tuple[str, str | None, str | None], second: tuple[str, str | None, str | None]
) -> None:
    keys = [RequestIdentity.of(token, mcp_token=mcp, user=user).cache_key() for token, mcp, user in (first, second)]
    assert (keys[0] == keys[1]) == (first == second)


def test_a_claimed_user_name_does_not_open_another_users_cache() -> None:
    assert RequestIdentity.of("a", user="ada").cache_key() != RequestIdentity.of("b", user="ada").cache_key()
    assert "ada" not in RequestIdentity.of("a", user="ada").cache_key()


def test_identity_errors_have_the_code_that_services_give() -> None:
    assert {error("no").code for error in (MissingIdentityError, InvalidIdentityError)} == {"UNAUTHORIZED"}
    assert MissingIdentityError("no", code="NO_TOKEN").code == "NO_TOKEN"
    assert AuthenticationError("no").code is None
