"""What a user may do and who a user is, as the API server answers it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy.providers.kubernetes.mock.people import Person
from understudy.providers.kubernetes.mock.statuses import bad_request
from understudy.providers.kubernetes.reading import mapping, text
from understudy.providers.kubernetes.resources import ACCESS_REVIEWS, SUBJECT_REVIEWS

__all__ = ["access_review", "subject_review"]

_NEVER_STORED = {"creationTimestamp": None}


def access_review(body: Mapping[str, Any], person: Person) -> dict[str, Any]:
    """A SelfSubjectAccessReview with its answer; a reason only where the user may."""
    asked = mapping(body, "spec", "resourceAttributes")
    if not asked:
        raise bad_request("exactly one of nonResourceAttributes or resourceAttributes must be specified")
    allowed = person.may(
        text(asked, "verb"),
        group=text(asked, "group"),
        resource=text(asked, "resource"),
        namespace=text(asked, "namespace") or ("" if text(asked, "resource") != "namespaces" else text(asked, "name")),
    )
    found: dict[str, Any] = {"allowed": allowed}
    if allowed:
        role = "cluster-admin" if person.admin else "edit"
        found["reason"] = (
            f'RBAC: allowed by ClusterRoleBinding "{role}" of ClusterRole "{role}" to User "{person.name}"'
        )
    return {
        "kind": ACCESS_REVIEWS.kind,
        "apiVersion": ACCESS_REVIEWS.api_version,
        "metadata": dict(_NEVER_STORED),
        "spec": dict(mapping(body, "spec")),
        "status": found,
    }


def subject_review(person: Person) -> dict[str, Any]:
    """A SelfSubjectReview with its answer."""
    groups = [*person.groups, "system:authenticated"]
    return {
        "kind": SUBJECT_REVIEWS.kind,
        "apiVersion": SUBJECT_REVIEWS.api_version,
        "metadata": dict(_NEVER_STORED),
        "status": {"userInfo": {"username": person.name, "groups": groups}},
    }
