"""The container's graph."""

from __future__ import annotations

from collections.abc import Iterator

from understudy.cli.checks.base import Examination, Finding, failure, ok

__all__ = ["check_graph"]


def check_graph(examination: Examination) -> Iterator[Finding]:
    """Whether every node has its arguments, no node needs itself, and every switch has the branch that it is set to."""
    from understudy.containers.nodes import walk
    from understudy.containers.opening import build_container
    from understudy.containers.verify import faults_of

    container, origin = build_container(examination.loaded, registry=examination.registry)
    faults = faults_of(container, origin=origin)
    for fault in faults:
        place = f"{fault.origin}: {fault.where}" if fault.origin else fault.where
        yield failure(f"{place}: {fault.reason}", fix=fault.hint or "Change that setting, or the container's wiring.")
    if not faults:
        yield ok(f"{sum(1 for _ in walk(container))} nodes are wired")
