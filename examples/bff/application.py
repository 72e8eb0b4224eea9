"""The application's own container, with understudy's mounted in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dependency_injector import containers, providers

import understudy
from understudy import ApplicationContainer, RequestIdentity
from understudy.domain.llama_stack import LlamaStackClient
from understudy.domain.maas import MaasClient

__all__ = ["Application", "Catalog", "CatalogModel"]


@dataclass(frozen=True, kw_only=True)
class CatalogModel:
    """A model that the user may choose, and which service has it."""

    id: str
    source: str


class Catalog:
    """A part of the application's own: the models of both services in one list. It takes whatever its user may see."""

    def __init__(
        self,
        *,
        llama_stack: Callable[..., LlamaStackClient],
        maas: Callable[..., MaasClient],
    ) -> None:
        self._llama_stack = llama_stack
        self._maas = maas

    async def models(self, identity: RequestIdentity, *, namespace: str | None) -> list[CatalogModel]:
        stack = await self._llama_stack(identity, namespace=namespace).list_models()
        served = await self._maas(identity).list_models()
        return [
            *(CatalogModel(id=each.id, source="llama_stack") for each in stack),
            *(CatalogModel(id=each.id, source="maas") for each in served),
        ]


class Application(containers.DeclarativeContainer):
    """What this service is made of."""

    settings = providers.Dependency(instance_of=understudy.Settings)
    understudy: ApplicationContainer = providers.Container(ApplicationContainer, settings=settings)
    catalog: providers.Provider[Catalog] = providers.Singleton(
        Catalog,
        llama_stack=understudy.platform.llama_stack.provider,
        maas=understudy.platform.maas.provider,
    )
