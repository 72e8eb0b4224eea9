"""From the measurements to the table, the targets and the plot."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import plot
from catalog import BENCHES, BY_NAME, METRICS, PEERS, Metric
from targets import TARGETS, Figures, Target

GROUPS = {
    "A call": ("call", "blocking", "flight64", "rate64", "p99", "flight1000", "rate1000"),
    "Streams and objects": ("stream", "stream_paced", "identity", "lifecycle", "resolve", "stand_in_rate"),
    "A process": ("import", "process", "process_stand_in", "memory", "memory64"),
}
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
_METRICS = {metric.name: metric for metric in METRICS}


def write(found: dict[str, Any], folder: Path) -> None:
    """Write ``table.md`` and ``plot.svg`` beside ``results.json``; print the targets and what went wrong."""
    figures = Figures(by_metric(found["rows"]))
    targets = "\n".join(target_table(figures))
    (folder / "table.md").write_text("\n".join(page(found, figures, targets)) + "\n")
    (folder / "plot.svg").write_text(plot.svg(figures))
    print("\n" + targets)
    for line in failures(found):
        print(line)
    print(f"\nwritten: {folder / 'table.md'}, plot.svg, results.json")


def write_docs(found: dict[str, Any], docs: Path) -> None:
    """Put the tables into the documentation, between the marks, and the plot beside it."""
    figures = Figures(by_metric(found["rows"]))
    tables = "\n".join(page(found, figures, "\n".join(target_table(figures))))
    path = docs / "benchmarks.md"
    before, _, rest = path.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text(f"{before}{BEGIN}\n\n{tables}\n\n{END}{after}")
    (docs / "benchmarks.svg").write_text(plot.svg(figures))
    print(f"and into {path}")


def by_metric(rows: list[dict[str, Any]]) -> dict[tuple[str, str], dict[int, float]]:
    """(peer, metric) to its figure in each round."""
    found: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    for row in rows:
        for metric in METRICS:
            if metric.bench == row["bench"] and metric.field in row:
                found[row["peer"], metric.name][row["round"]] = row[metric.field]
    return dict(found)


def page(found: dict[str, Any], figures: Figures, targets: str) -> Iterator[str]:
    """The lines of the page."""
    machine = found["machine"]
    yield (
        f"Python {machine['python']}, {machine['system']}, {machine['cores']} cores, {machine['date']};"
        f" {found['rounds']} rounds{', shortened (--quick)' if found['quick'] else ''}. Each figure is the median of"
        " the rounds, with the least and the most in brackets; CPU is that of the measured process alone."
    )
    yield ""
    yield from ("### Targets", "", targets)
    for title, names in GROUPS.items():
        yield from ("", f"### {title}", "", *metric_table(found, figures, [_METRICS[name] for name in names]))
    lines = list(failures(found))
    if lines:
        yield from ("", "### What is missing", "", *(f"- {line}" for line in lines))


def metric_table(found: dict[str, Any], figures: Figures, metrics: list[Metric]) -> Iterator[str]:
    """One line per peer."""
    yield "| | " + " | ".join(f"{metric.title}, {metric.unit}" for metric in metrics) + " |"
    yield "|---|" + "---:|" * len(metrics)
    for peer in PEERS:
        cells = [cell(figures.rounds(peer.name, metric.name)) for metric in metrics]
        if peer.name in found["not_installed"]:
            cells = ["not installed", *[""] * (len(metrics) - 1)]
        elif not any(cells):
            continue
        version = found["versions"].get(peer.name, "")
        yield f"| {peer.title} {version} | " + " | ".join(cell or "-" for cell in cells) + " |"


def cell(rounds: dict[int, float]) -> str:
    """A figure with its spread."""
    if not rounds:
        return ""
    values = list(rounds.values())
    spread = f" ({short(min(values))} to {short(max(values))})" if len(values) > 1 else ""
    return short(statistics.median(values)) + spread


def short(value: float) -> str:
    """Three figures, or whole thousands."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def target_table(figures: Figures) -> Iterator[str]:
    """Each target with what was measured."""
    yield "| target | measured (spread) | at most | |"
    yield "|---|---:|---:|---|"
    for target in TARGETS:
        yield target_line(target, figures)


def target_line(target: Target, figures: Figures) -> str:
    values = target.measured(figures)
    limit = f"{'≥' if target.at_least else '≤'} {target.limit:g}"
    if not values:
        return f"| {target.title} | not measured | {limit} | |"
    middle = statistics.median(values)
    met = middle >= target.limit if target.at_least else middle <= target.limit
    spread = f" ({short(min(values))} to {short(max(values))})" if len(values) > 1 else ""
    return f"| {target.title} | {short(middle)}{spread} | {limit} | {'met' if met else '**missed**'} |"


def failures(found: dict[str, Any]) -> Iterator[str]:
    """Peers without an environment, and measurements that failed."""
    for peer, reason in found["not_installed"].items():
        yield f"{BY_NAME[peer].title}: not installed: {reason}"
    told = set()
    for row in found["rows"]:
        key = (row["peer"], row["bench"])
        if "error" in row and key not in told:
            told.add(key)
            yield f"{BY_NAME[row['peer']].title}, {BENCHES[row['bench']].says}: {row['error']}"
