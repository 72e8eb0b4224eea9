"""Values that come as text, from ``--set`` and from the environment: read by what their key may hold."""

from __future__ import annotations

from collections.abc import Sequence

from understudy.config.fields import Catalog, Slot
from understudy.config.problems import Problem
from understudy.config.reader import read_yaml
from understudy.config.tree import KeyPath, Node, Origin, merge, parse_key
from understudy.domain.errors import near_match

__all__ = ["nest", "set_layer", "text_node", "unknown_key"]

_NULLS = ("null", "~")
_PROFILE = ("settings cannot choose the profile", "Use --profile or UNDERSTUDY_PROFILE.")
_REFUSED = {
    "profile": _PROFILE,
    "profiles": _PROFILE,
    "http2": (
        "HTTP/2 is refused: after some hundreds of cancelled streams the HTTP library's connection fails every call",
        "Remove the key; HTTP/1.1 with keep-alive is used.",
    ),
}
"""Keys that people write and that do not exist on purpose."""


def set_layer(options: Sequence[str], catalog: Catalog, problems: list[Problem]) -> Node:
    """The tree of ``section.key=value`` options, the last one winning."""
    layer = Node({}, Origin("--set"))
    for option in options:
        key, equals, text = option.partition("=")
        if not equals:
            problems.append(
                Problem(reason="there is no '=' in it", origin=Origin("--set"), hint="Write --set section.key=value.")
            )
            continue
        origin = Origin(f"--set {key.strip()}")
        try:
            path = parse_key(key.strip())
        except ValueError as error:
            problems.append(Problem(reason=str(error), origin=Origin("--set")))
            continue
        slot = catalog.slot(path)
        if slot is None:
            problems.append(unknown_key(path, catalog, origin))
            continue
        node = text_node(text, slot, origin, path, problems)
        if node is not None:
            layer = merge(layer, nest(path, node))
    return layer


def text_node(text: str, slot: Slot, origin: Origin, path: KeyPath, problems: list[Problem]) -> Node | None:
    """The value that ``text`` stands for.

    Text stays text where the key takes one value; ``null`` is none where the key may be absent. A list is
    ``a,b`` or ``[a, b]``; free-form values and sections are read as YAML. None, with a problem, where that fails.
    """
    if slot.optional and text in _NULLS:
        return Node(None, origin)
    if slot.kind == "leaf":
        return Node(text, origin, derived=origin.is_variable)
    if slot.kind == "list" and not text.startswith("["):
        return Node([Node(item.strip(), origin) for item in text.split(",") if item.strip()], origin)
    found: list[Problem] = []
    node = read_yaml(text, origin.name, found)
    if node is None:
        reason = found[0].reason if found else "the value cannot be read"
        problems.append(Problem(reason=reason, origin=origin, path=path, hint="The value is read as YAML."))
        return None
    return _at(node, origin)


def _at(node: Node, origin: Origin) -> Node:
    """The same values, all said to come from ``origin``: positions inside an option help nobody."""
    if isinstance(node.value, dict):
        return Node({key: _at(child, origin) for key, child in node.value.items()}, origin)
    if isinstance(node.value, list):
        return Node([_at(item, origin) for item in node.value], origin)
    return Node(node.value, origin, derived=origin.is_variable)


def nest(path: KeyPath, node: Node) -> Node:
    """The tree in which only ``node`` stands, at ``path``."""
    for key in reversed(path):
        node = Node({key: node}, node.origin)
    return node


def unknown_key(path: KeyPath, catalog: Catalog, origin: Origin | None) -> Problem:
    """The problem of a key that does not exist, with the one that may have been meant."""
    length = next(length for length in range(len(path)) if catalog.slot(path[: length + 1]) is None)
    refused = _REFUSED.get(str(path[length])) if path[length] == "http2" or length == 0 else None
    if refused is not None:
        return Problem(reason=refused[0], origin=origin, path=path[: length + 1], hint=refused[1])
    known = catalog.keys_under(path[:length])
    meant = near_match(str(path[length]), known)
    hint = f"Did you mean '{meant}'?" if meant else None
    if hint is None and known:
        hint = f"Known here: {', '.join(sorted(known))}."
    elif hint is None:
        hint = "This is a single value; there are no keys under it."
    return Problem(reason="there is no such key", origin=origin, path=path[: length + 1], hint=hint)
