"""What the library promises, as figures and as ratios to its peers, each taken within a round."""

from __future__ import annotations

import statistics
from dataclasses import dataclass


class Figures:
    """The measured figures, by peer and metric."""

    def __init__(self, found: dict[tuple[str, str], dict[int, float]]) -> None:
        self._found = found

    def rounds(self, peer: str, metric: str) -> dict[int, float]:
        """The figure in each round; empty where there is none."""
        return self._found.get((peer, metric), {})

    def median(self, peer: str, metric: str) -> float | None:
        """The median over the rounds."""
        values = self.rounds(peer, metric).values()
        return statistics.median(values) if values else None

    def ratios(self, ours: tuple[str, str], theirs: tuple[str, str]) -> list[float]:
        """One by the other, round by round."""
        above, below = self.rounds(*ours), self.rounds(*theirs)
        return [above[number] / below[number] for number in above if below.get(number)]


@dataclass(frozen=True)
class Target:
    """``metric`` of ours, as it is or divided by ``beside``, a (peer, metric)."""

    title: str
    limit: float
    metric: str
    beside: tuple[str, str] | None = None
    at_least: bool = False

    def measured(self, figures: Figures) -> list[float]:
        """One value per round."""
        if self.beside is None:
            return list(figures.rounds("ours", self.metric).values())
        return figures.ratios(("ours", self.metric), self.beside)


TARGETS = (
    Target("async call, CPU ÷ httpx", 0.35, "call", ("raw_httpx", "call")),
    Target("async call, CPU ÷ openai SDK", 0.25, "call", ("openai", "call")),
    Target("async call, CPU ÷ LiteLLM", 0.1, "call", ("litellm", "call")),
    Target("64 in flight, CPU ÷ httpx2", 0.4, "flight64", ("raw_httpx2", "flight64")),
    Target("64 in flight, CPU ÷ aiohttp", 2.0, "flight64", ("raw_aiohttp", "flight64")),
    Target("64 in flight, calls/s ÷ httpx2", 1.5, "rate64", ("raw_httpx2", "rate64"), at_least=True),
    Target("1000 in flight, CPU ÷ 64 in flight", 1.5, "flight1000", ("ours", "flight64")),
    Target("blocking call, CPU ÷ openai SDK", 0.5, "blocking", ("openai", "blocking")),
    Target("stream (large writes), CPU per chunk ÷ httpx's lines", 1.3, "stream", ("raw_httpx", "stream")),
    Target(
        "stream (one write each), CPU per chunk ÷ httpx's lines", 1.3, "stream_paced", ("raw_httpx", "stream_paced")
    ),
    Target("stream (large writes), CPU per chunk ÷ openai SDK", 0.1, "stream", ("openai", "stream")),
    Target("per-request client, CPU µs", 20, "identity"),
    Target("resolving a generator, CPU µs", 1, "resolve"),
    Target("stand-in, calls per CPU second", 20_000, "stand_in_rate", at_least=True),
    Target("import understudy over bare Python, CPU ms", 20, "import"),
    Target("process with one stand-in call, CPU ms", 250, "process_stand_in"),
    Target("process with one real call, CPU ms", 400, "process"),
    Target("memory after one call, MB", 60, "memory"),
    Target("memory with 64 in flight, MB", 60, "memory64"),
)
