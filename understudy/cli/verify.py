"""``understudy verify``: a stand-in held against its live service."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import click

from understudy.cli.answers import dump
from understudy.cli.exits import Exit
from understudy.cli.logs import verbose_option
from understudy.cli.options import SettingsChoice, complete_provider, settings_options
from understudy.cli.tables import add_row, new_table
from understudy.cli.terminal import note, printable, render, style, write

if TYPE_CHECKING:
    from rich.table import Table

    from understudy.testing.drift import Answering, Check, Cost, DriftReport

__all__ = ["verify"]


@click.command()
@click.argument("provider", shell_complete=complete_provider)
@click.option("--base-url", metavar="URL", help="Where the service is, in place of the settings'.")
@click.option("--yes", "-y", "agreed", is_flag=True, help="Send the requests without asking.")
@click.option("--dry-run", is_flag=True, help="Show what it would cost and send nothing.")
@click.option("--json", "json_output", is_flag=True, help="Print the report as JSON.")
@settings_options
@verbose_option
@click.pass_context
def verify(
    ctx: click.Context,
    *,
    provider: str,
    base_url: str | None,
    agreed: bool,
    dry_run: bool,
    json_output: bool,
    choice: SettingsChoice,
) -> None:
    """Ask the live service of PROVIDER and its stand-in the same, and report where they differ.

    A dozen small requests go out with your key: text, streams, tools, structured output, limits, errors, models,
    embeddings, as far as the provider has them. Their cost is shown first, and they are sent when you agree. Compared
    are the fields of the answers and their kinds, finish reasons, the order of events, usage and errors; not the words
    that the model chose.

    The exit status is 1 where anything differs, or was not checked. The whole report is in --json.
    """
    ok = asyncio.run(_verify(provider, base_url, choice, agreed=agreed, dry_run=dry_run, json_output=json_output))
    if not ok:
        ctx.exit(Exit.FAILED)


async def _verify(
    provider: str, base_url: str | None, choice: SettingsChoice, *, agreed: bool, dry_run: bool, json_output: bool
) -> bool:
    """Whether what was wanted came out well."""
    from understudy.containers.opening import open_container
    from understudy.providers.generation.choosing.catalog import generation_registry
    from understudy.providers.generation.choosing.sections import settings_key
    from understudy.testing.drift import Answering, check_drift

    registry = generation_registry()
    spec = registry.get(provider)  # a name that is not known is told before any fault of the settings
    if base_url is not None:
        key = settings_key(spec, "base_url")
        choice = replace(choice, assignments=(*choice.assignments, f"{key}={base_url}"))
    async with open_container(choice.load(registry), registry=registry) as container:
        answering = Answering.of(container, provider)
        if dry_run:
            write(dump(_cost_data(answering)) if json_output else _cost_table(answering))
            return True
        note(_cost_table(answering))
        if not (agreed or _agrees(answering)):
            note("Nothing was sent.")
            return False
        report = await check_drift(answering)
    write(dump({**report.as_dict(), "cost": asdict(answering.cost)}) if json_output else _shown(report))
    return report.ok


def _cost_data(answering: Answering) -> dict[str, Any]:
    checks = [{"name": probe.name, **asdict(probe.cost(answering.real))} for probe in answering.probes]
    real = answering.real
    return {"provider": real.name, "model": real.model, "cost": asdict(answering.cost), "checks": checks}


def _cost_table(answering: Answering) -> str:
    table = new_table("Check", "Requests", "Tokens in, about", "Tokens out, at most")
    for probe in answering.probes:
        add_row(table, (probe.name, *_numbers(probe.cost(answering.real))), styles=["bold"])
    add_row(table, ("all", *_numbers(answering.cost)), styles=["bold"])
    title = f"What is asked of {answering.real.name} ({answering.real.model}), before retries"
    return f"{title}\n{render(table)}"


def _numbers(cost: Cost) -> tuple[str, ...]:
    return str(cost.requests), str(cost.input_tokens), str(cost.output_tokens)


def _agrees(answering: Answering) -> bool:
    """What the user says. Raises UsageError where nobody is there to say it."""
    note(f"Send these {answering.cost.requests} requests with your credential? [y/N] ", newline=False)
    line = sys.stdin.readline()
    if not line:
        note("")
        raise click.UsageError("Nobody answers here; --yes sends the requests without asking.")
    return line.strip().lower() in ("y", "yes")


def _shown(report: DriftReport) -> str:
    drifted, unchecked = len(report.drifted), len(report.unchecked)
    lines = [style(_status_line(check), fg=_colour(check)) for check in report.checks]
    if drifted:
        lines += ["", render(_table(report.drifted))]
    lines += [
        f"{check.name}: {printable(check.real_error, sys.stdout)}" for check in report.drifted if check.real_error
    ]
    if report.ok:
        summary = f"The stand-in of {report.provider} does as the service does in {len(report.checks)} checks."
    else:
        summary = f"{drifted} of {len(report.checks)} checks differ; {unchecked} could not be made."
    return "\n".join([*lines, "", style(summary, fg="green" if report.ok else "red")])


def _status_line(check: Check) -> str:
    if check.unchecked is not None:
        return f"not checked  {check.name}: {printable(check.unchecked, sys.stdout)}"
    return f"{'same' if check.ok else 'differs':11}  {check.name}"


def _colour(check: Check) -> str:
    return "green" if check.ok else "yellow" if check.unchecked is not None else "red"


def _table(checks: Sequence[Check]) -> Table:
    table = new_table("Check", "Field", "Service", "Stand-in")
    for check in checks:
        for number, each in enumerate(check.differences):
            name = check.name if number == 0 else ""
            add_row(table, (name, each.field, each.real or "absent", each.stand_in or "absent"), styles=["bold"])
    return table
