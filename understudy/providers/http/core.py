"""What all clients of one provider share, and the hooks that tests put in."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from understudy.providers.http.budget import RetryBudget
    from understudy.providers.http.exchange import Engine
    from understudy.providers.http.gate import Gate
    from understudy.providers.http.mapping import ErrorMapper
    from understudy.providers.http.origin import Origin
    from understudy.providers.http.policy import Policy

__all__ = ["Core", "Hooks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """Time and chance, in seconds, so that tests need neither: ``clock`` is monotonic, ``wall`` from the epoch."""

    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    random: Callable[[], float] = random.random


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Core:
    """What a client shares with those derived from it.

    ``engine`` gives the running loop's engine; ``gate`` is None where there is neither a breaker nor a limiter.
    """

    provider: str
    origin: Origin
    policy: Policy
    errors: ErrorMapper
    hooks: Hooks
    budget: RetryBudget
    engine: Callable[[], Engine] = field(repr=False)
    plain_http_secrets: bool = False
    gate: Gate | None = None
