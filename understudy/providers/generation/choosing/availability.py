"""Whether a provider could be used, and if not, why, in words for a person."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from understudy.config.models.base import Use
from understudy.config.models.generation import ProviderSettings
from understudy.domain.errors import MissingCredentialsError, ProviderNotFoundError, UnderstudyError
from understudy.domain.generation import TextGenerator
from understudy.domain.health import Health
from understudy.providers.generation.choosing.build import Builder, check_real, no_builder
from understudy.providers.spec import ProviderSpec

__all__ = ["Availability", "check", "probe", "why"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """Whether a provider could be used. ``reason`` says why not; ``use`` is None where its settings cannot be read.

    ``invalid`` is set where its settings or its code are at fault, not only its credential missing; ``health`` is there
    where the provider was probed.
    """

    name: str
    use: Use | None = None
    reason: str | None = None
    invalid: bool = False
    health: Health | None = None

    @property
    def available(self) -> bool:
        """Whether nothing is known that speaks against using it."""
        return self.reason is None


def why(error: Exception) -> str:
    """An error as the reason why a provider is not available: one line, without the provider's name where it can be."""
    if isinstance(error, MissingCredentialsError):
        ways = [*error.variables, *([error.key] if error.key else [])]
        return f"no credentials; set {' or '.join(ways)}" if ways else "no credentials"
    if isinstance(error, ProviderNotFoundError) and error.reason:
        return f"skipped: {error.reason}"
    text = str(error) if isinstance(error, UnderstudyError) else f"{type(error).__name__}: {error}".rstrip(": ")
    return " ".join(text.split())


def check(spec: ProviderSpec, section: ProviderSettings, use: Use, builders: Mapping[Use, Builder]) -> None:
    """Raises what building the provider would raise, as far as that can be known without building it."""
    if use not in builders:
        raise no_builder(spec, use, builders)
    if use in ("real", "record"):
        check_real(spec, section)


async def probe(row: Availability, provider: TextGenerator, *, within: float) -> Availability:
    """The same row after asking the provider for its health; ``within`` is in seconds."""
    timer = asyncio.timeout(within)
    try:
        async with timer:
            health = await provider.health_check()
    except Exception as error:  # noqa: BLE001 - a plugin's health check may raise anything; that is its answer
        return replace(row, reason=f"no answer within {within:g} s" if timer.expired() else why(error))
    finally:
        await provider.aclose()
    if health.ok:
        return replace(row, health=health)
    return replace(row, health=health, reason=health.error or f"its health is {health.status}")
