"""The operations, over whatever carries requests to an API server: shared by the real client and its stand-in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from understudy.domain.errors import (
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    ProviderError,
    RequestTimeoutError,
)
from understudy.domain.identity import RequestIdentity
from understudy.domain.kubernetes import (
    AaModel,
    ConfigMap,
    LlamaStackDistribution,
    ModelProviderInfo,
    Namespace,
    PlaygroundModel,
)
from understudy.domain.secrets import Secret
from understudy.providers.kubernetes import reading
from understudy.providers.kubernetes.creation import create_distribution
from understudy.providers.kubernetes.errors import coded
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
    checked_name,
    checked_namespace,
)
from understudy.providers.kubernetes.rest import Carrier, Rest
from understudy.providers.kubernetes.together import together

__all__ = ["KubernetesOperations"]

T = TypeVar("T")
Work = Callable[[Rest], Awaitable[T]]

_ASSETS = "opendatahub.io/genai-asset=true"
_DASHBOARD = f"{DASHBOARD_LABEL}=true"
_QUICK, _USUAL, _LONG = 10.0, 30.0, 60.0  # seconds
_AT_ONCE = 10


class KubernetesOperations:
    """The KubernetesClient port for one identity. ``distribution`` is what new distributions run: a name or an image.

    Made per request: it holds no connection and does nothing by being made.
    """

    __slots__ = ("_carrier", "_distribution", "_identity")

    def __init__(self, identity: RequestIdentity, carrier: Carrier, *, distribution: str) -> None:
        self._identity = identity
        self._carrier = carrier
        self._distribution = distribution

    def validate_request_identity(self) -> None:
        """Raises MissingIdentityError where the request has no token. No traffic."""
        self._identity.require_token(provider="kubernetes", operation="validate_request_identity")

    def bearer_token(self) -> Secret:
        """The user's token. Raises MissingIdentityError where there is none. No traffic."""
        return self._identity.require_token(provider="kubernetes", operation="bearer_token")

    async def list_namespaces(self) -> tuple[Namespace, ...]:
        """The namespaces that the user may see; where listing fails, the user's OpenShift projects."""
        return await self._run("list_namespaces", _USUAL, _list_namespaces)

    async def can_list_namespaces(self) -> bool:
        """Whether the user may list all namespaces."""
        work = partial(_review, verb="list", resource="namespaces")
        return await self._run("can_list_namespaces", _QUICK, work)

    async def is_cluster_admin(self) -> bool:
        """Whether the user may do everything."""
        return await self._run("is_cluster_admin", _QUICK, partial(_review, verb="*", resource="*", group="*"))

    async def can_list_llama_stack_distributions(self, namespace: str, /) -> bool:
        """Whether the user may list distributions in ``namespace``."""
        checked_namespace(namespace, operation="can_list_llama_stack_distributions")
        work = partial(_may_list_distributions, namespace=namespace)
        return await self._run("can_list_llama_stack_distributions", _QUICK, work, namespace=namespace)

    async def get_user(self) -> str:
        """The user's name as the cluster knows it; of a service account, its own name only."""
        return await self._run("get_user", _QUICK, _get_user)

    async def get_aa_models(self, namespace: str, /) -> tuple[AaModel, ...]:
        """The served models in ``namespace`` that are marked as AI assets."""
        return await self._gated("get_aa_models", _USUAL, namespace, partial(_models, namespace=namespace))

    async def get_llama_stack_distributions(self, namespace: str, /) -> tuple[LlamaStackDistribution, ...]:
        """The distributions in ``namespace`` that belong to the dashboard."""
        work = partial(_distributions, namespace=namespace)
        return await self._gated("get_llama_stack_distributions", _USUAL, namespace, work)

    async def create_llama_stack_distribution(
        self, namespace: str, /, *, models: Sequence[PlaygroundModel]
    ) -> LlamaStackDistribution:
        """A new distribution with its configuration.

        Raises InvalidRequestError (ALREADY_EXISTS) where ``namespace`` has one, and leaves nothing behind where a step
        fails.
        """
        operation = "create_llama_stack_distribution"
        if not models:
            raise InvalidRequestError(
                "A distribution needs at least one model; nothing was sent.",
                provider="kubernetes",
                operation=operation,
                code="INVALID_REQUEST",
            )
        for each in models:
            if each.url is None:
                checked_name(each.name, operation=operation)
        work = partial(_create, namespace=namespace, models=tuple(models), distribution=self._distribution)
        return await self._gated(operation, _LONG, namespace, work, models=tuple(each.name for each in models))

    async def delete_llama_stack_distribution(self, namespace: str, name: str, /) -> None:
        """Delete the distribution, and with it what it owns. Raises NotFoundError where there is none."""
        checked_name(name, operation="delete_llama_stack_distribution")
        work = partial(_delete, namespace=namespace, name=name)
        await self._gated("delete_llama_stack_distribution", _USUAL, namespace, work, name=name)

    async def get_config_map(self, namespace: str, name: str, /) -> ConfigMap:
        """A ConfigMap."""
        checked_name(name, operation="get_config_map")
        work = partial(_config_map, namespace=namespace, name=name)
        return await self._gated("get_config_map", _USUAL, namespace, work, name=name)

    async def get_model_provider_info(self, namespace: str, model: str, /) -> ModelProviderInfo:
        """Who serves ``model``, by the distribution's run.yaml. Raises NotFoundError where it is not there."""
        work = partial(_provider_info, namespace=namespace, model=model)
        return await self._gated("get_model_provider_info", _USUAL, namespace, work, model=model)

    async def _gated(self, operation: str, seconds: float, namespace: str, work: Work[T], /, **arguments: object) -> T:
        """Run ``work`` where the user may list distributions in ``namespace``; PermissionDeniedError where not."""
        checked_namespace(namespace, operation=operation)
        gated = partial(_with_gate, namespace=namespace, work=work)
        return await self._run(operation, seconds, gated, namespace=namespace, **arguments)

    async def _run(self, operation: str, seconds: float, work: Work[T], /, **arguments: object) -> T:  # noqa: ARG002 # stand-ins record the arguments
        """Run ``work`` within its time, and give its errors a code."""
        deadline = asyncio.timeout(seconds)
        try:
            async with deadline:
                return await work(Rest(self._carrier, operation))
        except ProviderError as error:
            raise coded(error)  # noqa: B904 # the same error
        except TimeoutError:
            if not deadline.expired():
                raise
        raise RequestTimeoutError(
            f"The operation was not done within {seconds:g} s.",
            provider="kubernetes",
            operation=operation,
            phase="total",
            code="SERVER_UNAVAILABLE",
            retryable=True,
        )


