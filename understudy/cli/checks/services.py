"""The services themselves, asked over the network; only with --live."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from understudy.cli.checks.base import Examination, Finding, failure, ok, warning
from understudy.domain.health import Health, HealthStatus
from understudy.providers.generation.choosing.availability import Availability
from understudy.providers.generation.choosing.factory import ProviderFactory

__all__ = ["check_health"]

PATIENCE = 10.0
"""How long a provider may take to say how it is, in seconds."""


def check_health(examination: Examination) -> Iterator[Finding]:
    """Ask every provider that could be used for its health."""
    factory = examination.factory
    if factory is None or not examination.live:
        return
    real = [row.name for row in factory.detect_available() if row.available and row.use == "real"]
    if not real:
        yield ok("no provider is used for real: there is nobody to ask")
        return
    for row in asyncio.run(_probe(examination, factory, real)):
        if row.name in real:
            yield _finding(row, wanted=row.name in _first(examination, factory))


async def _probe(examination: Examination, factory: ProviderFactory, names: list[str]) -> tuple[Availability, ...]:
    try:
        return await factory.probe(*names, within=PATIENCE)
    finally:
        await examination.http.aclose()


def _first(examination: Examination, factory: ProviderFactory) -> set[str]:
    """Those whose failure matters: what the settings ask for by name, and the one that would answer."""
    usable = [row.name for row in factory.detect_available() if row.available]
    return {*examination.wanted, *usable[:1]}


def _finding(row: Availability, *, wanted: bool) -> Finding:
    health = row.health
    if health is not None and health.status is HealthStatus.HEALTHY:
        latency = f" in {health.latency * 1000:.0f} ms" if health.latency is not None else ""
        return ok(f"{row.name} answers{latency}{_breaker(health)}")
    what = f"{row.name}: {row.reason or (health.error if health else None) or 'degraded'}{_breaker(health)}"
    fix = "Start it with `ollama serve`." if row.name == "ollama" else "Check the key, the base URL and the network."
    return failure(what, fix=fix) if wanted and not row.available else warning(what, fix=fix)


def _breaker(health: Health | None) -> str:
    state = health.details.get("breaker") if health is not None else None
    return f" (breaker {state})" if state else ""
