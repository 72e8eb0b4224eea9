"""Overrides of any node, by its path, in one container instance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from understudy.containers._injector import providers
from understudy.containers.nodes import AnyProvider, Double, HasProviders, edges, named, walk
from understudy.containers.switch import Switch
from understudy.domain.errors import Fault, WiringError, near_match

__all__ = ["apply_overrides", "find_node", "override"]


def find_node(container: HasProviders, path: str) -> AnyProvider:
    """The node with this path: ``generation.claude``, or a branch: ``generation.claude.real``.

    Raises WiringError with the near match.
    """
    nodes = _nodes(container)
    if path not in nodes:
        raise WiringError([_unknown(path, nodes)])
    return nodes[path]


def apply_overrides(container: HasProviders, overrides: Mapping[str, Any]) -> ExitStack:
    """Override the nodes with these paths; the stack takes the overrides away again.

    A value is a provider, a container for a node that mounts one, or any other object, which is then provided as it is.
    Raises WiringError with every path that is no node; nothing is overridden then.
    """
    nodes = _nodes(container)
    faults = [_unknown(path, nodes) for path in overrides if path not in nodes]
    if faults:
        raise WiringError(faults)
    with ExitStack() as stack:
        for path, value in overrides.items():
            stack.enter_context(nodes[path].override(value))
        return stack.pop_all()


@contextmanager
def override(container: HasProviders, overrides: Mapping[str, Any]) -> Iterator[None]:
    """For the length of a ``with`` block, let others answer for the nodes with these paths.

    ``with override(container, {"generation.claude": fake}): ...``. Only this container is changed. What keeps one of
    the nodes inside it (the fallback, the manager) is made anew for the block, and is afterwards what it was before.
    What an override supplies belongs to whoever wrote it: the container does not close it. Raises WiringError for a
    path that is no node.
    """
    keepers = _keepers(container, overrides)
    with apply_overrides(container, overrides) as stack:
        for keeper in keepers:
            stack.enter_context(keeper.override(_double(keeper)))
        yield


def _keepers(container: HasProviders, paths: Iterable[str]) -> list[Any]:
    """The singletons that would keep what stands at one of these paths, now or once they are built."""
    nodes = _nodes(container)
    changed = {id(node) for path, node in nodes.items() if any(f"{path}.".startswith(f"{each}.") for each in paths)}
    reached = set(changed)
    links = {
        id(node.provider): (node.provider, [id(edge.target) for edge in edges(node.provider)])
        for node in walk(container)
    }
    grown = True
    while grown:
        found = {each for each, (_, targets) in links.items() if each not in reached and reached.intersection(targets)}
        reached |= found
        grown = bool(found)
    return [
        provider
        for each, (provider, _) in links.items()
        if each in reached - changed and isinstance(provider, providers.Singleton | providers.ThreadSafeSingleton)
    ]


def _double(keeper: Any) -> AnyProvider:
    """A singleton that makes the same as ``keeper``, and has made nothing yet."""
    return Double(keeper.provides, *keeper.args, **keeper.kwargs).add_attributes(**keeper.attributes)


def _nodes(container: HasProviders) -> dict[str, AnyProvider]:
    found: dict[str, AnyProvider] = {}
    for node in named(container):
        found.setdefault(node.path, node.provider)
        if isinstance(node.provider, Switch):
            for name, branch in node.provider.providers.items():
                found.setdefault(f"{node.path}.{name}", branch)
    return {path: node for path, node in found.items() if not isinstance(node, providers.Self)}


def _unknown(path: str, nodes: Mapping[str, AnyProvider]) -> Fault:
    meant = near_match(path, nodes)
    siblings = sorted(each for each in nodes if each.rpartition(".")[0] == path.rpartition(".")[0])
    return Fault(
        where=path,
        reason="the container has no such node to override",
        hint=f"Did you mean {meant!r}?" if meant else f"There is: {', '.join(siblings) or ', '.join(sorted(nodes))}.",
    )
