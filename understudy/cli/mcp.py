"""``understudy mcp``: the tools of MCP servers, shown and called."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import click

from understudy.cli.answers import dump
from understudy.cli.exits import Exit
from understudy.cli.identity import identity_options, named_or_made_up
from understudy.cli.logs import verbose_option
from understudy.cli.options import SettingsChoice, settings_options
from understudy.cli.session import open_session
from understudy.cli.tables import add_row, new_table
from understudy.cli.terminal import note, printable, render, write
from understudy.domain.identity import RequestIdentity
from understudy.domain.mcp import McpClient, McpToolsStatus
from understudy.integrations.plain import plain

__all__ = ["mcp"]

_R = TypeVar("_R")


@click.group()
def mcp() -> None:
    """Ask MCP servers on a user's behalf; those that the settings list, by name or URL."""


@mcp.command()
@click.argument("server", required=False)
@click.option("--json", "json_output", is_flag=True, help="Print everything as JSON, the schemas included.")
@identity_options
@settings_options
@verbose_option
@click.pass_context
def tools(
    ctx: click.Context, *, server: str | None, json_output: bool, identity: RequestIdentity, choice: SettingsChoice
) -> None:
    """The tools of SERVER, or of every listed server. The status is 1 where one did not say."""

    async def ask(client: McpClient) -> Mapping[str, McpToolsStatus]:
        names = [server] if server else [each.name for each in await client.list_servers()]
        found = await asyncio.gather(*(client.list_tools_with_status(name) for name in names))
        return dict(zip(names, found, strict=True))

    found = _ask(choice, identity, ask)
    if json_output:
        write(dump({name: plain(status) for name, status in found.items()}))
    else:
        _show(found)
    if any(status.error for status in found.values()):
        ctx.exit(Exit.FAILED)


@mcp.command()
@click.argument("server")
@click.argument("tool")
@click.argument("arguments", metavar="[NAME=VALUE]...", nargs=-1)
@click.option("--args", "text", metavar="JSON", help="All arguments as one JSON object.")
@click.option("--json", "json_output", is_flag=True, help="Print the whole result as JSON.")
@identity_options
@settings_options
@verbose_option
@click.pass_context
def call(
    ctx: click.Context,
    *,
    server: str,
    tool: str,
    arguments: tuple[str, ...],
    text: str | None,
    json_output: bool,
    identity: RequestIdentity,
    choice: SettingsChoice,
) -> None:
    """Call TOOL of SERVER and print what it answers.

    A VALUE is read as JSON where it is JSON, else as text. The status is 1 where the tool failed.
    """
    given = _arguments(arguments, text)
    result = _ask(choice, identity, lambda client: client.call_tool(server, tool, given))
    if json_output:
        write(dump(plain(result)))
    else:
        for piece in result.content:
            write(printable(piece.text or f"[{piece.type} {piece.mime_type or piece.uri}]", sys.stdout))
        if not result.content and result.structured is not None:
            write(dump(plain(result.structured)))
    if result.is_error:
        note(f"{tool} failed.")
        ctx.exit(Exit.FAILED)


def _ask(choice: SettingsChoice, identity: RequestIdentity, call: Callable[[McpClient], Awaitable[_R]]) -> _R:
    async def run() -> _R:
        async with open_session(choice) as session:
            container = session.container
            known = named_or_made_up(identity, container.settings().platform.use_of("mcp"))
            return await call(container.platform.mcp(known))

    return asyncio.run(run())


def _arguments(pairs: tuple[str, ...], text: str | None) -> dict[str, Any]:
    given = _parsed(text) if text is not None else {}
    if not isinstance(given, dict):
        raise click.UsageError('--args is not a JSON object, as {"city": "Oslo"}.')
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise click.UsageError(f"{pair!r} is not NAME=VALUE.")
        given[name] = _parsed(value)
    return given


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _show(found: Mapping[str, McpToolsStatus]) -> None:
    table = new_table("Server", "Tool", "Description", "Arguments")
    for name, status in found.items():
        for tool in status.tools:
            properties = tool.input_schema.get("properties") or {}
            add_row(
                table, (name, tool.name, tool.description or tool.title, ", ".join(properties)), styles=["", "bold"]
            )
    write(render(table) if table.row_count else "None.")
    for name, status in found.items():
        if status.error:
            note(f"{name}: {status.error.code}: {printable(status.error.raw_error, sys.stderr)}")
