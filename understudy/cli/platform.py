"""``understudy platform``: the services around the models, as their user sees them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

import click

from understudy.cli.answers import dump
from understudy.cli.exits import Exit
from understudy.cli.identity import identity_options
from understudy.cli.logs import verbose_option
from understudy.cli.options import SettingsChoice, settings_options
from understudy.cli.probes import Probe, probe_all
from understudy.cli.session import open_session
from understudy.cli.tables import add_row, new_table
from understudy.cli.terminal import note, printable, render, write
from understudy.domain.identity import RequestIdentity
from understudy.integrations.plain import plain

__all__ = ["platform"]


@click.group()
def platform() -> None:
    """Llama Stack, MaaS, MCP servers and Kubernetes."""


@platform.command()
@click.option("--json", "json_output", is_flag=True, help="Print everything as JSON.")
@click.option("--namespace", help="Where to look for a Llama Stack that the settings do not name.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=10.0,
    show_default=True,
    help="The longest wait for each service, in s.",
)
@identity_options
@settings_options
@verbose_option
@click.pass_context
def check(
    ctx: click.Context,
    *,
    json_output: bool,
    namespace: str | None,
    timeout: float,
    identity: RequestIdentity,
    choice: SettingsChoice,
) -> None:
    """Ask each service one question: is it reachable, does it know the user, which version, how fast.

    The exit status is 1 where a service that the settings name is not well.
    """
    probes = asyncio.run(_check(choice, identity, namespace, timeout))
    if json_output:
        write(dump({"ok": all(probe.ok for probe in probes), "services": [_as_json(probe) for probe in probes]}))
    else:
        _show(probes)
    if not all(probe.ok for probe in probes):
        ctx.exit(Exit.FAILED)


async def _check(
    choice: SettingsChoice, identity: RequestIdentity, namespace: str | None, within: float
) -> Sequence[Probe]:
    async with open_session(choice) as session:
        return await probe_all(session.container, identity, namespace=namespace, within=within)


def _as_json(probe: Probe) -> dict[str, object]:
    return {**plain(probe), "ok": probe.ok}


def _show(probes: Sequence[Probe]) -> None:
    table = new_table("Service", "Use", "Address", "Reachable", "Authorised", "Version", "ms")
    for probe in probes:
        cells = (
            probe.service,
            probe.use,
            probe.address,
            _word(probe.reachable, configured=probe.configured),
            _word(probe.authorised, configured=probe.configured),
            probe.version or "",
            "" if probe.latency_ms is None else f"{probe.latency_ms:.1f}",
        )
        colour = "green" if probe.ok else "red"
        add_row(table, cells, styles=["bold", "", "", colour, colour])
    write(render(table))
    for probe in probes:
        if probe.problem:
            said = "" if probe.problem.startswith(probe.service) else f"{probe.service}: "
            note(f"{said}{printable(probe.problem, sys.stderr)}")


def _word(value: bool | None, *, configured: bool) -> str:  # noqa: FBT001 - a value that is shown, not a switch
    if not configured:
        return "not configured"
    return {True: "yes", False: "no", None: "?"}[value]
