"""On whose behalf a platform command asks: a token that stays off the command line."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from typing import Any, TypeVar

import click

from understudy.cli.terminal import note, style
from understudy.domain.identity import RequestIdentity
from understudy.domain.secrets import Secret

__all__ = ["MCP_TOKEN_VARIABLE", "TOKEN_VARIABLE", "identity_options", "named_or_made_up"]

TOKEN_VARIABLE = "UNDERSTUDY_TOKEN"  # noqa: S105 - a variable's name, not a credential
MCP_TOKEN_VARIABLE = "UNDERSTUDY_MCP_TOKEN"  # noqa: S105 - a variable's name, not a credential

_R = TypeVar("_R")
_IN_CLEAR = (
    "a token on the command line is seen by everyone who lists this machine's processes and stays in the shell's "
    f"history. Use --token-file or {TOKEN_VARIABLE}."
)


def identity_options(command: Callable[..., _R]) -> Callable[..., _R]:
    """Add --token-file, --token and --mcp-token-file; the command gets ``identity``, a RequestIdentity.

    Without them the tokens are those of UNDERSTUDY_TOKEN and UNDERSTUDY_MCP_TOKEN; an identity may have none.
    """

    @click.option(
        "--token-file",
        type=click.File("r", encoding="utf-8"),
        help=f'The file with the user\'s token; "-" is standard input.  [default: {TOKEN_VARIABLE}]',
    )
    @click.option("--token", help="The user's token itself, which others may then see.")
    @click.option(
        "--mcp-token-file",
        type=click.File("r", encoding="utf-8"),
        help=f"The file with the user's token for MCP servers.  [default: {MCP_TOKEN_VARIABLE}]",
    )
    @wraps(command)
    def with_identity(*args: Any, token_file: Any, token: str | None, mcp_token_file: Any, **kwargs: Any) -> _R:
        if token and token_file:
            raise click.UsageError("--token and --token-file name two tokens; give one.")
        if token:
            note(f"{style('Warning:', err=True, fg='yellow')} {_IN_CLEAR}")
        identity = RequestIdentity(
            Secret(token) if token else _token(token_file, TOKEN_VARIABLE, os.environ),
            _token(mcp_token_file, MCP_TOKEN_VARIABLE, os.environ),
        )
        return command(*args, identity=identity, **kwargs)

    return with_identity


def named_or_made_up(identity: RequestIdentity, use: str) -> RequestIdentity:
    """The identity; where it has no token and is only shown to a stand-in, one with a token of no worth."""
    if identity.token is not None or use != "mock":
        return identity
    return replace(identity, token=Secret("command-line"))


def _token(file: Any, variable: str, environ: Mapping[str, str]) -> Secret | None:
    if file is None:
        text = environ.get(variable, "")
        return Secret(text) if text else None
    try:
        text = file.read().strip()
    except UnicodeDecodeError:
        raise click.UsageError(f"{file.name} is not UTF-8 text.") from None
    if not text:
        raise click.UsageError(f"{file.name} is empty; it should hold the token.")
    return Secret(text)
