"""One YAML file decides, for every AI model, whether a program gets the real provider or its understudy.

    async with understudy.open_container() as container:
        result = await container.generator().generate("hi")

Every public name is found here and imported when it is first used: importing the package itself costs nothing that a
program would notice.
"""

from __future__ import annotations

from understudy._version import __version__

TYPE_CHECKING = False  # as typing has it, without the cost of importing typing

if TYPE_CHECKING:
    from understudy import blocking
    from understudy.config.loaded import LoadedSettings
    from understudy.config.loader import load_settings
    from understudy.config.models.generation import ProviderSettings
    from understudy.config.models.settings import Settings
    from understudy.config.models.storage import BackendSettings
    from understudy.containers.application import ApplicationContainer
    from understudy.containers.joining import add_generator
    from understudy.containers.opening import lifespan, open_container
    from understudy.containers.overriding import override
    from understudy.domain.capabilities import Capabilities, ModelLimits
    from understudy.domain.errors import (
        AuthenticationError,
        ConfigurationError,
        ConnectionFailedError,
        ContentFilteredError,
        ContextLengthExceededError,
        DuplicateProviderError,
        Fault,
        HTTPClientError,
        InvalidIdentityError,
        InvalidRequestError,
        LimitExceededError,
        MaxRetriesExceededError,
        MissingCredentialsError,
        MissingDependencyError,
        MissingIdentityError,
        NoProviderAvailableError,
        NotFoundError,
        OverloadedError,
        PermissionDeniedError,
        ProviderError,
        ProviderNotFoundError,
        QuotaExceededError,
        RateLimitError,
        RecordingMismatchError,
        RequestTimeoutError,
        ResponseDecodeError,
        ScriptError,
        ServerError,
        StorageError,
        StreamInterruptedError,
        UnderstudyError,
        UnsupportedCapabilityError,
        WiringError,
    )
    from understudy.domain.generation import Embedder, EmbeddingResult, ModelInfo, TextGenerator
    from understudy.domain.health import Health, HealthStatus
    from understudy.domain.identity import RequestIdentity
    from understudy.domain.kubernetes import KubernetesClient
    from understudy.domain.llama_stack import LlamaStackClient
    from understudy.domain.maas import MaasClient
    from understudy.domain.mcp import McpClient
    from understudy.domain.messages import (
        ImagePart,
        Message,
        Part,
        ReasoningPart,
        Role,
        TextPart,
        ToolCallPart,
        ToolResultPart,
    )
    from understudy.domain.requests import (
        GenerationOptions,
        GenerationRequest,
        Prompt,
        ReasoningEffort,
        Schema,
        Tool,
        ToolChoice,
    )
    from understudy.domain.results import (
        FinishEvent,
        FinishReason,
        GenerationResult,
        GenerationStream,
        ReasoningEvent,
        StreamEvent,
        TextEvent,
        ToolCallDeltaEvent,
        ToolCallEvent,
        Usage,
        UsageEvent,
    )
    from understudy.domain.secrets import Secret
    from understudy.domain.storage import (
        CommandResult,
        DriverClient,
        RuntimeOptions,
        StorageCapabilities,
        StorageCredentials,
    )
    from understudy.providers.generation.choosing.catalog import generation_registry
    from understudy.providers.generation.choosing.factory import ProviderFactory
    from understudy.providers.generation.choosing.manager import ProviderManager
    from understudy.providers.generation.fallback.generator import FallbackGenerator
    from understudy.providers.generation.fallback.policy import FallbackPolicy
    from understudy.providers.generation.health.monitor import HealthMonitor
    from understudy.providers.generation.mock import MockGenerator, MockScript
    from understudy.providers.registry import ProviderRegistry
    from understudy.providers.spec import ProviderSpec
    from understudy.providers.storage.backend import StorageBackend
    from understudy.providers.storage.facade import Storage
    from understudy.providers.storage.registry import StorageBackendRegistry, storage_registry
    from understudy.providers.storage.spec import BackendSpec

__all__ = [
    "ApplicationContainer",
    "AuthenticationError",
    "BackendSettings",
    "BackendSpec",
    "Capabilities",
    "CommandResult",
    "ConfigurationError",
    "ConnectionFailedError",
    "ContentFilteredError",
    "ContextLengthExceededError",
    "DriverClient",
    "DuplicateProviderError",
    "Embedder",
    "EmbeddingResult",
    "FallbackGenerator",
    "FallbackPolicy",
    "Fault",
    "FinishEvent",
    "FinishReason",
    "GenerationOptions",
    "GenerationRequest",
    "GenerationResult",
    "GenerationStream",
    "HTTPClientError",
    "Health",
    "HealthMonitor",
    "HealthStatus",
    "ImagePart",
    "InvalidIdentityError",
    "InvalidRequestError",
    "KubernetesClient",
    "LimitExceededError",
    "LlamaStackClient",
    "LoadedSettings",
    "MaasClient",
    "MaxRetriesExceededError",
    "McpClient",
    "Message",
    "MissingCredentialsError",
    "MissingDependencyError",
    "MissingIdentityError",
    "MockGenerator",
    "MockScript",
    "ModelInfo",
    "ModelLimits",
    "NoProviderAvailableError",
    "NotFoundError",
    "OverloadedError",
    "Part",
    "PermissionDeniedError",
    "Prompt",
    "ProviderError",
    "ProviderFactory",
    "ProviderManager",
    "ProviderNotFoundError",
    "ProviderRegistry",
    "ProviderSettings",
    "ProviderSpec",
    "QuotaExceededError",
    "RateLimitError",
    "ReasoningEffort",
    "ReasoningEvent",
    "ReasoningPart",
    "RecordingMismatchError",
    "RequestIdentity",
    "RequestTimeoutError",
    "ResponseDecodeError",
    "Role",
    "RuntimeOptions",
    "Schema",
    "ScriptError",
    "Secret",
    "ServerError",
    "Settings",
    "Storage",
    "StorageBackend",
    "StorageBackendRegistry",
    "StorageCapabilities",
    "StorageCredentials",
    "StorageError",
    "StreamEvent",
    "StreamInterruptedError",
    "TextEvent",
    "TextGenerator",
    "TextPart",
    "Tool",
    "ToolCallDeltaEvent",
    "ToolCallEvent",
    "ToolCallPart",
    "ToolChoice",
    "ToolResultPart",
    "UnderstudyError",
    "UnsupportedCapabilityError",
    "Usage",
    "UsageEvent",
    "WiringError",
    "__version__",
    "add_generator",
    "blocking",
    "generation_registry",
    "lifespan",
    "load_settings",
    "open_container",
    "override",
    "storage_registry",
]

