"""From the API's objects to ours. What is absent or of another type is read as absent: operators differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import yaml

from understudy.domain.kubernetes import (
    AaModel,
    ConfigMap,
    DistributionProvider,
    LlamaStackDistribution,
    ModelProviderInfo,
    Namespace,
)

__all__ = [
    "config_map",
    "distribution",
    "mapping",
    "model",
    "model_provider",
    "name_of",
    "namespace",
    "runtime_title",
    "sequence",
    "short_user",
    "text",
]

_DISPLAY = "openshift.io/display-name"
_DESCRIPTION = "openshift.io/description"
_USE_CASE = "opendatahub.io/genai-use-case"
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_SERVICE_ACCOUNT = "system:serviceaccount:"


def mapping(value: Any, *path: str) -> Mapping[str, Any]:
    """The object at ``path`` in ``value``; empty where there is none."""
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else _NOTHING


def sequence(value: Any, *path: str) -> Sequence[Any]:
    """The list at ``path`` in ``value``; empty where there is none."""
    found = mapping(value, *path[:-1]).get(path[-1])
    return found if isinstance(found, list) else ()


def text(value: Any, *path: str) -> str:
    """The text at ``path`` in ``value``; empty where there is none."""
    found = mapping(value, *path[:-1]).get(path[-1])
    return found if isinstance(found, str) else ""


def name_of(item: Mapping[str, Any]) -> str:
    """An object's name."""
    return text(item, "metadata", "name")


def short_user(name: str) -> str:
    """A user's name; of a service account only its own, without its namespace."""
    return name.rpartition(":")[2] if name.startswith(_SERVICE_ACCOUNT) else name


def namespace(item: Mapping[str, Any]) -> Namespace:
    """A Namespace or a Project."""
    name = name_of(item)
    return Namespace(
        name=name,
        display_name=text(item, "metadata", "annotations", _DISPLAY) or name,
        description=text(item, "metadata", "annotations", _DESCRIPTION),
        labels=_texts(mapping(item, "metadata", "labels")),
    )


def config_map(item: Mapping[str, Any]) -> ConfigMap:
    """A ConfigMap."""
    return ConfigMap(
        name=name_of(item), namespace=text(item, "metadata", "namespace"), data=_texts(mapping(item, "data"))
    )


def distribution(item: Mapping[str, Any]) -> LlamaStackDistribution:
    """A LlamaStackDistribution with the status that its operator wrote."""
    asked = mapping(item, "spec", "server", "distribution")
    return LlamaStackDistribution(
        name=name_of(item),
        namespace=text(item, "metadata", "namespace"),
        uid=text(item, "metadata", "uid"),
        distribution=text(asked, "name") or text(asked, "image"),
        phase=text(item, "status", "phase"),
        version=text(item, "status", "version", "llamaStackServerVersion") or text(item, "status", "version"),
        service_url=text(item, "status", "serviceURL"),
        config_map=text(item, "spec", "server", "userConfig", "configMapName"),
        providers=tuple(
            DistributionProvider(
                provider_id=text(provider, "provider_id"),
                provider_type=text(provider, "provider_type"),
                api=text(provider, "api"),
            )
            for provider in sequence(item, "status", "distributionConfig", "providers")
        ),
    )


def model(item: Mapping[str, Any], kind: str, runtimes: Mapping[str, str]) -> AaModel:
    """A served model. ``runtimes`` maps the names of serving runtimes to what they call themselves."""
    name = name_of(item)
    runtime = text(item, "spec", "predictor", "model", "runtime")
    urls = [text(item, "status", "address", "url"), text(item, "status", "url")]
    urls += [text(address, "url") for address in sequence(item, "status", "addresses")]
    return AaModel(
        name=name,
        namespace=text(item, "metadata", "namespace"),
        kind=kind,
        display_name=text(item, "metadata", "annotations", _DISPLAY) or name,
        description=text(item, "metadata", "annotations", _DESCRIPTION),
        use_case=text(item, "metadata", "annotations", _USE_CASE),
        status="Running" if _is_ready(item) else "Stop",
        endpoints=tuple(dict.fromkeys(url for url in urls if url)),
        serving_runtime=runtimes.get(runtime, runtime),
    )


def runtime_title(item: Mapping[str, Any]) -> str:
    """What a ServingRuntime calls itself."""
    return text(item, "metadata", "annotations", _DISPLAY) or name_of(item)


def model_provider(run_yaml: str, model_id: str) -> ModelProviderInfo | None:
    """Who serves ``model_id``, by a run.yaml; None where it does not say. Raises ValueError where it is not YAML."""
    try:
        said = yaml.safe_load(run_yaml)
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(type(error).__name__) from None
    for entry in sequence(said, "models"):
        if model_id in (text(entry, "model_id"), text(entry, "provider_model_id")):
            provider_id = text(entry, "provider_id")
            providers = sequence(said, "providers", "inference")
            found = next((each for each in providers if text(each, "provider_id") == provider_id), _NOTHING)
            return ModelProviderInfo(
                model_id=text(entry, "model_id"),
                provider_id=provider_id,
                provider_type=text(found, "provider_type"),
                url=text(found, "config", "url") or text(found, "config", "base_url"),
            )
    return None


def _is_ready(item: Mapping[str, Any]) -> bool:
    return any(
        text(condition, "type") == "Ready" and text(condition, "status") == "True"
        for condition in sequence(item, "status", "conditions")
    )


def _texts(values: Mapping[str, Any]) -> Mapping[str, str]:
    return MappingProxyType({name: value for name, value in values.items() if isinstance(value, str)})
