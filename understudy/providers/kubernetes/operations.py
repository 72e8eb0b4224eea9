"""The operations, over whatever carries requests to an API server: shared by the real client and its stand-in."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TypeVar

from understudy.domain.errors import InvalidRequestError, ProviderError, RequestTimeoutError
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
from understudy.providers.kubernetes import steps
from understudy.providers.kubernetes.errors import coded
from understudy.providers.kubernetes.resources import checked_name, checked_namespace
from understudy.providers.kubernetes.rest import Carrier, Rest
from understudy.providers.kubernetes.steps import Work

__all__ = ["KubernetesOperations"]

T = TypeVar("T")

_QUICK, _USUAL, _LONG = 10.0, 30.0, 60.0  # seconds


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
        return await self._run("list_namespaces", _USUAL, steps.namespaces)

    async def can_list_namespaces(self) -> bool:
        """Whether the user may list all namespaces."""
        work = partial(steps.review, verb="list", resource="namespaces")
        return await self._run("can_list_namespaces", _QUICK, work)

    async def is_cluster_admin(self) -> bool:
        """Whether the user may do everything."""
        return await self._run("is_cluster_admin", _QUICK, partial(steps.review, verb="*", resource="*", group="*"))

    async def can_list_llama_stack_distributions(self, namespace: str, /) -> bool:
        """Whether the user may list distributions in ``namespace``."""
        checked_namespace(namespace, operation="can_list_llama_stack_distributions")
        work = partial(steps.may_list_distributions, namespace=namespace)
        return await self._run("can_list_llama_stack_distributions", _QUICK, work, namespace=namespace)

    async def get_user(self) -> str:
        """The user's name as the cluster knows it; of a service account, its own name only."""
        return await self._run("get_user", _QUICK, steps.user_name)

    async def get_aa_models(self, namespace: str, /) -> tuple[AaModel, ...]:
        """The served models in ``namespace`` that are marked as AI assets."""
        return await self._gated("get_aa_models", _USUAL, namespace, partial(steps.models, namespace=namespace))

    async def get_llama_stack_distributions(self, namespace: str, /) -> tuple[LlamaStackDistribution, ...]:
        """The distributions in ``namespace`` that belong to the dashboard."""
        work = partial(steps.distributions, namespace=namespace)
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
        work = partial(steps.create, namespace=namespace, models=tuple(models), distribution=self._distribution)
        return await self._gated(operation, _LONG, namespace, work, models=tuple(each.name for each in models))

    async def delete_llama_stack_distribution(self, namespace: str, name: str, /) -> None:
        """Delete the distribution, and with it what it owns. Raises NotFoundError where there is none."""
        checked_name(name, operation="delete_llama_stack_distribution")
        work = partial(steps.delete, namespace=namespace, name=name)
        await self._gated("delete_llama_stack_distribution", _USUAL, namespace, work, name=name)

    async def get_config_map(self, namespace: str, name: str, /) -> ConfigMap:
        """A ConfigMap."""
        checked_name(name, operation="get_config_map")
        work = partial(steps.config_map, namespace=namespace, name=name)
        return await self._gated("get_config_map", _USUAL, namespace, work, name=name)

    async def get_model_provider_info(self, namespace: str, model: str, /) -> ModelProviderInfo:
        """Who serves ``model``, by the distribution's run.yaml. Raises NotFoundError where it is not there."""
        work = partial(steps.provider_info, namespace=namespace, model=model)
        return await self._gated("get_model_provider_info", _USUAL, namespace, work, model=model)

    async def _gated(self, operation: str, seconds: float, namespace: str, work: Work[T], /, **arguments: object) -> T:
        """Run ``work`` where the user may list distributions in ``namespace``; PermissionDeniedError where not."""
        checked_namespace(namespace, operation=operation)
        gated = partial(steps.with_gate, namespace=namespace, work=work)
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
