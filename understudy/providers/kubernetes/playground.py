"""The objects that make up a new distribution: the custom resource and its configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from understudy.domain.kubernetes import PlaygroundModel
from understudy.providers.kubernetes.resources import CONFIG_MAPS, DISTRIBUTIONS

__all__ = [
    "CONFIG_MAP",
    "DASHBOARD_LABEL",
    "NAME",
    "RUN_YAML",
    "Served",
    "config_map_body",
    "distribution_body",
    "owned",
]

NAME = "lsd-genai-playground"
CONFIG_MAP = "llama-stack-config"
RUN_YAML = "run.yaml"
DASHBOARD_LABEL = "opendatahub.io/dashboard"
_PORT = 8321


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A model and where it is served. ``secret`` has its service account's token, under ``token``; None without one."""

    model: PlaygroundModel
    url: str
    secret: str | None = None


def distribution_body(served: Sequence[Served], *, distribution: str) -> dict[str, Any]:
    """The custom resource. ``distribution`` is an image where it has a slash or a colon in it, else a known name."""
    is_image = "/" in distribution or ":" in distribution
    return {
        "apiVersion": DISTRIBUTIONS.api_version,
        "kind": DISTRIBUTIONS.kind,
        "metadata": {"name": NAME, "labels": {DASHBOARD_LABEL: "true"}},
        "spec": {
            "replicas": 1,
            "server": {
                "containerSpec": {
                    "name": "llama-stack",
                    "port": _PORT,
                    "command": ["/bin/sh", "-c", f"llama stack run /etc/llama-stack/{RUN_YAML}"],
                    "env": [_token_variable(number, each) for number, each in enumerate(served, 1)],
                    "resources": {
                        "requests": {"cpu": "250m", "memory": "500Mi"},
                        "limits": {"cpu": "2", "memory": "12Gi"},
                    },
                },
                "distribution": {"image" if is_image else "name": distribution},
                "userConfig": {"configMapName": CONFIG_MAP},
            },
        },
    }


def config_map_body(served: Sequence[Served]) -> dict[str, Any]:
    """The ConfigMap with the server's run.yaml."""
    return {
        "apiVersion": CONFIG_MAPS.api_version,
        "kind": CONFIG_MAPS.kind,
        "metadata": {"name": CONFIG_MAP, "labels": {DASHBOARD_LABEL: "true"}},
        "data": {RUN_YAML: yaml.safe_dump(_run(served), sort_keys=False)},
    }


def owned(config_map: Mapping[str, Any], owner: Mapping[str, Any]) -> dict[str, Any]:
    """``config_map`` as the property of ``owner``: it is deleted with it."""
    metadata = owner["metadata"]
    reference = {
        "apiVersion": DISTRIBUTIONS.api_version,
        "kind": DISTRIBUTIONS.kind,
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
    typed = {"apiVersion": CONFIG_MAPS.api_version, "kind": CONFIG_MAPS.kind}
    return {**typed, **config_map, "metadata": {**config_map["metadata"], "ownerReferences": [reference]}}


def _token_variable(number: int, served: Served) -> dict[str, Any]:
    name = f"VLLM_API_TOKEN_{number}"
    if served.secret is None:
        return {"name": name, "value": "fake"}
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": served.secret, "key": "token"}}}


def _run(served: Sequence[Served]) -> dict[str, Any]:
    return {
        "version": "2",
        "image_name": "rh",
        "apis": ["agents", "files", "inference", "safety", "tool_runtime", "vector_io"],
        "providers": {
            "inference": [_inference(number, each) for number, each in enumerate(served, 1)],
            "vector_io": [{"provider_id": "milvus", "provider_type": "inline::milvus", "config": {}}],
            "files": [{"provider_id": "localfs", "provider_type": "inline::localfs", "config": {}}],
            "agents": [{"provider_id": "agents", "provider_type": "inline::meta-reference", "config": {}}],
            "tool_runtime": [{"provider_id": "mcp", "provider_type": "remote::model-context-protocol", "config": {}}],
            "safety": [],
        },
        "models": [
            {
                "model_id": each.model.name,
                "provider_id": f"vllm-inference-{number}",
                "provider_model_id": each.model.name,
                "model_type": "llm",
                "metadata": {},
            }
            for number, each in enumerate(served, 1)
        ],
        "server": {"port": _PORT},
    }


def _inference(number: int, served: Served) -> dict[str, Any]:
    config: dict[str, Any] = {"url": served.url, "api_token": f"${{env.VLLM_API_TOKEN_{number}:=fake}}"}
    if served.model.max_tokens is not None:
        config["max_tokens"] = served.model.max_tokens
    return {"provider_id": f"vllm-inference-{number}", "provider_type": "remote::vllm", "config": config}
