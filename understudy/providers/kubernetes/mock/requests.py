"""Bodies in and out of the stand-in's API: what is refused, and what lists look like."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

from understudy.domain.errors import InvalidRequestError
from understudy.providers.kubernetes.mock.schemas import faults
from understudy.providers.kubernetes.mock.selectors import SelectorError, field_selector, label_selector
from understudy.providers.kubernetes.mock.statuses import bad_request, expired, invalid
from understudy.providers.kubernetes.reading import mapping, name_of, text
from understudy.providers.kubernetes.resources import (
    ACCESS_REVIEWS,
    CONFIG_MAPS,
    SUBJECT_REVIEWS,
    Resource,
    checked_name,
)

__all__ = ["checked_body", "deleted", "listed"]


def checked_body(resource: Resource, body: Any, *, name: str | None = None, namespace: str = "") -> Mapping[str, Any]:
    """``body``, where it is an object of ``resource`` for this place. Raises Refusal (400, 422)."""
    if not isinstance(body, Mapping):
        raise bad_request("the object provided is unrecognized (must be of type " + resource.kind + ")")
    api_version, kind = body.get("apiVersion", resource.api_version), body.get("kind", resource.kind)
    if (api_version, kind) != (resource.api_version, resource.kind):
        raise bad_request(
            f"{kind} in version {api_version!s} cannot be handled as a {resource.kind}: no kind {kind!r} is registered"
        )
    if resource in (ACCESS_REVIEWS, SUBJECT_REVIEWS):
        return body
    given = text(body, "metadata", "namespace")
    if given and given != namespace:
        raise bad_request("the namespace of the provided object does not match the namespace sent on the request")
    if name is not None and name_of(body) != name:
        raise bad_request("the name of the object does not match the name on the URL")
    _check_name(resource, body)
    _check_data(resource, body)
    found = faults(resource, body)
    if found:
        raise invalid(resource, name_of(body), found)
    return body


def listed(
    resource: Resource, items: Iterator[dict[str, Any]], params: Mapping[str, str], version: str
) -> dict[str, Any]:
    """A list object. Items of built-in kinds say neither their kind nor their apiVersion, custom resources do."""
    try:
        takes_labels = label_selector(params.get("labelSelector", ""))
        takes_fields = field_selector(params.get("fieldSelector", ""))
    except SelectorError as error:
        raise bad_request(str(error)) from None
    found = [item for item in items if takes_labels(mapping(item, "metadata", "labels")) and takes_fields(item)]
    start = _start(params.get("continue"))
    limit = int(params["limit"]) if params.get("limit", "").isdecimal() else 0
    page = found[start : start + limit] if limit else found[start:]
    metadata: dict[str, Any] = {"resourceVersion": version}
    left = len(found) - start - len(page)
    if left > 0:
        metadata["continue"] = base64.urlsafe_b64encode(f"from {start + limit}".encode()).decode()
        metadata["remainingItemCount"] = left
    bare = not resource.custom
    return {
        "kind": f"{resource.kind}List",
        "apiVersion": resource.api_version,
        "metadata": metadata,
        "items": [
            {key: value for key, value in item.items() if not (bare and key in ("kind", "apiVersion"))} for item in page
        ],
    }


def deleted(resource: Resource, gone: Mapping[str, Any]) -> dict[str, Any]:
    """The Status object of a deletion that was done."""
    details = {"name": name_of(gone), "kind": resource.plural, "uid": text(gone, "metadata", "uid")}
    if resource.group:
        details["group"] = resource.group
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}


def _start(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token).decode().removeprefix("from "))
    except (binascii.Error, ValueError):
        raise expired() from None


def _check_name(resource: Resource, body: Mapping[str, Any]) -> None:
    name = name_of(body)
    if not name and not text(body, "metadata", "generateName"):
        why = "Required value: name or generateName is required"
        raise invalid(resource, "", [("metadata.name", why)])
    try:
        checked_name(name or "generated", operation="create")
    except InvalidRequestError:
        why = f"Invalid value: {name!r}: a lowercase RFC 1123 subdomain must consist of lower case alphanumeric"
        raise invalid(resource, name, [("metadata.name", f"{why} characters, '-' or '.'")]) from None


def _check_data(resource: Resource, body: Mapping[str, Any]) -> None:
    data = body.get("data")
    texts = isinstance(data, Mapping) and all(isinstance(value, str) for value in data.values())
    if resource is CONFIG_MAPS and data is not None and not texts:
        raise bad_request(
            'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal into Go struct'
            " field ConfigMap.data of type string"
        )
