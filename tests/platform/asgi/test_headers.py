"""From headers to an identity: what counts, what is refused, and that no value is ever told."""

import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy import InvalidIdentityError, MissingIdentityError, Secret
from understudy.config.models.platform import IdentitySettings
from understudy.integrations.headers import IdentityReader

TOKEN = "sha256~Ada"
READER = IdentityReader(IdentitySettings())
PROXIED = IdentityReader(
    IdentitySettings(
        token_header="x-forwarded-access-token",
        token_prefix="",
        user_header="X-Forwarded-User",
        groups_header="X-Forwarded-Groups",
    )
)


@pytest.mark.parametrize("name", ["Authorization", "authorization", "AUTHORIZATION"])
@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER "])
def test_the_case_of_header_and_scheme_does_not_count(name: str, scheme: str) -> None:
    assert READER.read([(name, scheme + TOKEN)]).token == Secret(TOKEN)
    assert READER.read([(name.encode(), (scheme + TOKEN).encode())]).token == Secret(TOKEN)


def test_a_proxys_headers_are_read_where_the_settings_name_them() -> None:
    identity = PROXIED.read(
        [
            ("X-Forwarded-Access-Token", TOKEN),
            ("X-MCP-Bearer", "Bearer mcp"),
            ("x-forwarded-user", "ada"),
            ("X-Forwarded-Groups", "a, b,"),
            ("X-Forwarded-Groups", "c"),
        ]
    )
    assert (identity.token, identity.mcp_token) == (Secret(TOKEN), Secret("mcp"))
    assert (identity.user, identity.groups) == ("ada", ("a", "b", "c"))


def test_user_and_groups_are_not_read_unless_the_settings_name_their_headers() -> None:
    identity = READER.read([("Authorization", f"Bearer {TOKEN}"), ("X-Forwarded-User", "root")])
    assert (identity.user, identity.groups) == (None, ())


def test_an_absent_token_is_missing_and_the_message_names_the_header() -> None:
    with pytest.raises(MissingIdentityError, match="x-forwarded-access-token"):
        PROXIED.read([("Authorization", f"Bearer {TOKEN}")])
    with pytest.raises(MissingIdentityError, match="Authorization"):
        READER.read([])


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Bearer",
        "Bearer ",
        f"Basic {TOKEN}",
        TOKEN,
        f"Bearer  {TOKEN}",
        f"Bearer {TOKEN} {TOKEN}",
        f"Bearer {TOKEN},Bearer x",
        f"Bearer {TOKEN}\x00",
        f"Bearer {TOKEN}é",
        f"Bearer {TOKEN}\n",
    ],
)
@pytest.mark.parametrize("header", ["Authorization", "X-MCP-Bearer"])
def test_a_malformed_token_is_refused_and_in_no_frame_of_the_library(value: str, header: str) -> None:
    headers = {"Authorization": "Bearer other", header: value}
    with pytest.raises(InvalidIdentityError) as caught:
        READER.read(headers.items())

    assert TOKEN not in str(caught.value)
    frames = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__)][1:]
    shown = [
        repr({name: each for name, each in frame.f_locals.items() if name != "headers"})  # the caller's own
        for frame in frames
    ]
    assert shown
    assert not any(TOKEN in each for each in shown)


@pytest.mark.parametrize("header", ["Authorization", "X-MCP-Bearer"])
def test_a_token_that_is_there_twice_is_refused(header: str) -> None:
    pairs = [("Authorization", "Bearer a"), ("X-MCP-Bearer", "Bearer a"), (header.lower(), "Bearer b")]
    with pytest.raises(InvalidIdentityError, match=f"{header} more than once"):
        READER.read(pairs)


@given(st.lists(st.tuples(st.sampled_from(["authorization", "x-mcp-bearer", "cookie"]), st.text(max_size=20))))
def test_any_headers_give_an_identity_or_an_error_of_the_tree(pairs: list[tuple[str, str]]) -> None:
    try:
        identity = READER.read(pairs)
    except (MissingIdentityError, InvalidIdentityError):
        return
    (value,) = [value for name, value in pairs if name == "authorization"]
    assert identity.authorization is not None
    assert identity.authorization.reveal()[7:] == value[7:]


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1))
def test_every_token_that_a_header_can_carry_comes_through_unchanged(token: str) -> None:
    assert PROXIED.read([("x-forwarded-access-token", token)]).token == Secret(token)


@pytest.mark.parametrize("name", ["Author ization", "Authorization:", "", "é"])
def test_a_header_name_that_no_request_can_have_is_refused_by_the_settings(name: str) -> None:
    with pytest.raises(ValueError, match="token_header"):
        IdentitySettings(token_header=name)
