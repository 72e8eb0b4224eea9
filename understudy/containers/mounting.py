"""A container inside another one."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from understudy.containers._injector import containers, providers
from understudy.domain.errors import Fault, WiringError, near_match

__all__ = ["Mount", "mount", "needs"]

C = TypeVar("C", bound=containers.DeclarativeContainer)


class Mount(providers.Container[C]):
    """``providers.Container`` with two differences.

    Its nodes are found as fast as the mounted container's own: the original finds each of them by failing an ordinary
    look-up first, which costs more than resolving a singleton. And setting back an override by a whole container sets
    back just that: the original also takes away what wires the mounted container into its parent.
    """

    __slots__ = ("__dict__", "_applied")  # _applied is the mount's own; __dict__ is the mounted container's

    def __init__(
        self, container_cls: type[C] | None = None, container: C | None = None, **overriding_providers: Any
    ) -> None:
        self._applied: list[frozenset[str]] = []
        # Without arguments in a deep copy, which fills it in afterwards: the stub does not know of that.
        super().__init__(cast("type[C]", container_cls), container, **overriding_providers)
        self._share()

    def __deepcopy__(self, memo: dict[Any, Any] | None) -> Mount[C]:
        """A copy with a container of its own."""
        copied = cast("Mount[C]", super().__deepcopy__(memo))
        copied._applied = list(self._applied)  # noqa: SLF001  # the same class
        copied._share()  # noqa: SLF001  # the same class
        return copied

    def override(self, provider: Any) -> providers.OverridingContext[Any]:
        """Let the nodes of another container, instance or class, answer for those of the same name.

        Raises WiringError for a name that is no node here, TypeError for what is no container; nothing changes then.
        """
        nodes = _nodes_of(provider)
        own = _nodes_of(self)
        faults = [_unknown(name, own) for name in nodes if name not in own]
        if faults:
            raise WiringError(faults)
        for name, node in nodes.items():
            own[name].override(node)
        self._applied.append(frozenset(nodes))
        return super(providers.Container, self).override(provider)

    def reset_last_overriding(self) -> None:
        """Take the last overriding container away."""
        super(providers.Container, self).reset_last_overriding()
        own = _nodes_of(self)
        for name in self._applied.pop():
            own[name].reset_last_overriding()

    def reset_override(self) -> None:
        """Take all overriding containers away; what wires this one into its parent stays."""
        while self._applied:
            self.reset_last_overriding()

    def _share(self) -> None:
        # One dictionary for both: what is set on the mounted container later is seen here too. It is not there yet
        # where the copying of the mounted container has come back to its parent.
        mounted: C | None = self.container
        if mounted is not None:
            self.__dict__ = mounted.__dict__


def _nodes_of(container: Any) -> dict[str, providers.Provider[Any]]:
    nodes = getattr(container, "providers", None)
    if not isinstance(nodes, dict):
        raise TypeError(f"A mounted container is overridden by a container, not by {type(container).__qualname__}.")
    return nodes


def _unknown(name: str, known: dict[str, providers.Provider[Any]]) -> Fault:
    meant = near_match(name, known)
    return Fault(
        where=name,
        reason="the overridden container has no such node",
        hint=f"Did you mean {meant!r}?" if meant else f"Its nodes: {', '.join(sorted(known))}.",
    )


def mount(container: type[C], /, **dependencies: Any) -> C:
    """``container`` as a node of another one, its dependencies wired; type checkers see the mounted container's nodes.

    ``generation = mount(GenerationContainer, http=http, settings=settings.provided.generation)``
    """
    return cast("C", Mount(container, **dependencies))


def needs(_container: type[C], /) -> C:
    """The place of another container among one's dependencies; type checkers see that container's nodes.

    ``http = needs(HttpContainer)`` is filled by ``mount(ThisContainer, http=http)``.
    """
    return cast("C", providers.DependenciesContainer())
