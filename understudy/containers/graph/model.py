"""The container's graph as data that can be drawn. Nothing is built for it and no value appears in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from understudy.containers._injector import providers
from understudy.containers.nodes import AnyProvider, Double, HasProviders, active, edges, provided_by
from understudy.containers.switch import Switch

__all__ = ["GraphNode", "Kind", "describe"]

Kind: TypeAlias = Literal["container", "switch", "singleton", "factory", "callable", "dependency", "object", "provider"]

_KINDS: tuple[tuple[Any, Kind], ...] = (
    ((providers.Container, providers.DependenciesContainer), "container"),
    (providers.Selector, "switch"),
    ((providers.BaseSingleton, providers.Resource), "singleton"),
    (providers.Factory, "factory"),
    (providers.Callable, "callable"),
    (providers.Dependency, "dependency"),
    (providers.Object, "object"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphNode:
    """A node of the container.

    ``provides`` is what it makes: a class's or function's name, a type, never a value. ``choice`` is a switch's chosen
    branch, None where choosing failed. ``selected`` is set on the branches of a switch: whether this one is chosen.
    ``overridden`` says that something else answers for it, ``provides`` then names that. ``uses`` are the paths of the
    named nodes that it needs. ``alias_of`` is the path of the node that this is another name of.
    """

    path: str
    name: str
    kind: Kind
    provides: str = ""
    choice: str | None = None
    selected: bool | None = None
    overridden: bool = False
    alias_of: str | None = None
    uses: tuple[str, ...] = ()
    children: tuple[GraphNode, ...] = ()

    def walk(self) -> Iterator[GraphNode]:
        """This node and all below it, each before its children."""
        yield self
        for child in self.children:
            yield from child.walk()


def describe(container: HasProviders, *, name: str = "container") -> GraphNode:
    """The graph of a container, verified or not, from a root called ``name``.

    Switches are asked for their choice, which reads settings; nothing is built and nothing fails.
    """
    reader = _Reader()
    reader.learn(container.providers, prefix="")
    return GraphNode(path="", name=name, kind="container", children=reader.children(container.providers, prefix=""))


class _Reader:
    def __init__(self) -> None:
        self._paths: dict[int, str] = {}
        """Where each provider is at home: deeper paths first come before the shortcuts to them."""

    def learn(self, nodes: Mapping[str, AnyProvider], *, prefix: str) -> None:
        for name, provider in sorted(nodes.items(), key=lambda item: not isinstance(item[1], providers.Container)):
            if isinstance(provider, providers.Self):
                continue
            self._paths.setdefault(id(provider), prefix + name)
            if isinstance(provider, providers.Container) and self._paths[id(provider)] == prefix + name:
                self.learn(provider.container.providers, prefix=f"{prefix}{name}.")

    def children(self, nodes: Mapping[str, AnyProvider], *, prefix: str) -> tuple[GraphNode, ...]:
        return tuple(
            self._node(provider, name, prefix + name)
            for name, provider in nodes.items()
            if not isinstance(provider, providers.Self)
        )

    def _node(self, provider: AnyProvider, name: str, path: str, *, selected: bool | None = None) -> GraphNode:
        home = self._paths.get(id(provider), path)
        kind = _kind(provider)
        # A dependency is filled by an override; that is its nature and nothing to mark.
        filled = isinstance(provider, providers.Dependency | providers.DependenciesContainer)
        doubled = isinstance(provider.last_overriding, Double)
        overridden = provider.last_overriding is not None and not filled and not doubled
        if home != path:
            return GraphNode(path=path, name=name, kind=kind, selected=selected, overridden=overridden, alias_of=home)
        choice = _choice(provider)
        return GraphNode(
            path=path,
            name=name,
            kind=kind,
            provides=_provides(provider),
            choice=choice,
            selected=selected,
            overridden=overridden,
            uses=self._uses(provider),
            children=self._below(provider, path, choice),
        )

    def _below(self, provider: AnyProvider, path: str, choice: str | None) -> tuple[GraphNode, ...]:
        if isinstance(provider, providers.Container):
            return self.children(provider.container.providers, prefix=f"{path}.")
        if not isinstance(provider, providers.Selector):
            return ()
        return tuple(
            self._node(branch, name, f"{path}.{name}", selected=name == choice)
            for name, branch in provider.providers.items()
        )

    def _uses(self, provider: AnyProvider) -> tuple[str, ...]:
        """The named nodes that this one needs, through whatever nameless ones stand in between."""
        if isinstance(provider, providers.Container | providers.DependenciesContainer):
            return ()
        found: dict[str, None] = {}
        branches = set(map(id, provider.providers.values())) if isinstance(provider, providers.Selector) else set()
        pending = [edge.target for edge in edges(provider) if id(edge.target) not in branches]
        seen: set[int] = set()
        while pending:
            target = pending.pop()
            if id(target) in seen:
                continue
            seen.add(id(target))
            if id(target) in self._paths:
                found[self._paths[id(target)]] = None
            else:
                pending.extend(edge.target for edge in edges(target))
        return tuple(sorted(found))


def _kind(provider: AnyProvider) -> Kind:
    for types, kind in _KINDS:
        if isinstance(provider, types):
            return kind
    return "provider"


def _choice(provider: AnyProvider) -> str | None:
    if not isinstance(provider, Switch) or provider.last_overriding is not None:
        return None
    try:
        value = provider.value()
    except Exception:  # noqa: BLE001  # a picture of a broken graph is worth having; the verification tells why
        return None
    return None if value is None else str(value)


def _provides(provider: AnyProvider) -> str:
    if isinstance(provider, providers.Container):
        return _container_name(provider)
    if isinstance(provider, providers.DependenciesContainer):
        return ""
    if isinstance(provider, providers.Dependency):
        return str(provider.instance_of.__qualname__)
    answering = active(provider)
    if isinstance(answering, providers.Object):
        return type(answering.provides).__qualname__
    made = provided_by(answering)
    return str(getattr(made, "__qualname__", type(made).__qualname__)) if made is not None else ""


def _container_name(provider: providers.Container[Any]) -> str:
    parent = getattr(provider.container, "declarative_parent", None)
    return str(parent.__qualname__) if parent is not None else ""
