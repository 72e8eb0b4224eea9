"""``understudy stack``: what a Llama Stack server holds, as its user sees it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import click

from understudy.cli.answers import dump
from understudy.cli.identity import identity_options, named_or_made_up
from understudy.cli.logs import verbose_option
from understudy.cli.options import SettingsChoice, settings_options
from understudy.cli.session import open_session
from understudy.cli.tables import add_row, new_table
from understudy.cli.terminal import render, write
from understudy.domain.identity import RequestIdentity
from understudy.domain.llama_stack import LlamaStackClient, StackFile, StackModel, VectorStore
from understudy.integrations.plain import plain

__all__ = ["stack"]

_JSON_HELP = "Print everything as JSON."
_NAMESPACE_HELP = "Where to look for a server that the settings do not name."


@click.group()
def stack() -> None:
    """Look at a Llama Stack server on a user's behalf."""


@stack.command()
@click.option("--json", "json_output", is_flag=True, help=_JSON_HELP)
@click.option("--namespace", help=_NAMESPACE_HELP)
@identity_options
@settings_options
@verbose_option
def models(*, json_output: bool, namespace: str | None, identity: RequestIdentity, choice: SettingsChoice) -> None:
    """The models that it serves."""
    found: Sequence[StackModel] = _ask(choice, identity, namespace, lambda client: client.list_models())
    titles = ("Model", "Kind", "Owner")
    _show(found, titles, lambda each: (each.id, each.kind, each.owned_by), json_output=json_output)


@stack.command()
@click.option("--json", "json_output", is_flag=True, help=_JSON_HELP)
@click.option("--namespace", help=_NAMESPACE_HELP)
@identity_options
@settings_options
@verbose_option
def stores(*, json_output: bool, namespace: str | None, identity: RequestIdentity, choice: SettingsChoice) -> None:
    """Its vector stores."""
    found: Sequence[VectorStore] = _ask(choice, identity, namespace, lambda client: client.list_vector_stores())
    titles = ("Vector store", "Name", "Status", "Files", "Bytes", "Created")
    _show(
        found,
        titles,
        lambda each: (
            each.id,
            each.name,
            each.status,
            str(each.file_counts.total),
            str(each.usage_bytes),
            _moment(each.created_at),
        ),
        json_output=json_output,
    )


@stack.command()
@click.option("--json", "json_output", is_flag=True, help=_JSON_HELP)
@click.option("--namespace", help=_NAMESPACE_HELP)
@identity_options
@settings_options
@verbose_option
def files(*, json_output: bool, namespace: str | None, identity: RequestIdentity, choice: SettingsChoice) -> None:
    """Its uploaded files."""
    found: Sequence[StackFile] = _ask(choice, identity, namespace, lambda client: client.list_files())
    titles = ("File", "Name", "Purpose", "Bytes", "Created")
    _show(
        found,
        titles,
        lambda each: (each.id, each.filename, each.purpose, str(each.size), _moment(each.created_at)),
        json_output=json_output,
    )


def _ask(
    choice: SettingsChoice,
    identity: RequestIdentity,
    namespace: str | None,
    call: Callable[[LlamaStackClient], Awaitable[Sequence[Any]]],
) -> Sequence[Any]:
    async def run() -> Sequence[Any]:
        async with open_session(choice) as session:
            container = session.container
            known = named_or_made_up(identity, container.settings().platform.use_of("llama_stack"))
            return await call(container.platform.llama_stack(known, namespace=namespace))

    return asyncio.run(run())


def _show(
    found: Sequence[Any], titles: Sequence[str], cells: Callable[[Any], Sequence[str]], *, json_output: bool
) -> None:
    if json_output:
        write(dump(plain(found)))
        return
    table = new_table(*titles)
    for each in found:
        add_row(table, cells(each), styles=["bold"])
    write(render(table) if found else "None.")


def _moment(seconds: int | None) -> str:
    """A time since the epoch, in UTC."""
    return "" if seconds is None else time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(seconds))
