"""What the API server answers when it refuses: Status objects, in its own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from understudy.providers.kubernetes.resources import Resource

__all__ = [
    "Refusal",
    "already_exists",
    "bad_request",
    "conflict",
    "expired",
    "forbidden",
    "invalid",
    "no_such_path",
    "not_allowed",
    "not_found",
    "status",
    "unauthorised",
]


class Refusal(Exception):  # noqa: N818 - an answer of the server's, not an error of the program's
    """An answer with a status of 400 and above. ``body`` is a Status object, or text."""

    def __init__(self, code: int, body: Mapping[str, Any] | str) -> None:
        super().__init__(code)
        self.code = code
        self.body = body


def status(code: int, reason: str, message: str, details: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A Status object that says no."""
    found: dict[str, Any] = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason,
    }
    if details is not None:
        found["details"] = dict(details)
    return {**found, "code": code}


def no_such_path() -> Refusal:
    """Plain text, as for a group that is not served."""
    return Refusal(404, "404 page not found\n")


def unauthorised() -> Refusal:
    """The token is absent or unknown."""
    return Refusal(401, status(401, "Unauthorized", "Unauthorized"))


def bad_request(message: str) -> Refusal:
    """The request cannot be read."""
    return Refusal(400, status(400, "BadRequest", message))


def expired() -> Refusal:
    """A continue token that is no longer known."""
    return Refusal(
        410, status(410, "Expired", "The provided continue parameter is too old to display a consistent list")
    )


def not_allowed() -> Refusal:
    """A verb that the path does not take."""
    message = "the server does not allow this method on the requested resource"
    return Refusal(405, status(405, "MethodNotAllowed", message, {}))


def forbidden(user: str, verb: str, *, group: str, plural: str, name: str | None, namespace: str | None) -> Refusal:
    """The user may not do this."""
    full = f"{plural}.{group}" if group else plural
    scope = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
    message = (
        f'{full} {_quoted(name)}is forbidden: User "{user}" cannot {verb} resource "{plural}"'
        f' in API group "{group}" {scope}'
    )
    return Refusal(403, status(403, "Forbidden", message, _details(group, plural, name)))


def not_found(resource: Resource, name: str) -> Refusal:
    """There is no object of this name."""
    message = f'{resource.full_name} "{name}" not found'
    return Refusal(404, status(404, "NotFound", message, _details(resource.group, resource.plural, name)))


def already_exists(resource: Resource, name: str) -> Refusal:
    """There is an object of this name."""
    message = f'{resource.full_name} "{name}" already exists'
    return Refusal(409, status(409, "AlreadyExists", message, _details(resource.group, resource.plural, name)))


def conflict(resource: Resource, name: str) -> Refusal:
    """The object has changed since it was read."""
    message = (
        f'Operation cannot be fulfilled on {resource.full_name} "{name}": the object has been modified; please apply'
        " your changes to the latest version and try again"
    )
    return Refusal(409, status(409, "Conflict", message, _details(resource.group, resource.plural, name)))


def invalid(resource: Resource, name: str, causes: Sequence[tuple[str, str]]) -> Refusal:
    """The object does not fit its schema; each cause is a field and what is wrong with it."""
    told = [f"{field}: {why}" for field, why in causes]
    shown = told[0] if len(told) == 1 else f"[{', '.join(told)}]"
    full = f"{resource.kind}.{resource.group}" if resource.group else resource.kind
    details = {
        **_details(resource.group, resource.kind, name),
        "causes": [{"reason": "FieldValueInvalid", "message": why, "field": field} for field, why in causes],
    }
    return Refusal(422, status(422, "Invalid", f'{full} "{name}" is invalid: {shown}', details))


def _details(group: str, kind: str, name: str | None) -> dict[str, Any]:
    found = {"name": name, "group": group, "kind": kind}
    return {key: value for key, value in found.items() if value}


def _quoted(name: str | None) -> str:
    return f'"{name}" ' if name else ""
