"""The graph as indented lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from understudy.containers.graph.model import GraphNode

__all__ = ["tree"]


def tree(node: GraphNode) -> str:
    """The graph as text: ``*`` marks the selected branch of a switch, ``[overridden]`` an overridden node."""
    return "\n".join([_label(node), *_lines(node, "")])


def _lines(node: GraphNode, indent: str) -> Iterator[str]:
    for index, child in enumerate(node.children):
        last = index == len(node.children) - 1
        yield f"{indent}{'└── ' if last else '├── '}{_label(child)}"
        yield from _lines(child, indent + ("    " if last else "│   "))


def _label(node: GraphNode) -> str:
    mark = {True: "* ", False: "  ", None: ""}[node.selected]
    words = [f"{mark}{node.name}"]
    if node.alias_of is not None:
        words.append(f"= {node.alias_of}")
    elif node.kind == "switch":
        words.append(f"-> {node.choice or '?'}" if not node.overridden else f"({node.provides})")
    elif node.provides:
        words.append(f"({node.kind} of {node.provides})" if node.kind != "container" else f"({node.provides})")
    if node.overridden:
        words.append("[overridden]")
    return " ".join(words)
