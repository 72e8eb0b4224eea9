"""The tree against the models: every error found, said plainly, with the place that it came from."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from understudy.config.fields import Catalog
from understudy.config.overrides import unknown_key
from understudy.config.problems import Problem
from understudy.config.tree import KeyPath, Node, Origin, Unfilled, format_key, to_plain
from understudy.domain.errors import near_match
from understudy.domain.secrets import Secret

__all__ = ["check_model", "check_plugins", "protect"]

_log = logging.getLogger(__name__)

_Model = TypeVar("_Model", bound=BaseModel)

_REASONS = {
    "missing": "a value is needed here",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "string_type": "must be text",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "path_type": "must be a path",
    "mapping_type": "must be a mapping: 'key: value' lines",
    "dict_type": "must be a mapping: 'key: value' lines",
    "model_type": "must be a mapping: 'key: value' lines",
    "model_attributes_type": "must be a mapping: 'key: value' lines",
}


def protect(node: Node, catalog: Catalog, path: KeyPath = ()) -> Node:
    """The tree with every credential wrapped, in what was shadowed too."""
    shadowed = tuple(protect(each, catalog, path) for each in node.shadowed)
    value = node.value
    if isinstance(value, dict):
        value = {key: protect(child, catalog, (*path, key)) for key, child in value.items()}
    elif isinstance(value, list):
        value = [protect(item, catalog, (*path, index)) for index, item in enumerate(value)]
    elif isinstance(value, str) and catalog.is_credential(path, derived=node.derived):
        value = Secret(value)
    return Node(value, node.origin, node.key, node.span, shadowed, node.derived)


def check_model(
    model: type[_Model],
    tree: Node,
    catalog: Catalog,
    problems: list[Problem],
    *,
    path: KeyPath = (),
    reveal: bool = False,
) -> _Model | None:
    """The model of the tree at ``path``; None, with problems, where it does not fit.

    ``reveal`` hands credentials over as strings, for models that are not ours.
    """
    start = tree.find(path) or Node({}, Origin("default"))
    flags = list(_flags_for_numbers(start, path, catalog))
    problems.extend(flags)
    try:
        found = model.model_validate(to_plain(start, reveal=reveal))
        return None if flags else found
    except ValidationError as error:
        # Inputs are left out: they would carry credentials into the message.
        errors = error.errors(include_input=False, include_url=False)
    hidden = [node.value.reveal() for _, node in _secrets(tree, ())]
    by_path: dict[KeyPath, Problem] = {}
    for each in errors:
        problem = _problem(dict(each), start, path, catalog, hidden)
        if problem is None:
            continue
        earlier = by_path.get(problem.path)
        if earlier is not None and earlier.reason != problem.reason:
            problem = Problem(
                reason=f"{earlier.reason}; or {problem.reason}",
                origin=earlier.origin,
                path=earlier.path,
                hint=earlier.hint,
            )
        by_path[problem.path] = problem
    problems.extend(by_path.values())
    return None


def _flags_for_numbers(node: Node, path: KeyPath, catalog: Catalog) -> Iterator[Problem]:
    """Where a file says true or false and a number is wanted; pydantic would read them as 1 and 0."""
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            yield from _flags_for_numbers(child, (*path, key), catalog)
    elif isinstance(node.value, bool) and (slot := catalog.slot(path)) is not None and slot.number:
        yield Problem(reason=_REASONS["float_type"], origin=node.origin, path=path)


def _problem(
    error: Mapping[str, Any], start: Node, base: KeyPath, catalog: Catalog, hidden: list[str]
) -> Problem | None:
    path, node, parent = _locate(error["loc"], start)
    if isinstance(node.value, Unfilled):
        return None  # it is told already that nothing could be filled in
    kind = str(error["type"])
    full = (*base, *path)
    if kind == "extra_forbidden":
        return unknown_key(full, catalog, node.key or node.origin)
    if kind == "missing":
        full = (*full, str(error["loc"][-1]))
        return Problem(reason=_REASONS[kind], origin=parent.key or parent.origin, path=full)
    slot = catalog.slot(full)
    if slot is not None and slot.choices and not slot.secret and isinstance(node.value, str | int | float):
        meant = near_match(str(node.value), slot.choices)
        hint = f"Did you mean '{meant}'?" if meant else None
        reason = f"'{node.value}' is not one of {', '.join(slot.choices)}"
        return Problem(reason=reason, origin=node.origin, path=full, hint=hint)
    reason = _REASONS.get(kind) or _plain(str(error["msg"]))
    if any(secret and secret in reason for secret in hidden):
        reason = "the value is not valid (the reason given had a credential in it and is not shown)"
    return Problem(reason=reason, origin=node.origin, path=full, hint=_hint(kind, node))


def _locate(loc: Iterable[str | int], start: Node) -> tuple[KeyPath, Node, Node]:
    """The path, the node there and the nearest mapping above; steps that pydantic adds for itself are left out."""
    path: list[str | int] = []
    node = parent = start
    for part in loc:
        child = node.child(part)
        if child is not None:
            parent, node = node, child
            path.append(part)
    return tuple(path), node, node if isinstance(node.value, dict) else parent


def _hint(kind: str, node: Node) -> str | None:
    if kind == "string_type" and isinstance(node.value, bool | int | float):
        return "Put it in quotes to make it text."
    if node.value is None:
        return "Nothing stands here. Remove the key for the default, or give it a value."
    return None


def _plain(message: str) -> str:
    for start, instead in (("Value error, ", ""), ("Assertion failed, ", ""), ("Input should ", "must ")):
        if message.startswith(start):
            return instead + message.removeprefix(start)
    return message


def _secrets(node: Node, path: KeyPath) -> Iterator[tuple[KeyPath, Node]]:
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            yield from _secrets(child, (*path, key))
    elif isinstance(node.value, list):
        for index, child in enumerate(node.value):
            yield from _secrets(child, (*path, index))
    elif isinstance(node.value, Secret):
        yield path, node


def check_plugins(tree: Node, catalog: Catalog, problems: list[Problem], plugins_path: KeyPath) -> dict[str, BaseModel]:
    """The third parties' sections below ``plugins_path`` for which a model is known, each validated by it."""
    section = tree.find(plugins_path)
    plugins: dict[str, BaseModel] = {}
    for name in section.children or {} if section is not None else {}:
        path = (*plugins_path, name)
        slot = catalog.slot(path)
        broken = catalog.broken_plugin(path)
        if broken is not None:
            problems.append(Problem(reason=broken, origin=_key_origin(tree, path), path=path))
        elif slot is None or slot.model is None:
            _log.warning("%s: no provider of this name is registered (%s)", format_key(path), _key_origin(tree, path))
        else:
            model = _check_plugin(slot.model, tree, catalog, problems, path)
            if model is not None:
                plugins[name] = model
    return plugins


def _check_plugin(
    model: type[BaseModel], tree: Node, catalog: Catalog, problems: list[Problem], path: KeyPath
) -> BaseModel | None:
    try:
        return check_model(model, tree, catalog, problems, path=path, reveal=True)
    except Exception as error:  # noqa: BLE001 - a third party's validator may raise anything; its words may hold a secret
        reason = f"the plugin's settings model failed with {type(error).__name__}"
    problems.append(Problem(reason=reason, origin=_key_origin(tree, path), path=path))
    return None


def _key_origin(tree: Node, path: KeyPath) -> Origin | None:
    node = tree.find(path)
    return None if node is None else node.key or node.origin
