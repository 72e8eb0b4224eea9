"""Who may do what in the stand-in's cluster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from understudy.config.models.kubernetes_mock import KubernetesUserSettings, PermissionSettings
from understudy.domain.secrets import Secret

__all__ = ["People", "Person"]

_ANYONE = "developer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A user as the cluster knows it."""

    name: str
    groups: tuple[str, ...] = ()
    admin: bool = False
    permissions: tuple[PermissionSettings, ...] = (PermissionSettings(),)

    def may(self, verb: str, *, group: str, resource: str, namespace: str = "") -> bool:
        """Whether this user may do ``verb``. An empty ``namespace`` asks for all of them, or for what is in none."""
        return self.admin or any(
            _allows(rule.verbs, verb)
            and _allows(rule.groups, group)
            and _allows(rule.resources, resource)
            and _allows(rule.namespaces, namespace)
            for rule in self.permissions
        )


class People:
    """The cluster's users by their tokens.

    While there are none, every token is a user's who may do everything by the usual verbs; once there are, other tokens
    are refused.
    """

    def __init__(self, users: Mapping[str, KubernetesUserSettings]) -> None:
        self._by_token: dict[Secret, Person] = {}
        for name, said in users.items():
            self.add(name, token=said.token, groups=said.groups, admin=said.admin, permissions=said.permissions)

    def add(
        self,
        name: str,
        *,
        token: str | Secret | None = None,
        groups: Iterable[str] = (),
        admin: bool = False,
        permissions: Iterable[PermissionSettings] = (PermissionSettings(),),
    ) -> Person:
        """A user that is known by ``token``, or by the name where none is given. One of the same token is replaced."""
        known_by = token if isinstance(token, Secret) else Secret(token or name)
        person = Person(name=name, groups=tuple(groups), admin=admin, permissions=tuple(permissions))
        self._by_token[known_by] = person
        return person

    def whose(self, token: Secret | None) -> Person | None:
        """The user of ``token``, or None where the cluster does not know it."""
        if not token:
            return None
        return self._by_token.get(token) if self._by_token else Person(name=_ANYONE)


def _allows(allowed: tuple[str, ...], asked: str) -> bool:
    return "*" in allowed or asked in allowed
