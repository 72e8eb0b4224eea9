"""The graph in Mermaid's language, which code hosts and documentation tools draw."""

from __future__ import annotations

from collections.abc import Iterator

from understudy.containers.graph.model import GraphNode

__all__ = ["mermaid"]

_VALUES = ("dependency", "object")


def mermaid(node: GraphNode) -> str:
    """The graph as a Mermaid flowchart: containers are boxes around their nodes.

    A thick arrow leads to the selected branch, a dotted one to those not selected, a thin one to what a node needs;
    settings and other values, which nearly all need, get no arrows. Overridden nodes have a dashed border.
    """
    known = {each.path: f"n{index}" for index, each in enumerate(node.walk())}
    lines = ["flowchart LR", *_boxes(node, known, "  "), *_arrows(node, known)]
    overridden = {known[_home(each)]: None for each in node.walk() if each.overridden}
    selected = {known[_home(each)]: None for each in node.walk() if each.selected}
    lines.append("  classDef overridden stroke-dasharray: 5 5")
    lines.append("  classDef selected stroke-width: 3px")
    lines.extend(
        f"  class {','.join(names)} {style}"
        for names, style in ((overridden, "overridden"), (selected, "selected"))
        if names
    )
    return "\n".join(lines) + "\n"


def _boxes(node: GraphNode, known: dict[str, str], indent: str) -> Iterator[str]:
    if node.kind == "container" and node.children:
        yield f"{indent}subgraph {known[node.path]}[{_quoted(node.name)}]"
        for child in node.children:
            yield from _boxes(child, known, indent + "  ")
        yield f"{indent}end"
        return
    if node.alias_of is None:
        text = f"{node.name}\n{node.provides}" if node.provides else node.name
        left, right = ("{{", "}}") if node.kind == "switch" else ("[", "]")
        yield f"{indent}{known[node.path]}{left}{_quoted(text)}{right}"
    for child in node.children:
        yield from _boxes(child, known, indent)


def _arrows(node: GraphNode, known: dict[str, str]) -> Iterator[str]:
    drawn = {each.path for each in node.walk() if each.kind not in _VALUES}
    for each in node.walk():
        if each.kind == "switch":
            for branch in each.children:
                target = known[_home(branch)]
                yield f"  {known[each.path]} {'==>' if branch.selected else '-.->'} {target}"
        for path in each.uses:
            if path in drawn and each.path in drawn:
                yield f"  {known[each.path]} --> {known[path]}"


def _home(node: GraphNode) -> str:
    return node.path if node.alias_of is None else node.alias_of


def _quoted(text: str) -> str:
    escaped = text.replace("#", "#35;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")
    return f'"{escaped}"'.replace("\n", "<br/>")
