"""The platform's emulators by name, each with the state and the script of its service's ``mock`` settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from understudy.config.models.platform import PlatformSettings
from understudy.providers.kubernetes.mock import Cluster
from understudy.providers.llama_stack.mock import MockLlamaStackService
from understudy.providers.maas.mock import MockMaasService
from understudy.testing.asgi import App
from understudy.testing.emulators.kubernetes import KubernetesEmulator
from understudy.testing.emulators.llama_stack import LlamaStackEmulator
from understudy.testing.emulators.maas import MaasEmulator

__all__ = ["PLATFORM", "PlatformEmulator"]

_MAAS_PREFIX = "/maas-api"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformEmulator:
    """An ASGI application, and the path that its service's ``base_url`` ends with."""

    app: App
    path: str = ""


_Make: TypeAlias = Callable[[PlatformSettings, Sequence[str] | None], PlatformEmulator]


def _llama_stack(settings: PlatformSettings, tokens: Sequence[str] | None) -> PlatformEmulator:
    stack = settings.llama_stack
    service = MockLlamaStackService(stack)
    return PlatformEmulator(app=LlamaStackEmulator(service, prefix=stack.api_prefix, tokens=tokens))


def _maas(settings: PlatformSettings, tokens: Sequence[str] | None) -> PlatformEmulator:
    service = MockMaasService(settings.maas)
    return PlatformEmulator(app=MaasEmulator(service, prefix=_MAAS_PREFIX, tokens=tokens), path=_MAAS_PREFIX)


def _kubernetes(settings: PlatformSettings, tokens: Sequence[str] | None) -> PlatformEmulator:
    cluster = Cluster(settings.kubernetes.mock)
    for number, token in enumerate(tokens or (), 1):
        cluster.people.add(f"user-{number}", token=token)
    return PlatformEmulator(app=KubernetesEmulator(cluster))


PLATFORM: Mapping[str, _Make] = MappingProxyType(
    {"llama_stack": _llama_stack, "maas": _maas, "kubernetes": _kubernetes}
)
"""What makes each, of the platform's settings and of the bearer tokens that are accepted; None: any, or those of the
settings' users."""