async def _with_gate(rest: Rest, *, namespace: str, work: Work[T]) -> T:
    if not await _may_list_distributions(rest, namespace=namespace):
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


async def _review(rest: Rest, *, verb: str, resource: str, group: str = "", namespace: str = "") -> bool:
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


async def _may_list_distributions(rest: Rest, *, namespace: str) -> bool:
    return await _review(
        rest, verb="list", resource=DISTRIBUTIONS.plural, group=DISTRIBUTIONS.group, namespace=namespace
    )


async def _get_user(rest: Rest) -> str:
    review = {"apiVersion": SUBJECT_REVIEWS.api_version, "kind": SUBJECT_REVIEWS.kind}
    name = reading.text(await rest.create(SUBJECT_REVIEWS, review), "status", "userInfo", "username")
    if not name:
        raise rest.undecodable("the subject review names no user")
    return reading.short_user(name)


async def _list_namespaces(rest: Rest) -> tuple[Namespace, ...]:
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


async def _models(rest: Rest, *, namespace: str) -> tuple[AaModel, ...]:
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


async def _distributions(rest: Rest, *, namespace: str) -> tuple[LlamaStackDistribution, ...]:
    return tuple(
        reading.distribution(item) for item in await rest.list(DISTRIBUTIONS, namespace=namespace, labels=_DASHBOARD)
    )


async def _create(
    rest: Rest, *, namespace: str, models: Sequence[PlaygroundModel], distribution: str
) -> LlamaStackDistribution:
    present = await _distributions(rest, namespace=namespace)
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


async def _delete(rest: Rest, *, namespace: str, name: str) -> None:
    if all(found.name != name for found in await _distributions(rest, namespace=namespace)):
        raise NotFoundError(
            f"The namespace {namespace!r} has no distribution {name!r} of the dashboard's.",
            provider="kubernetes",
            operation=rest.operation,
            status=404,
            code="NOT_FOUND",
            hint="get_llama_stack_distributions() shows those that exist.",
        )
    await rest.delete(DISTRIBUTIONS, name, namespace=namespace)


async def _config_map(rest: Rest, *, namespace: str, name: str) -> ConfigMap:
    return reading.config_map(await rest.get(CONFIG_MAPS, name, namespace=namespace))


async def _provider_info(rest: Rest, *, namespace: str, model: str) -> ModelProviderInfo:
    found = await _config_map(rest, namespace=namespace, name=CONFIG_MAP)
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
