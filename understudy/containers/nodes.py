"""The container's graph as nodes with paths and edges, read without building anything and without recursion.

A path is what one would type: ``generation.claude`` for a named node, ``generation.claude.real`` for a branch, and for
what is only an argument of another node that node's path and the argument's name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from understudy.containers._injector import providers
from understudy.containers.lifetime import Kept
from understudy.containers.switch import Switch

__all__ = ["AnyProvider", "Double", "Edge", "HasProviders", "Node", "active", "edges", "named", "provided_by", "walk"]

AnyProvider: TypeAlias = providers.Provider[Any]


class HasProviders(Protocol):
    """A container's instance or class, or the node that mounts one."""

    @property
    def providers(self) -> Mapping[str, AnyProvider]:
        """The nodes by name."""
        ...


class Double(providers.ThreadSafeSingleton[Any]):
    """What stands in for a singleton that would keep an overridden node: no override that anybody asked for."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One node refers to another. ``calls``: building the first builds the second; a delegate only passes it on."""

    label: str
    target: AnyProvider
    calls: bool = True


@dataclass(frozen=True, slots=True)
class Node:
    """A provider and where it stands."""

    path: str
    provider: AnyProvider


_CONTAINERS = (providers.Container, providers.DependenciesContainer)
_BUILDERS = (providers.Callable, providers.Factory, providers.BaseSingleton, providers.Resource)
_ACCESSORS = (providers.ProvidedInstance, providers.AttributeGetter, providers.ItemGetter)


def active(provider: AnyProvider) -> AnyProvider:
    """What answers for ``provider``: its last override, and that one's own, else itself."""
    seen = {id(provider)}
    while not isinstance(provider, _CONTAINERS) and provider.last_overriding is not None:
        provider = provider.last_overriding
        if id(provider) in seen:  # overrides in a ring; the search for cycles reports it
            break
        seen.add(id(provider))
    return provider


def provided_by(provider: AnyProvider) -> Any:
    """The callable that a building node calls, behind ``Kept``; None for other kinds of nodes."""
    if not isinstance(provider, _BUILDERS):
        return None
    provides = provider.provides
    return provides.make if isinstance(provides, Kept) else provides


def named(container: HasProviders, prefix: str = "") -> Iterator[Node]:
    """The nodes that have names of their own, those of mounted containers after the node that mounts them."""
    stack = [Node(prefix + name, provider) for name, provider in container.providers.items()][::-1]
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node.provider, _CONTAINERS) and id(node.provider) not in seen:
            seen.add(id(node.provider))
            inner = [Node(f"{node.path}.{name}", child) for name, child in _inner(node.provider).items()]
            stack.extend(reversed(inner))


def walk(container: HasProviders) -> Iterator[Node]:
    """Every node once, with its shortest name: first the named ones, then what they refer to."""
    queue = list(named(container))
    seen: set[int] = set()
    position = 0
    while position < len(queue):
        node = queue[position]
        position += 1
        if id(node.provider) in seen:
            continue
        seen.add(id(node.provider))
        yield node
        queue.extend(Node(_below(node.path, edge), edge.target) for edge in edges(node.provider))


def _below(path: str, edge: Edge) -> str:
    return f"{path}.{edge.label}" if edge.label else path


def edges(provider: AnyProvider) -> list[Edge]:
    """What ``provider`` refers to; only the override where it is overridden, since nothing else counts then."""
    if provider.last_overriding is not None and not isinstance(provider, _CONTAINERS):
        return [Edge("", provider.last_overriding)]
    for kinds, read in _READERS:
        if isinstance(provider, kinds):
            return read(provider)
    return [Edge("", related) for related in provider.related]


def _inner(container: AnyProvider) -> Mapping[str, AnyProvider]:
    found: Mapping[str, AnyProvider] = container.providers  # type: ignore[attr-defined]  # the stub of Container lacks it
    return found


def _container_edges(provider: AnyProvider) -> list[Edge]:
    return [Edge(name, child, calls=False) for name, child in _inner(provider).items()]


def _dependency_edges(provider: providers.Dependency[Any]) -> list[Edge]:
    default: AnyProvider | None = provider.default  # None, whatever the stub says
    return [] if default is None else [Edge("default", default)]


def _switch_edges(provider: Switch[Any]) -> list[Edge]:
    return [*_injected(("choice", provider.choose)), *_injected(*provider.providers.items())]


def _selector_edges(provider: providers.Selector[Any]) -> list[Edge]:
    return [*_injected(("choice", provider.selector)), *_injected(*provider.providers.items())]


def _builder_edges(provider: Any) -> list[Edge]:
    attributes = provider.attributes if isinstance(provider, providers.Factory | providers.BaseSingleton) else {}
    return _injected(("provides", provider.provides), *_arguments(provider), *attributes.items())


def _accessor_edges(provider: Any) -> list[Edge]:
    return _injected(("", provider.provides))


def _method_edges(provider: Any) -> list[Edge]:
    return _injected(("", provider.provides), *_arguments(provider))


def _held_edges(provider: Any) -> list[Edge]:
    return [Edge("", provider.provides, calls=False)] if isinstance(provider.provides, providers.Provider) else []


def _arguments(provider: Any) -> Iterator[tuple[str, Any]]:
    yield from ((f"argument {index}", value) for index, value in enumerate(provider.args, start=1))
    yield from provider.kwargs.items()


def _injected(*values: tuple[str, Any]) -> list[Edge]:
    return [
        Edge(label, value, calls=not providers.is_delegated(value))
        for label, value in values
        if isinstance(value, providers.Provider)
    ]


_READERS: tuple[tuple[Any, Callable[[Any], list[Edge]]], ...] = (
    (_CONTAINERS, _container_edges),
    (providers.Dependency, _dependency_edges),
    (Switch, _switch_edges),
    (providers.Selector, _selector_edges),
    (_BUILDERS, _builder_edges),
    (providers.MethodCaller, _method_edges),
    (_ACCESSORS, _accessor_edges),
    ((providers.Delegate, providers.Object), _held_edges),
    (providers.List, lambda provider: _injected(*((f"item {i}", each) for i, each in enumerate(provider.args, 1)))),
    (providers.Dict, lambda provider: _injected(*((str(key), value) for key, value in provider.kwargs.items()))),
    (providers.Self, lambda _: []),
)
"""How the edges of each kind are read; the first kind that fits counts."""
