"""``understudy doctor``: every check, and what to do."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

import click

from understudy.cli.answers import dump
from understudy.cli.checks.base import Examination, Finding, Level
from understudy.cli.checks.sections import Report, examine
from understudy.cli.exits import Exit
from understudy.cli.logs import silence_logs
from understudy.cli.options import SettingsChoice, settings_options
from understudy.cli.terminal import printable, style, write

__all__ = ["doctor"]

_MARKS: Mapping[Level, tuple[str, str]] = MappingProxyType(
    {Level.OK: ("✓", "green"), Level.WARNING: ("!", "yellow"), Level.FAILURE: ("✗", "red")}
)


@click.command()
@click.option("--live", is_flag=True, help="Ask the services too, over the network.")
@click.option("--json", "json_output", is_flag=True, help="Print the findings as JSON.")
@settings_options
@silence_logs
@click.pass_context
def doctor(ctx: click.Context, *, live: bool, json_output: bool, choice: SettingsChoice) -> None:
    """Check the installation, the settings, the providers and the wiring, and say what to do.

    Nothing is sent unless --live is given. The exit status is 1 where a check failed; warnings do not count.
    """
    reports = list(examine(Examination(choice=choice, live=live)))
    counts = Counter(finding.level for report in reports for finding in report.findings)
    if json_output:
        write(dump(_as_json(reports, counts)))
    else:
        for report in reports:
            write(_section(report))
        write(_summary(counts))
    if counts[Level.FAILURE]:
        ctx.exit(Exit.FAILED)


def _section(report: Report) -> str:
    lines = [style(report.title, bold=True)]
    for finding in report.findings:
        lines.extend(_lines(finding))
    return "\n".join([*lines, ""])


def _lines(finding: Finding) -> Iterable[str]:
    sign, colour = _MARKS[finding.level]
    mark = style(f"[{sign}]", fg=colour)
    first, *more = printable(finding.what, sys.stdout).splitlines() or [""]
    yield f"  {mark} {first}"
    yield from (f"      {line}" for line in more)
    if finding.excerpt:
        yield from (f"        {line}" for line in printable(finding.excerpt, sys.stdout).splitlines())
    if finding.fix:
        yield f"      {style('→', dim=True)} {printable(finding.fix, sys.stdout)}"


def _summary(counts: Mapping[Level, int]) -> str:
    if counts[Level.FAILURE]:
        return style(f"{_count(counts, Level.FAILURE)}, {_count(counts, Level.WARNING)}.", fg="red")
    return f"No failure, {_count(counts, Level.WARNING)}."


def _count(counts: Mapping[Level, int], level: Level) -> str:
    number = counts[level]
    return f"{number} {level}{'' if number == 1 else 's'}"


def _as_json(reports: Sequence[Report], counts: Mapping[Level, int]) -> dict[str, Any]:
    return {
        "ok": not counts[Level.FAILURE],
        "counts": {str(level): counts[level] for level in Level},
        "sections": [
            {"title": report.title, "findings": [asdict(finding) for finding in report.findings]} for report in reports
        ],
    }