_HOMES = {
    "config.loaded": ("LoadedSettings",),
    "config.loader": ("load_settings",),
    "config.models.generation": ("ProviderSettings",),
    "config.models.settings": ("Settings",),
    "containers.application": ("ApplicationContainer",),
    "containers.joining": ("add_generator",),
    "containers.opening": (
        "lifespan",
        "open_container",
    ),
    "containers.overriding": ("override",),
    "domain.capabilities": (
        "Capabilities",
        "ModelLimits",
    ),
    "domain.errors": (
        "AuthenticationError",
        "ConfigurationError",
        "ConnectionFailedError",
        "ContentFilteredError",
        "ContextLengthExceededError",
        "DuplicateProviderError",
        "Fault",
        "HTTPClientError",
        "InvalidIdentityError",
        "InvalidRequestError",
        "LimitExceededError",
        "MaxRetriesExceededError",
        "MissingCredentialsError",
        "MissingDependencyError",
        "MissingIdentityError",
        "NoProviderAvailableError",
        "NotFoundError",
        "OverloadedError",
        "PermissionDeniedError",
        "ProviderError",
        "ProviderNotFoundError",
        "QuotaExceededError",
        "RateLimitError",
        "RecordingMismatchError",
        "RequestTimeoutError",
        "ResponseDecodeError",
        "ScriptError",
        "ServerError",
        "StorageError",
        "StreamInterruptedError",
        "UnderstudyError",
        "UnsupportedCapabilityError",
        "WiringError",
    ),
    "domain.generation": (
        "Embedder",
        "EmbeddingResult",
        "ModelInfo",
        "TextGenerator",
    ),
    "domain.health": (
        "Health",
        "HealthStatus",
    ),
    "domain.identity": ("RequestIdentity",),
    "domain.kubernetes": ("KubernetesClient",),
    "domain.llama_stack": ("LlamaStackClient",),
    "domain.maas": ("MaasClient",),
    "domain.mcp": ("McpClient",),
    "domain.messages": (
        "ImagePart",
        "Message",
        "Part",
        "ReasoningPart",
        "Role",
        "TextPart",
        "ToolCallPart",
        "ToolResultPart",
    ),
    "domain.requests": (
        "GenerationOptions",
        "GenerationRequest",
        "Prompt",
        "ReasoningEffort",
        "Schema",
        "Tool",
        "ToolChoice",
    ),
    "domain.results": (
        "FinishEvent",
        "FinishReason",
        "GenerationResult",
        "GenerationStream",
        "ReasoningEvent",
        "StreamEvent",
        "TextEvent",
        "ToolCallDeltaEvent",
        "ToolCallEvent",
        "Usage",
        "UsageEvent",
    ),
    "domain.secrets": ("Secret",),
    "providers.generation.choosing.catalog": ("generation_registry",),
    "providers.generation.choosing.factory": ("ProviderFactory",),
    "providers.generation.fallback.generator": ("FallbackGenerator",),
    "providers.generation.fallback.policy": ("FallbackPolicy",),
    "providers.generation.choosing.manager": ("ProviderManager",),
    "providers.generation.mock": (
        "MockGenerator",
        "MockScript",
    ),
    "providers.generation.health.monitor": ("HealthMonitor",),
    "providers.registry": ("ProviderRegistry",),
    "providers.spec": ("ProviderSpec",),
    "config.models.storage": ("BackendSettings",),
    "domain.storage": ("CommandResult", "DriverClient", "RuntimeOptions", "StorageCapabilities", "StorageCredentials"),
    "providers.storage.facade": ("Storage",),
    "providers.storage.registry": ("StorageBackendRegistry", "storage_registry"),
    "providers.storage.spec": ("BackendSpec",),
    "providers.storage.backend": ("StorageBackend",),
}
"""The module of each public name, below this package."""


if not TYPE_CHECKING:  # for type checkers there is no name but those above

    def __getattr__(name: str) -> object:
        from importlib import import_module

        if name == "blocking":
            return import_module("understudy.blocking")
        for module, names in _HOMES.items():
            if name in names:
                value = getattr(import_module(f"{__name__}.{module}"), name)
                globals()[name] = value  # the next look-up does not come here
                return value
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
