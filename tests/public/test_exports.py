"""The public names: locked, sorted, lazy, and the same for readers, type checkers and the interpreter."""

import ast
import inspect
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

import understudy

NAMES = [
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


def test_the_public_names_are_these() -> None:
    """Adding or removing one is a decision: it belongs into the changelog."""
    assert sorted(understudy.__all__) == sorted(NAMES)


def test_no_name_is_listed_twice() -> None:
    assert len(set(understudy.__all__)) == len(understudy.__all__)


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"__version__", "blocking"}))
def test_every_name_is_what_its_home_has(name: str) -> None:
    (home,) = [module for module, names in understudy._HOMES.items() if name in names]
    assert getattr(understudy, name) is getattr(import_module(f"understudy.{home}"), name)
    assert name in dir(understudy)


def test_the_blocking_facade_is_a_module_of_its_own() -> None:
    assert understudy.blocking is import_module("understudy.blocking")


def test_type_checkers_see_the_same_names_as_the_interpreter() -> None:
    tree = ast.parse(Path(understudy.__file__).read_text(encoding="utf-8"))
    (block,) = [node for node in tree.body if isinstance(node, ast.If) and isinstance(node.test, ast.Name)]
    imported = {alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert imported == set(NAMES) - {"__version__"}


def test_every_public_class_and_function_says_what_it_is() -> None:
    silent = [
        name
        for name in NAMES
        if (inspect.isclass(getattr(understudy, name)) or inspect.isfunction(getattr(understudy, name)))
        and not inspect.getdoc(getattr(understudy, name))
    ]
    assert silent == []


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Undestudy'"):
        _ = understudy.Undestudy  # type: ignore[attr-defined]  # that is the test


def test_star_import_gives_the_public_names(measure: Callable[[str], object]) -> None:
    measure("from understudy import *\nassert open_container and blocking and Message")
