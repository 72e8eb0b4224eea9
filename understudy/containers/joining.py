"""Third-party generation providers become nodes of the container."""

from __future__ import annotations

import logging
from typing import Any, cast

from understudy.containers._injector import providers
from understudy.containers.choosing import member
from understudy.containers.generation import GenerationContainer
from understudy.domain.errors import DuplicateProviderError
from understudy.domain.generation import TextGenerator
from understudy.providers.spec import ProviderSpec

__all__ = ["add_generator", "join_registered"]

_logger = logging.getLogger(__name__)


def add_generator(container: GenerationContainer, spec: ProviderSpec) -> None:
    """Register a provider with an open container: it gets a node of its name and becomes a branch of ``generator``.

    Raises DuplicateProviderError where its name or an alias is taken, by a provider or by a node of the container.
    """
    taken = _taken(container, spec.name)
    if taken is not None:
        raise DuplicateProviderError(spec.name, family="generation", taken_by=taken)
    container.registry().register(spec)
    _join(container, spec.name)


def join_registered(container: GenerationContainer) -> None:
    """Give every registered provider a node; nothing is imported. One whose name is taken is skipped with a warning."""
    branches = container.generator.providers
    for name in container.registry().names:
        if name in branches:
            continue
        taken = _taken(container, name)
        if taken is None:
            _join(container, name)
        else:
            _logger.warning(
                "Skipped the generation provider %r: its name is taken by %s",
                name,
                taken,
                extra={"provider": name, "reason": f"taken by {taken}"},
            )


def _taken(container: GenerationContainer, name: str) -> str | None:
    """What has this name already: a node or an attribute of the container or of its switch."""
    if name in container.providers or hasattr(container, name):
        return f"the container's own {name!r}"
    if name in container.generator.providers or hasattr(container.generator, name):
        return f"the switch's own {name!r}"
    return None


def _join(container: GenerationContainer, name: str) -> None:
    node: providers.Provider[TextGenerator] = member(
        name,
        container.registry,
        container.settings,
        container.plugins,
        container.http.clients,
        container.http.tapes,
        container.lifetime,
    )
    # The annotation says GenerationContainer; what is there is its instance or the node that mounts it.
    cast("Any", container).set_provider(name, node)
    container.generator.add(**{name: node})
