"""An open container, as the commands that ask use it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from understudy.cli.options import SettingsChoice
from understudy.domain.generation import TextGenerator

if TYPE_CHECKING:
    from understudy.containers.application import ApplicationContainer

__all__ = ["Session", "open_session"]


@dataclass(frozen=True, slots=True)
class Session:
    """Generators by name, from one container; each is built once and closed with it."""

    container: ApplicationContainer

    def generator(self, name: str | None) -> TextGenerator:
        """The generator with this name or alias; None: the one that the settings select.

        Raises ProviderNotFoundError, MissingCredentialsError, NoProviderAvailableError.
        """
        return self.container.generator() if name is None else self.container.generation.manager().get(name)

    def why_chosen(self) -> str | None:
        """In words, why the generator that nobody named is the one it is; None where the settings name it."""
        factory = self.container.generation.factory()
        if factory.settings.default is not None or factory.settings.fallback:
            return None
        chosen = self.generator(None).name
        passed = [row.name for row in takewhile(lambda row: row.name != chosen, factory.detect_available())]
        if not passed:
            return None
        return (
            f"{chosen} was asked because {', '.join(passed)} cannot be used; `understudy providers` says why. "
            "--provider names another one, --profile test answers with stand-ins."
        )


@asynccontextmanager
async def open_session(choice: SettingsChoice) -> AsyncIterator[Session]:
    """A container of the chosen settings, closed at the end. Raises ConfigurationError, WiringError."""
    from understudy.containers.opening import open_container

    async with open_container(choice.path, profile=choice.profile, set=choice.assignments) as container:
        yield Session(container)
