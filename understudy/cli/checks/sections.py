"""The table of all checks, in the order of the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module

from understudy.cli.checks.base import Check, Examination, Finding, failure, warning
from understudy.domain.redaction import Redactor

__all__ = ["SECTIONS", "Report", "Section", "examine"]


@dataclass(frozen=True, slots=True)
class Section:
    """Checks under one heading; ``checks`` are ``module:function`` below ``understudy.cli.checks``.

    ``needs_settings``: there is nothing to look at while the settings are not valid. ``live``: it uses the network.
    """

    title: str
    checks: tuple[str, ...]
    needs_settings: bool = True
    live: bool = False


SECTIONS: tuple[Section, ...] = (
    Section(
        "Installation",
        (
            "installation:check_python",
            "installation:check_dependencies",
            "installation:check_yaml",
            "installation:check_extras",
        ),
        needs_settings=False,
    ),
    Section(
        "Settings",
        ("settings:check_faults", "settings:check_files", "settings:check_production"),
        needs_settings=False,
    ),
    Section("Plugins", ("plugins:check_plugins", "plugins:check_sections"), needs_settings=False),
    Section(
        "Providers",
        (
            "choosing:check_names",
            "choosing:check_availability",
            "credentials:check_keys",
            "credentials:check_places",
            "choosing:check_choice",
            "storage:check_default",
        ),
    ),
    Section("Addresses", ("addresses:check_addresses", "addresses:check_proxies")),
    Section("TLS", ("tls:check_tls", "tls:check_authorities")),
    Section("Rates", ("rates:check_rates",)),
    Section("Wiring", ("wiring:check_graph",)),
    Section("Services", ("services:check_health",), live=True),
)


@dataclass(frozen=True, slots=True)
class Report:
    """What the checks of one section found."""

    title: str
    findings: Sequence[Finding]


def examine(examination: Examination) -> Iterator[Report]:
    """Run every check, section by section. A check that fails to run is a finding itself and stops no other."""
    for section in SECTIONS:
        if section.live and not examination.live:
            continue
        if section.needs_settings and examination.loaded is None:
            yield Report(section.title, [warning("not checked: the settings are not valid", fix="Mend those first.")])
            continue
        yield Report(section.title, [finding for check in section.checks for finding in _run(check, examination)])


def _run(target: str, examination: Examination) -> list[Finding]:
    try:
        module, _, name = target.partition(":")
        check: Check = getattr(import_module(f"understudy.cli.checks.{module}"), name)
        return list(check(examination))
    except Exception as error:  # noqa: BLE001 - a broken plugin or machine must not hide what the other checks find
        what = f"{target} could not run: {type(error).__name__}: {Redactor().text(str(error))}"
        return [failure(what, fix="This is a fault in understudy or in a plugin; please report it.")]
