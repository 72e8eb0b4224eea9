"""The plot: bars of CPU time, one panel per row, shortest first, as SVG."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from catalog import METRICS, PEERS
from targets import Figures

PANELS = ("call", "flight64", "blocking", "stream", "process", "memory")
WIDTH, LINE, LABEL, GAP = 760, 18, 190, 46
OURS, THEIRS = "#c2410c", "#94a3b8"


def svg(figures: Figures) -> str:
    """The whole picture."""
    body: list[str] = []
    top = 10
    for name in PANELS:
        bars = sorted(_bars(figures, name))
        if bars:
            body.extend(_panel(name, bars, top))
            top += GAP + LINE * len(bars)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}"'
        ' font-family="system-ui, sans-serif" font-size="12">'
    )
    return "\n".join([head, f'<rect width="{WIDTH}" height="{top}" fill="#fff"/>', *body, "</svg>", ""])


def _bars(figures: Figures, name: str) -> Iterator[tuple[float, str, bool]]:
    for peer in PEERS:
        value = figures.median(peer.name, name)
        if value is not None:
            yield value, peer.title, peer.module == "ours"


def _panel(name: str, bars: list[tuple[float, str, bool]], top: int) -> Iterator[str]:
    metric = next(metric for metric in METRICS if metric.name == name)
    title = escape(f"{metric.title}, {metric.unit}")
    yield f'<text x="4" y="{top + 16}" font-size="14" font-weight="600">{title}</text>'
    room = WIDTH - LABEL - 70
    for number, (value, label, own) in enumerate(bars):
        y = top + 26 + LINE * number
        length = max(1.0, room * value / bars[-1][0])
        weight = ' font-weight="600"' if own else ""
        yield f'<text x="{LABEL - 6}" y="{y + 12}" text-anchor="end"{weight}>{escape(label)}</text>'
        fill = OURS if own else THEIRS
        yield f'<rect x="{LABEL}" y="{y + 2}" width="{length:.1f}" height="{LINE - 5}" fill="{fill}"/>'
        figure = f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
        yield f'<text x="{LABEL + length + 5:.1f}" y="{y + 12}"{weight}>{figure}</text>'
