"""The container as a picture: data, a tree for the terminal, Mermaid and SVG."""

from __future__ import annotations

from understudy.containers.graph.mermaid import mermaid
from understudy.containers.graph.model import GraphNode, describe
from understudy.containers.graph.svg import svg
from understudy.containers.graph.tree import tree

__all__ = ["GraphNode", "describe", "mermaid", "svg", "tree"]
