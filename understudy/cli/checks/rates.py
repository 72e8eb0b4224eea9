"""What holds providers back: their rates and circuit breakers."""

from __future__ import annotations

from collections.abc import Iterator

from understudy.cli.checks.base import Examination, Finding, ok, warning
from understudy.config.models.generation import ProviderSettings

__all__ = ["check_rates"]

_WORDS = (
    ("in_flight", "at most {} in flight"),
    ("requests_per_minute", "{} requests a minute"),
    ("tokens_per_minute", "{} tokens a minute"),
)


def check_rates(examination: Examination) -> Iterator[Finding]:
    """The rate and the breaker of each provider that is used for real, and whether the pool has room for the rate."""
    loaded, factory = examination.loaded, examination.factory
    if loaded is None or factory is None:
        return
    silent = True
    most = loaded.settings.http.max_connections
    for row in factory.detect_available():
        if row.use != "real" or not row.available:
            continue
        section = factory.settings_for(row.name)
        if held := [*_rate(section), *_breaker(section)]:
            silent = False
            yield ok(f"{row.name}: {'; '.join(held)}")
        in_flight = section.http.rate.in_flight
        if in_flight is not None and in_flight > most:
            yield warning(
                f"{row.name}: http.rate.in_flight is {in_flight}, but the pool opens {most} connections at most",
                fix="Raise http.max_connections or lower in_flight: who waits for a connection is not served in turn.",
            )
    if silent:
        yield ok("no provider has a rate or a circuit breaker of its own")


def _rate(section: ProviderSettings) -> Iterator[str]:
    for name, words in _WORDS:
        limit = getattr(section.http.rate, name)
        if limit is not None:
            yield words.format(limit)


def _breaker(section: ProviderSettings) -> Iterator[str]:
    # A process that has sent nothing yet has seen no failure: with --live, the service's line says what was found.
    breaker = section.http.breaker
    if breaker is not None:
        yield f"breaker closed, until {breaker.failures} failures in a row open it for {breaker.cooldown:g} s"
