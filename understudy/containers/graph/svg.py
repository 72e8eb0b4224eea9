"""The graph as an SVG picture, laid out as an indented tree; no other program is needed."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from understudy.containers.graph.model import GraphNode

__all__ = ["svg"]

_ROW = 30
_INDENT = 28
_BOX = 22
_PAD = 16
_CHARACTER = 7.3
"""Sizes in pixels; the last is the width of a character of the monospaced font, with some to spare."""

_FILLS = {"container": "#e8eef7", "switch": "#fdf1d6", "dependency": "#eeeeee", "object": "#eeeeee"}

_STYLE = (
    "text{font:12px ui-monospace,Menlo,Consolas,monospace;fill:#1b1f24}"
    "rect{stroke:#8894a5}path{stroke:#8894a5;fill:none}"
    ".selected rect{stroke:#1a7f37;stroke-width:2.5}.selected text{font-weight:bold}"
    ".unselected{opacity:.55}.overridden rect{stroke:#b35900;stroke-dasharray:5 3}"
)


@dataclass(frozen=True, slots=True)
class _Row:
    node: GraphNode
    depth: int
    parent: int | None

    @property
    def label(self) -> str:
        node = self.node
        text = node.name
        if node.alias_of is not None:
            text += f" = {node.alias_of}"
        elif node.kind == "switch" and not node.overridden:
            text += f" → {node.choice or '?'}"
        elif node.provides:
            text += f": {node.provides}"
        return text + (" (overridden)" if node.overridden else "")

    @property
    def classes(self) -> str:
        chosen = {True: "selected", False: "unselected", None: ""}[self.node.selected]
        return " ".join(part for part in (chosen, "overridden" if self.node.overridden else "") if part)

    @property
    def left(self) -> int:
        return _PAD + self.depth * _INDENT

    @property
    def width(self) -> float:
        return len(self.label) * _CHARACTER + 16


def svg(node: GraphNode) -> str:
    """The graph as a self-contained SVG document.

    Selected branches have a thick border, those not selected are pale, overridden nodes have a dashed border.
    """
    rows = _rows(node)
    width = max(row.left + row.width for row in rows) + _PAD
    height = len(rows) * _ROW + 2 * _PAD
    size = f'width="{width:.0f}" height="{height}" viewBox="0 0 {width:.0f} {height}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(node.name)}">',
        f"<title>{escape(node.name)}</title>",
        f"<style>{_STYLE}</style>",
        *(_branch(rows, index) for index, row in enumerate(rows) if row.parent is not None),
        *(_box(row, index) for index, row in enumerate(rows)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _rows(root: GraphNode) -> list[_Row]:
    rows: list[_Row] = []
    pending: list[tuple[GraphNode, int, int | None]] = [(root, 0, None)]
    while pending:
        node, depth, parent = pending.pop()
        rows.append(_Row(node, depth, parent))
        index = len(rows) - 1
        pending.extend((child, depth + 1, index) for child in reversed(node.children))
    return rows


def _top(index: int) -> int:
    return _PAD + index * _ROW


def _branch(rows: list[_Row], index: int) -> str:
    row = rows[index]
    parent = row.parent or 0
    start_x, start_y = rows[parent].left + 10, _top(parent) + _BOX
    return f'<path d="M{start_x} {start_y}V{_top(index) + _BOX // 2}H{row.left}"/>'


def _box(row: _Row, index: int) -> str:
    top = _top(index)
    fill = _FILLS.get(row.node.kind, "#ffffff")
    classes = f' class="{row.classes}"' if row.classes else ""
    return (
        f"<g{classes}>"
        f'<rect x="{row.left}" y="{top}" width="{row.width:.0f}" height="{_BOX}" rx="4" fill="{fill}"/>'
        f'<text x="{row.left + 8}" y="{top + 15}">{escape(row.label)}</text>'
        "</g>"
    )
