"""Drives a provider through a fault, and says which promises it broke."""

from __future__ import annotations

import asyncio
import itertools
import os
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from understudy.config.models.http import HttpSettings
from understudy.domain.errors import MaxRetriesExceededError, ProviderError, UnderstudyError
from understudy.domain.generation import TextGenerator
from understudy.domain.results import GenerationResult
from understudy.domain.secrets import Secret
from understudy.providers.generation.choosing.build import build_real
from understudy.providers.generation.choosing.sections import validate
from understudy.providers.http.clients import HttpClients
from understudy.providers.spec import ProviderSpec
from understudy.testing.faults.fault import ANSWER, Ending, Fault, Way
from understudy.testing.faults.leaks import leaks
from understudy.testing.faults.server import FaultServer
from understudy.testing.faults.visit import Arrival

__all__ = ["MARGIN", "Outcome", "drive"]

MARGIN = 0.25
"""Seconds by which a call may outlive its deadline."""

_HUNG = 3.0  # times the deadline and a second: after that, a call is given up
_RUNS = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a provider ended when a fault happened to it.

    ``text`` is the answer's, ``error`` what was raised instead; ``hung`` is whether neither came, ``seconds`` how long
    it took. ``arrivals`` are the requests that the server saw, ``waits`` the seconds that the client wanted to wait
    before its retries. ``leaks`` is where the credential showed.
    """

    provider: str
    fault: Fault
    way: Way
    deadline: float
    seconds: float
    text: str | None = None
    error: BaseException | None = field(default=None, repr=False)
    hung: bool = False
    arrivals: tuple[Arrival, ...] = field(default=(), repr=False)
    waits: tuple[float, ...] = ()
    leaks: tuple[str, ...] = ()

    @property
    def cause(self) -> BaseException | None:
        """The error, or the last attempt's where retries ran out."""
        return self.error.last_error if isinstance(self.error, MaxRetriesExceededError) else self.error

    @property
    def ending(self) -> str:
        """``answer``, ``hang`` or the cause's class."""
        return "hang" if self.hung else "answer" if self.cause is None else type(self.cause).__name__

    @property
    def requests(self) -> int:
        """The requests that arrived where they belong."""
        return sum(arrival.listener != "other" for arrival in self.arrivals)

    def broken(self) -> tuple[str, ...]:
        """The promises that were broken, in words; empty where all is as the fault's row says."""
        return tuple(self._broken())

    def _broken(self) -> list[str]:
        found: list[str] = []
        if self.hung or self.seconds > self.deadline + MARGIN:
            found.append(f"took {self.seconds:.2f} s of {self.deadline:g} s")
        if self.error is not None and not isinstance(self.error, UnderstudyError):
            found.append(f"raised {type(self.error).__name__}, which is not of the tree")
        elif not self._fits():
            found.append(f"ended with {self.ending}, not with {' or '.join(map(_word, self.fault.ends))}")
        if self.text is not None and GenerationResult in self.fault.ends and self.text not in (self.fault.text, ""):
            found.append(f"answered {self.text!r}, not {self.fault.text!r}")
        if self.fault.requests is not None and self.requests != self.fault.requests and self.fault.strain != "time":
            found.append(f"sent {self.requests} requests, not {self.fault.requests}")
        if len(self.arrivals) != self.requests:
            found.append("sent a request to another host")
        if self.leaks:
            found.append(f"shows its credential in {', '.join(self.leaks)}")
        return [*found, *self._unsaid()]

    def _fits(self) -> bool:
        if self.hung:
            return False
        if self.cause is None:
            return GenerationResult in self.fault.ends
        return isinstance(self.cause, self.fault.ends)

    def _unsaid(self) -> list[str]:
        error = self.error
        if not isinstance(error, ProviderError):
            return []
        said = {"provider": error.provider, "host": error.host, "phase": error.phase, "hint": error.hint}
        return [f"does not say its {name}" for name, value in said.items() if not value or value not in str(error)]


async def drive(
    spec: ProviderSpec,
    fault: Fault,
    *,
    server: FaultServer,
    way: Way,
    deadline: float = 2.0,
    http: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> Outcome:
    """Ask a provider, whole or streamed, at the address where ``fault`` happens.

    ``deadline`` is the call's total in seconds; there are two retries with a short backoff. ``http`` changes the HTTP
    settings, ``settings`` are the provider's own. ``sleep`` waits before retries. Never raises what the provider
    raises: that is in the outcome.
    """
    number = next(_RUNS)
    run = f"run-{os.getpid()}-{number}"
    secret = Secret(f"sk-FAULT-{number:08d}-abcdefghij")  # of one length: messages may say how long an answer was
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)
        await sleep(seconds)

    text: str | None = None
    error: BaseException | None = None
    hung = False
    async with _opened(server, fault, deadline, http or {}, wait) as clients:
        values = {"api_key": secret, "base_url": server.url(fault, run), **(settings or {})}
        generator = build_real(spec, validate(spec, values), clients)
        began = time.perf_counter()
        try:
            async with asyncio.timeout(deadline * _HUNG + 1):
                for _ in range(fault.calls):
                    text = await _ask(generator, way)
        except TimeoutError as late:
            hung, error = not isinstance(late, UnderstudyError), late
        except Exception as raised:  # noqa: BLE001 # whatever it is, it is the outcome that is asked for
            error = raised
        seconds = time.perf_counter() - began
    return Outcome(
        provider=spec.name,
        fault=fault,
        way=way,
        deadline=deadline * fault.calls,
        seconds=seconds,
        text=text if error is None else None,
        error=None if hung else error,
        hung=hung,
        arrivals=server.arrivals(run),
        waits=tuple(waits),
        leaks=_shown(error, secret, generator, clients),
    )


def _shown(error: BaseException | None, secret: Secret, *objects: object) -> tuple[str, ...]:
    found = () if error is None else leaks(error, secret, ignore=(__file__,))
    return found + tuple(f"repr of {type(each).__name__}" for each in objects if secret.reveal() in repr(each))


async def _ask(generator: TextGenerator, way: Way) -> str:
    if way == "whole":
        return (await generator.generate("ping")).text
    return "".join([piece async for piece in generator.generate_stream("ping")])


@asynccontextmanager
async def _opened(
    server: FaultServer,
    fault: Fault,
    deadline: float,
    changes: Mapping[str, Any],
    sleep: Callable[[float], Awaitable[object]],
) -> AsyncIterator[HttpClients]:
    with tempfile.TemporaryDirectory() as folder:
        values: dict[str, Any] = {
            "timeout": {"total": deadline},
            "retry": {"max_retries": 2, "backoff_base": 0.01, "jitter": False},
            **changes,
        }
        if fault.listener.startswith("tls"):
            bundle = Path(folder) / "authority.pem"
            bundle.write_text(server.authority)
            values["tls"] = {"ca_bundles": [str(bundle)]}
        async with HttpClients(HttpSettings.model_validate(values), sleep=sleep) as clients:
            yield clients


def _word(ending: Ending) -> str:
    return "an answer" if ending in ANSWER else ending.__name__
