"""The settings files: found, readable, valid, and allowed where they say `production`."""

from __future__ import annotations

from collections.abc import Iterator

from understudy.cli.checks.base import Examination, Finding, failure, ok, warning
from understudy.config.files import find_layout

__all__ = ["check_faults", "check_files", "check_production"]


def check_faults(examination: Examination) -> Iterator[Finding]:
    """Every fault of the settings, each with its origin."""
    error = examination.settings_error
    if error is None:
        yield ok("the settings are valid")
        return
    for fault in error.faults:
        place = f"{fault.origin}: {fault.where}" if fault.origin else fault.where
        what = f"{place}: {fault.reason}" if place else fault.reason
        yield failure(what, fix=fault.hint or error.hint or "Change the settings.", excerpt=fault.excerpt)


def check_files(examination: Examination) -> Iterator[Finding]:
    """Which files and profiles are in force."""
    loaded = examination.loaded
    if loaded is None:
        return
    layout = find_layout(examination.choice.path, examination.environ, [])
    if layout is not None and not layout.packaged:
        yield ok(f"files: {', '.join(str(file) for file in loaded.files)}")
    else:
        yield warning(
            "there is no settings file here or above: the built-in defaults are in force",
            fix="Write a settings.yaml, or name one with --settings or UNDERSTUDY_SETTINGS.",
        )
    yield ok(f"profiles: {', '.join(loaded.profiles) or 'none'}")


def check_production(examination: Examination) -> Iterator[Finding]:
    """Whether the production rules are in force, and what was waived."""
    loaded = examination.loaded
    if loaded is None:
        return
    settings = loaded.settings
    if not settings.production:
        yield ok("production: no; stand-ins are allowed")
        return
    yield ok("production: yes; stand-ins, recordings and unverified TLS are refused")
    for key, reason in settings.waivers.items():
        if reason is not None:
            yield warning(f"waived: {key} ({reason})", fix=f"Remove waivers.{key} once the reason is gone.")
