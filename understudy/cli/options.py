"""The options that commands share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

from understudy.domain.requests import GenerationOptions

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from understudy.config import LoadedSettings
    from understudy.providers.registry import ProviderRegistry

__all__ = ["SettingsChoice", "complete_provider", "settings_options", "traceback_option", "wants_traceback"]

_P = ParamSpec("_P")
_R = TypeVar("_R")
_TRACEBACK = "understudy.traceback"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChoice:
    """Which settings a command works with: a file or folder, a profile, and single values."""

    path: Path | None = None
    profile: str | None = None
    assignments: tuple[str, ...] = ()

    def load(self, registry: ProviderRegistry) -> LoadedSettings:
        """The settings, read and validated, the plugins' sections by the models that ``registry`` knows.

        Raises ConfigurationError with every fault.
        """
        from understudy.config import load_settings
        from understudy.containers.storage import LateBackends
        from understudy.providers.generation.choosing.catalog import plugin_models

        models = plugin_models(registry)
        return load_settings(
            self.path,
            profile=self.profile,
            set=self.assignments,
            plugin_models=models,
            backend_models=LateBackends().model,
        )

    def under(self, *assignments: str) -> SettingsChoice:
        """The same choice over other values; what the user has assigned counts more."""
        return replace(self, assignments=(*assignments, *self.assignments))


def settings_options(command: Callable[..., _R]) -> Callable[..., _R]:
    """Add --settings, --profile, --set and --traceback; the command gets ``choice``, a SettingsChoice."""

    @traceback_option
    @click.option(
        "--settings",
        "path",
        type=click.Path(path_type=Path),
        help="The settings file, or its folder.  [default: UNDERSTUDY_SETTINGS, else settings.yaml here or above]",
    )
    @click.option("--profile", metavar="NAME[,NAME…]", help="The profile.  [default: UNDERSTUDY_PROFILE]")
    @click.option("--set", "assignments", multiple=True, metavar="KEY=VALUE", help="One value; may be repeated.")
    @wraps(command)
    def with_choice(
        *args: Any, path: Path | None, profile: str | None, assignments: tuple[str, ...], **kwargs: Any
    ) -> _R:
        choice = SettingsChoice(path=path, profile=profile, assignments=assignments)
        return command(*args, choice=choice, **kwargs)

    return with_choice


def generation_options(command: Callable[..., _R]) -> Callable[..., _R]:
    """Add what a request can be told; the command gets ``provider`` and ``options``, those that were given."""

    @click.option("--provider", "-p", shell_complete=complete_provider, help="The provider's name or alias.")
    @click.option("--model", "-m", help="The model, in place of the settings'.")
    @click.option("--system", "-s", help="What the model is told about its task.")
    @click.option("--temperature", type=float, help="How freely the model chooses its words.")
    @click.option(
        "--max-tokens", "max_output_tokens", type=click.IntRange(min=1), help="The longest answer, in tokens."
    )
    @click.option(
        "--timeout", type=click.FloatRange(min=0, min_open=True), help="The longest wait for all of it, in s."
    )
    @wraps(command)
    def with_options(
        *args: Any,
        model: str | None,
        system: str | None,
        temperature: float | None,
        max_output_tokens: int | None,
        timeout: float | None,
        **kwargs: Any,
    ) -> _R:
        options: GenerationOptions = {
            "model": model,
            "system": system,
            "temperature": temperature,
            "max_output_tokens": max_output_tokens,
            "timeout": timeout,
        }
        return command(*args, options=options, **kwargs)

    return with_options


def _remember_traceback(ctx: click.Context, _parameter: click.Parameter, asked: bool) -> None:  # noqa: FBT001 - click's form
    if asked:
        ctx.meta[_TRACEBACK] = True


def wants_traceback(ctx: click.Context) -> bool:
    """Whether --traceback was given, to the group or to any command below it."""
    return bool(ctx.meta.get(_TRACEBACK))


def traceback_option(command: Callable[_P, _R]) -> Callable[_P, _R]:
    """Add --traceback, which ``Root`` looks at when something fails."""
    return click.option(
        "--traceback",
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=_remember_traceback,
        help="Show the traceback of an error.",
    )(command)


def complete_provider(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The registered names and aliases that begin with ``incomplete``."""
    from click.shell_completion import CompletionItem

    from understudy.providers.generation.choosing.catalog import generation_registry

    names = [(name, spec.title) for spec in generation_registry() for name in (spec.name, *spec.aliases)]
    return [CompletionItem(name, help=title) for name, title in names if name.startswith(incomplete)]
