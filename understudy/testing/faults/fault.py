"""One fault: what the server does, and how a dependable client ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from understudy.domain.errors import ProviderError
from understudy.domain.results import GenerationResult

if TYPE_CHECKING:
    from understudy.testing.faults.visit import Visit

__all__ = ["ANSWER", "TEXT", "Act", "Ending", "Fault", "Listener", "Strain", "Way"]

Act: TypeAlias = "Callable[[Visit], Awaitable[None]]"
"""What the server does with one request."""

Way: TypeAlias = Literal["whole", "stream"]
"""How the answer is asked for."""

Ending: TypeAlias = type[ProviderError] | type[GenerationResult]
"""An error of the tree, or the right answer. Where retries ran out, it is the last attempt's error."""

Strain: TypeAlias = Literal["none", "time", "memory"]
"""What the fault uses up: nothing, the client's deadline, or its memory."""

Listener: TypeAlias = Literal[
    "http",
    "other",
    "silent",
    "full",
    "refused",
    "unresolvable",
    "tls",
    "tls_unknown",
    "tls_expired",
    "tls_early",
    "tls_wrong_host",
    "tls_http2",
    "tls_cut",
    "tls_garbage",
    "tls_silent",
    "tls_on_plain",
    "plain_on_tls",
]
"""Which of the server's addresses the client is sent to."""

ANSWER: tuple[Ending, ...] = (GenerationResult,)
TEXT = "pong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A row of the table.

    ``happens`` says what the server does. ``ends`` are the endings that are right, ``text`` the answer's text where one
    of them is an answer. ``ways`` are those in which it can be asked for. ``requests`` is how many arrive from a client
    with two retries, None where that depends on time. ``calls`` is how many times the client asks, one after another.
    """

    name: str
    happens: str
    act: Act
    ends: tuple[Ending, ...] = ANSWER
    ways: tuple[Way, ...] = ("whole", "stream")
    requests: int | None = 1
    calls: int = 1
    text: str = TEXT
    strain: Strain = "none"
    listener: Listener = "http"
