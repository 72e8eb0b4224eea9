"""The port to a Kubernetes cluster, on behalf of one user, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol, TypeAlias, runtime_checkable

from understudy.domain.secrets import Secret

__all__ = [
    "AaModel",
    "ConfigMap",
    "DistributionProvider",
    "KubernetesClient",
    "LlamaStackDistribution",
    "ModelProviderInfo",
    "Namespace",
    "PlaygroundModel",
]

_Texts: TypeAlias = Mapping[str, str]


def _no_texts() -> _Texts:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Namespace:
    """A namespace that the user may see. ``display_name`` is what a project calls itself; else the name again."""

    name: str
    display_name: str = ""
    description: str = ""
    labels: _Texts = field(default_factory=_no_texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class AaModel:
    """A served model that is marked as an AI asset. ``status`` is ``Running`` or ``Stop``.

    ``kind`` is the resource that serves it: InferenceService or LLMInferenceService. ``endpoints`` are its URLs, inside
    the cluster first.
    """

    name: str
    namespace: str
    kind: str = "InferenceService"
    display_name: str = ""
    description: str = ""
    use_case: str = ""
    status: str = "Stop"
    endpoints: tuple[str, ...] = ()
    serving_runtime: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionProvider:
    """A provider that a distribution reports in its status."""

    provider_id: str
    provider_type: str = ""
    api: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LlamaStackDistribution:
    """A Llama Stack server that an operator runs. ``phase`` is empty until the operator has seen it.

    Phases: Pending, Initializing, Ready, Failed, Terminating. ``distribution`` is the name or the image that it runs.
    """

    name: str
    namespace: str
    uid: str = ""
    distribution: str = ""
    phase: str = ""
    version: str = ""
    service_url: str = ""
    config_map: str = ""
    providers: tuple[DistributionProvider, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaygroundModel:
    """A model for a new distribution. ``url`` is where it is served; absent, the model's own service is looked up.

    ``max_tokens`` is the most that one answer may have.
    """

    name: str
    url: str | None = None
    max_tokens: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigMap:
    """A ConfigMap's text data."""

    name: str
    namespace: str
    data: _Texts = field(default_factory=_no_texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelProviderInfo:
    """Who serves a model, by a distribution's run.yaml."""

    model_id: str
    provider_id: str
    provider_type: str = ""
    url: str = ""


@runtime_checkable
class KubernetesClient(Protocol):
    """A cluster's API as one user sees it.

    Every method that takes a namespace first asks the cluster whether the user may list distributions there, and
    raises PermissionDeniedError where not. All methods raise ProviderError subclasses: AuthenticationError (401),
    PermissionDeniedError (403), NotFoundError (404), InvalidRequestError (400, 409, 422 and names that cannot be),
    OverloadedError (503), RequestTimeoutError and ConnectionFailedError. ``code`` is UNAUTHORIZED, PERMISSION_DENIED,
    NOT_FOUND, INVALID_REQUEST, CONFLICT, ALREADY_EXISTS, SERVER_UNAVAILABLE, CONNECTION_FAILED or INTERNAL_ERROR.
    """

    def validate_request_identity(self) -> None:
        """Raises MissingIdentityError where the request has no token. No traffic."""
        ...

    def bearer_token(self) -> Secret:
        """The user's token. Raises MissingIdentityError where there is none. No traffic."""
        ...

    async def list_namespaces(self) -> tuple[Namespace, ...]:
        """The namespaces that the user may see; where listing fails, the user's OpenShift projects. Within 30 s."""
        ...

    async def can_list_namespaces(self) -> bool:
        """Whether the user may list all namespaces. Within 10 s."""
        ...

    async def is_cluster_admin(self) -> bool:
        """Whether the user may do everything. Within 10 s."""
        ...

    async def can_list_llama_stack_distributions(self, namespace: str, /) -> bool:
        """Whether the user may list distributions in ``namespace``. Within 10 s."""
        ...

    async def get_user(self) -> str:
        """The user's name as the cluster knows it; of a service account, its own name only. Within 10 s."""
        ...

    async def get_aa_models(self, namespace: str, /) -> tuple[AaModel, ...]:
        """The served models in ``namespace`` that are marked as AI assets. Within 30 s."""
        ...

    async def get_llama_stack_distributions(self, namespace: str, /) -> tuple[LlamaStackDistribution, ...]:
        """The distributions in ``namespace`` that belong to the dashboard. Within 30 s."""
        ...

    async def create_llama_stack_distribution(
        self, namespace: str, /, *, models: Sequence[PlaygroundModel]
    ) -> LlamaStackDistribution:
        """A new distribution with its configuration. Within 60 s.

        Raises InvalidRequestError (ALREADY_EXISTS) where ``namespace`` has one, and leaves nothing behind where a step
        fails.
        """
        ...

    async def delete_llama_stack_distribution(self, namespace: str, name: str, /) -> None:
        """Delete the distribution, and with it what it owns. Raises NotFoundError where there is none. Within 30 s."""
        ...

    async def get_config_map(self, namespace: str, name: str, /) -> ConfigMap:
        """A ConfigMap. Within 30 s."""
        ...

    async def get_model_provider_info(self, namespace: str, model: str, /) -> ModelProviderInfo:
        """Who serves ``model``, by the distribution's run.yaml. Raises NotFoundError where it is not there."""
        ...
