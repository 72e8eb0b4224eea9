"""What the operations do once they may: each step asks the API server through one operation's Rest."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from understudy.domain.errors import InvalidRequestError, NotFoundError, PermissionDeniedError, ProviderError
from understudy.domain.kubernetes import (
    AaModel,
    ConfigMap,
    LlamaStackDistribution,
    ModelProviderInfo,
    Namespace,
    PlaygroundModel,
)
from understudy.providers.kubernetes import reading
from understudy.providers.kubernetes.creation import create_distribution
from understudy.providers.kubernetes.playground import CONFIG_MAP, DASHBOARD_LABEL, RUN_YAML
from understudy.providers.kubernetes.resources import (
    ACCESS_REVIEWS,
    CONFIG_MAPS,
    DISTRIBUTIONS,
    INFERENCE_SERVICES,
    LLM_INFERENCE_SERVICES,
    NAMESPACES,
    PROJECTS,
    SERVING_RUNTIMES,
    SUBJECT_REVIEWS,
    Resource,
)
from understudy.providers.kubernetes.rest import Rest
from understudy.providers.kubernetes.together import together

__all__ = [
    "Work",
    "config_map",
    "create",
    "delete",
    "distributions",
    "may_list_distributions",
    "models",
    "namespaces",
    "provider_info",
    "review",
    "user_name",
    "with_gate",
]

T = TypeVar("T")
Work = Callable[[Rest], Awaitable[T]]
"""What an operation does with the API server."""

_ASSETS = "opendatahub.io/genai-asset=true"
_DASHBOARD = f"{DASHBOARD_LABEL}=true"
_AT_ONCE = 10


async def with_gate(rest: Rest, *, namespace: str, work: Work[T]) -> T:
    """What ``work`` gives, where the user may list distributions in ``namespace``. Raises PermissionDeniedError."""
    if not await may_list_distributions(rest, namespace=namespace):
        raise PermissionDeniedError(
            f"The user may not list {DISTRIBUTIONS.full_name} in the namespace {namespace!r}; nothing else was asked.",
            provider="kubernetes",
            operation=rest.operation,
            phase="answer",
            status=403,
            code="PERMISSION_DENIED",
            hint="Ask for a role in this namespace that allows it.",
        )
    return await work(rest)


async def review(rest: Rest, *, verb: str, resource: str, group: str = "", namespace: str = "") -> bool:
    """Whether the user may do ``verb``, by an access review."""
    asked = {"verb": verb, "resource": resource, "group": group}
    if namespace:
        asked["namespace"] = namespace
    review = {
        "apiVersion": ACCESS_REVIEWS.api_version,
        "kind": ACCESS_REVIEWS.kind,
        "spec": {"resourceAttributes": asked},
    }
    answer = await rest.create(ACCESS_REVIEWS, review)
    allowed = reading.mapping(answer, "status").get("allowed")
    if not isinstance(allowed, bool):
        raise rest.undecodable("the access review has no status.allowed")
    return allowed


async def may_list_distributions(rest: Rest, *, namespace: str) -> bool:
    """Whether the user may list distributions in ``namespace``."""
    return await review(
        rest, verb="list", resource=DISTRIBUTIONS.plural, group=DISTRIBUTIONS.group, namespace=namespace
    )


async def user_name(rest: Rest) -> str:
    """The user's name; of a service account its own only."""
    review = {"apiVersion": SUBJECT_REVIEWS.api_version, "kind": SUBJECT_REVIEWS.kind}
    name = reading.text(await rest.create(SUBJECT_REVIEWS, review), "status", "userInfo", "username")
    if not name:
        raise rest.undecodable("the subject review names no user")
    return reading.short_user(name)


async def namespaces(rest: Rest) -> tuple[Namespace, ...]:
    """The namespaces that the user may see, or the projects where listing them fails."""
    try:
        return tuple(reading.namespace(item) for item in await rest.list(NAMESPACES))
    except ProviderError as error:
        refused = error
    try:
        projects = await rest.list(PROJECTS)
    except ProviderError as error:
        # A cluster without projects says nothing about why namespaces could not be listed.
        refused.earlier_errors = (error,)
        raise refused from None
    limit = asyncio.Semaphore(_AT_ONCE)
    return tuple(await together(*(_project(rest, project, limit) for project in projects)))


