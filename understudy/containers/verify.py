"""The check of a container's graph before its first call: every fault at once, nothing built.

A cycle is found here because it is a RecursionError later, and on Python 3.13 a crash of the interpreter.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from dependency_injector.errors import Error as InjectorError

from understudy.containers._injector import providers
from understudy.containers.nodes import AnyProvider, HasProviders, Node, edges, provided_by, walk
from understudy.containers.switch import Switch
from understudy.domain.errors import (
    Fault,
    MissingCredentialsError,
    NoProviderAvailableError,
    WiringError,
    near_match,
)

__all__ = ["faults_of", "verify"]

Origin = Callable[[str], str | None]

_PARTIAL = (
    providers.DelegatedCallable,
    providers.DelegatedFactory,
    providers.AbstractCallable,
    providers.AbstractFactory,
)
_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def verify(container: HasProviders, *, origin: Origin | None = None) -> None:
    """Raise WiringError with every fault of the graph; return nothing where there is none.

    Faults are: arguments that a constructor lacks or does not have, dependencies that nothing fills or that another
    type fills, cycles, and switches whose value is no branch. Factories that are passed on as they are
    (``DelegatedFactory``, ``.provider``) may lack arguments: their callers give them. ``origin`` tells where a settings
    key was set.
    """
    faults = faults_of(container, origin=origin)
    if faults:
        raise WiringError(faults)


def faults_of(container: HasProviders, *, origin: Origin | None = None) -> list[Fault]:
    """What ``verify`` would raise, as a list."""
    nodes = list(walk(container))
    passed_on = {
        id(edge.target)
        for node in nodes
        if isinstance(node.provider, providers.Delegate)
        for edge in edges(node.provider)
    }
    faults: list[Fault] = []
    for node in nodes:
        if node.provider.last_overriding is None:
            faults.extend(_argument_faults(node, partial=id(node.provider) in passed_on))
        faults.extend(_dependency_faults(node))
    cycles = list(_cycles(nodes))
    faults.extend(cycles)
    if not cycles:  # asking a switch for its value would follow them
        faults.extend(_choice_faults(nodes, origin))
    return faults


def _argument_faults(node: Node, *, partial: bool) -> Iterator[Fault]:
    provider = node.provider
    if not isinstance(provider, providers.Callable | providers.Factory | providers.BaseSingleton):
        return
    if provider.provides is None:
        yield Fault(where=node.path, reason="it has nothing to call")
        return
    if isinstance(provider.provides, providers.Provider):
        return
    try:
        signature = inspect.signature(provider.provides)
    except (ValueError, TypeError):  # built in C, without a signature to hold the arguments against
        return
    what = getattr(provided_by(provider), "__qualname__", repr(provided_by(provider)))
    for reason, hint in _mismatches(signature, provider.args, provider.kwargs):
        yield Fault(where=node.path, reason=f"{what} {reason}", hint=hint)
    missing = _missing(signature, len(provider.args), provider.kwargs)
    if missing and not partial and not isinstance(provider, _PARTIAL):
        yield Fault(where=node.path, reason=f"{what} lacks {_listed(missing)}")


def _mismatches(
    signature: inspect.Signature, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Iterator[tuple[str, str | None]]:
    parameters = signature.parameters.values()
    positional = [each.name for each in parameters if each.kind in _POSITIONAL]
    names = [each.name for each in parameters if each.kind in _NAMED]
    if len(args) > len(positional) and not any(each.kind is each.VAR_POSITIONAL for each in parameters):
        yield f"takes {len(positional)} positional arguments and is given {len(args)}", None
    for name in kwargs:
        if name in positional[: len(args)]:
            yield f"is given {name!r} twice", None
        elif name not in names and not any(each.kind is each.VAR_KEYWORD for each in parameters):
            meant = near_match(name, names)
            yield f"has no argument {name!r}", f"Did you mean {meant!r}?" if meant else None


def _missing(signature: inspect.Signature, given: int, kwargs: Mapping[str, Any]) -> list[str]:
    parameters = list(signature.parameters.values())
    filled = {each.name for each in [each for each in parameters if each.kind in _POSITIONAL][:given]}
    return [
        each.name
        for each in parameters
        if each.default is each.empty
        and each.kind in (*_POSITIONAL, each.KEYWORD_ONLY)
        and each.name not in filled
        and each.name not in kwargs
    ]


def _listed(names: list[str]) -> str:
    return f"its argument{'' if len(names) == 1 else 's'} {', '.join(map(repr, names))}"


def _dependency_faults(node: Node) -> Iterator[Fault]:
    provider = node.provider
    if not isinstance(provider, providers.Dependency):
        return
    wanted = provider.instance_of
    if not provider.is_defined:
        kind = "" if wanted is object else f" of type {wanted.__qualname__}"
        yield Fault(where=node.path, reason=f"nothing fills this dependency{kind}")
        return
    filling = provider.last_overriding or provider.default
    # Only a plain object can be looked at without building anything.
    if type(filling) is providers.Object and not isinstance(filling.provides, wanted):
        yield Fault(
            where=node.path,
            reason=f"it must be of type {wanted.__qualname__} and is of type {type(filling.provides).__qualname__}",
        )


def _cycles(nodes: Iterable[Node]) -> Iterator[Fault]:
    """One fault per cycle, by depth-first search with a stack of our own."""
    paths = {id(node.provider): node.path for node in nodes}
    done: set[int] = set()
    for start in nodes:
        if id(start.provider) in done:
            continue
        trail: list[AnyProvider] = [start.provider]
        on_trail = {id(start.provider): 0}
        pending = [_called(start.provider)]
        while pending:
            target = next(pending[-1], None)
            if target is None:
                pending.pop()
                finished = id(trail.pop())
                del on_trail[finished]
                done.add(finished)
            elif id(target) in on_trail:
                yield _cycle_fault(trail[on_trail[id(target)] :], paths)
            elif id(target) not in done:
                on_trail[id(target)] = len(trail)
                trail.append(target)
                pending.append(_called(target))


def _called(provider: AnyProvider) -> Iterator[AnyProvider]:
    return iter([edge.target for edge in edges(provider) if edge.calls])


def _cycle_fault(cycle: list[AnyProvider], paths: Mapping[int, str]) -> Fault:
    steps = list(dict.fromkeys(paths[id(provider)] for provider in cycle))
    return Fault(
        where=steps[0],
        reason=f"it needs itself: {' -> '.join([*steps, steps[0]])}",
        hint="Pass one of them as `.provider`, which is called later, or take the common part out.",
    )


def _choice_faults(nodes: Iterable[Node], origin: Origin | None) -> list[Fault]:
    """The switches whose value is no branch; those that one setting misleads in the same way are one fault."""
    grouped: dict[tuple[str, str | None, str | None], list[str]] = {}
    for node in nodes:
        switch = node.provider
        if not isinstance(switch, Switch) or switch.last_overriding is not None:
            continue
        fault = _choice_fault(switch, node.path, origin)
        if fault is not None:
            grouped.setdefault((fault.reason, fault.origin, fault.hint), []).append(fault.where)
    return [
        Fault(where=", ".join(paths), reason=reason, origin=where_set, hint=hint)
        for (reason, where_set, hint), paths in grouped.items()
    ]


def _choice_fault(switch: Switch[Any], path: str, origin: Origin | None) -> Fault | None:
    try:
        value = switch.value()
    except (MissingCredentialsError, NoProviderAvailableError):
        return None  # the graph is sound; who is available is the answer to the first call
    except InjectorError:
        return None  # what it reads is not filled, which is reported as such
    except Exception as error:  # noqa: BLE001  # a function of the application's, and all faults are reported together
        return Fault(where=path, reason=f"choosing failed: {type(error).__qualname__}: {error}")
    fault = switch.fault(value, where=path)
    setting = getattr(value, "setting", None)
    if fault is None or origin is None or setting is None:
        return fault
    return replace(fault, origin=origin(setting))