async def _project(rest: Rest, project: Mapping[str, Any], limit: asyncio.Semaphore) -> Namespace:
    async with limit:
        try:
            return reading.namespace(await rest.get(NAMESPACES, reading.name_of(project)))
        except ProviderError:
            return reading.namespace(project)  # the project's own metadata say enough


async def models(rest: Rest, *, namespace: str) -> tuple[AaModel, ...]:
    """The served models that are marked as AI assets, of both kinds."""
    served, by_llm, runtimes = await together(
        _present(rest, INFERENCE_SERVICES, namespace, _ASSETS),
        _present(rest, LLM_INFERENCE_SERVICES, namespace, _ASSETS),
        _present(rest, SERVING_RUNTIMES, namespace, None),
    )
    titles = {reading.name_of(item): reading.runtime_title(item) for item in runtimes}
    return (
        *(reading.model(item, INFERENCE_SERVICES.kind, titles) for item in served),
        *(reading.model(item, LLM_INFERENCE_SERVICES.kind, titles) for item in by_llm),
    )


async def _present(rest: Rest, resource: Resource, namespace: str, labels: str | None) -> tuple[Mapping[str, Any], ...]:
    try:
        return await rest.list(resource, namespace=namespace, labels=labels)
    except NotFoundError:
        return ()  # a cluster need not have every kind of model server


async def distributions(rest: Rest, *, namespace: str) -> tuple[LlamaStackDistribution, ...]:
    """The dashboard's distributions."""
    return tuple(
        reading.distribution(item) for item in await rest.list(DISTRIBUTIONS, namespace=namespace, labels=_DASHBOARD)
    )


async def create(
    rest: Rest, *, namespace: str, models: Sequence[PlaygroundModel], distribution: str
) -> LlamaStackDistribution:
    """A new distribution, where there is none. Raises InvalidRequestError (ALREADY_EXISTS)."""
    present = await distributions(rest, namespace=namespace)
    if present:
        raise InvalidRequestError(
            f"The namespace {namespace!r} has a distribution already: {present[0].name!r}; nothing was changed.",
            provider="kubernetes",
            operation=rest.operation,
            status=409,
            code="ALREADY_EXISTS",
            hint="Delete it first.",
        )
    return reading.distribution(
        await create_distribution(rest, namespace=namespace, models=models, distribution=distribution)
    )


async def delete(rest: Rest, *, namespace: str, name: str) -> None:
    """Delete one of the dashboard's distributions. Raises NotFoundError."""
    if all(found.name != name for found in await distributions(rest, namespace=namespace)):
        raise NotFoundError(
            f"The namespace {namespace!r} has no distribution {name!r} of the dashboard's.",
            provider="kubernetes",
            operation=rest.operation,
            status=404,
            code="NOT_FOUND",
            hint="get_llama_stack_distributions() shows those that exist.",
        )
    await rest.delete(DISTRIBUTIONS, name, namespace=namespace)


async def config_map(rest: Rest, *, namespace: str, name: str) -> ConfigMap:
    """A ConfigMap."""
    return reading.config_map(await rest.get(CONFIG_MAPS, name, namespace=namespace))


async def provider_info(rest: Rest, *, namespace: str, model: str) -> ModelProviderInfo:
    """Who serves ``model``, by run.yaml. Raises NotFoundError, and ResponseDecodeError for what is not YAML."""
    found = await config_map(rest, namespace=namespace, name=CONFIG_MAP)
    try:
        info = reading.model_provider(found.data.get(RUN_YAML, ""), model)
    except ValueError as error:
        raise rest.undecodable(f"{RUN_YAML} of {CONFIG_MAP} is not YAML ({error})") from None
    if info is None:
        raise NotFoundError(
            f"{RUN_YAML} of the ConfigMap {CONFIG_MAP!r} in {namespace!r} has no model {model!r}.",
            provider="kubernetes",
            operation=rest.operation,
            status=404,
            code="NOT_FOUND",
            hint="Check the model's name; the distribution's configuration lists those that it serves.",
        )
    return info
