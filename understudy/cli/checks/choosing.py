"""Who is chosen: the default, the preference and the fallback, and whether any of them can answer."""

from __future__ import annotations

from collections.abc import Iterator

from understudy.cli.checks.base import Examination, Finding, failure, ok, warning
from understudy.config.loaded import LoadedSettings
from understudy.domain.errors import Fault, NoProviderAvailableError, ProviderNotFoundError, near_match
from understudy.providers.generation.choosing.sections import settings_key
from understudy.providers.registry import ProviderRegistry

__all__ = ["check_availability", "check_choice", "check_names", "unknown_names"]

_FIX = "Set its key, choose another provider, or say 'use: mock'."


def unknown_names(loaded: LoadedSettings, registry: ProviderRegistry) -> list[Fault]:
    """The names in the generation settings that nobody has registered or announced."""
    generation = loaded.settings.generation
    named = [("generation.default", "generation.default", generation.default)]
    for field in ("fallback", "preference"):
        key = f"generation.{field}"
        named += [(f"{key}.{index}", key, name) for index, name in enumerate(getattr(generation, field))]
    known = [*registry.names, *registry.aliases]
    faults = []
    for where, key, name in named:
        if name is None or name in registry:
            continue
        near = near_match(name, known)
        meant = f"Did you mean {near!r}? " if near else ""
        hint = f"{meant}Registered: {', '.join(registry.names)}."
        faults.append(
            Fault(where=where, reason=f"no provider is called {name!r}", origin=str(loaded.origin(key)), hint=hint)
        )
    return faults


def check_names(examination: Examination) -> Iterator[Finding]:
    """Whether the names in the generation settings are registered."""
    if examination.loaded is None:
        return
    faults = unknown_names(examination.loaded, examination.registry)
    for fault in faults:
        yield failure(f"{fault.origin}: {fault.where}: {fault.reason}", fix=fault.hint)
    if not faults:
        yield ok("default, fallback and preference name registered providers")


def check_availability(examination: Examination) -> Iterator[Finding]:
    """Each provider: whether it could be used, and why not."""
    loaded, factory = examination.loaded, examination.factory
    if loaded is None or factory is None:
        return
    without_key: list[str] = []
    wanted = examination.wanted
    for row in factory.detect_available():
        if row.name not in examination.registry:
            continue  # check_names has said so
        if row.available:
            how = "its stand-in answers" if row.use == "mock" else f"use: {row.use}{_credential(examination, row.name)}"
            yield ok(f"{row.name}: {how}")
        elif row.name in wanted:
            yield failure(f"{row.name} is asked for by {wanted[row.name]} and is not available: {row.reason}", fix=_FIX)
        elif row.invalid:
            yield failure(f"{row.name} is not available: {row.reason}", fix=f"Change generation.{row.name}.")
        else:
            without_key.append(row.name)
    if without_key:
        yield ok(f"not set up, passed over: {', '.join(without_key)}")


def _credential(examination: Examination, name: str) -> str:
    """Where a provider's credential came from, in words; never the credential."""
    spec = examination.registry.get(name)
    loaded, factory = examination.loaded, examination.factory
    if loaded is None or factory is None or not spec.needs_credentials:
        return ", no key needed"
    return f", key from {loaded.origin(settings_key(spec, 'api_key'))}"


def check_choice(examination: Examination) -> Iterator[Finding]:
    """Who would answer a prompt that names nobody."""
    factory = examination.factory
    if factory is None:
        return
    try:
        chosen = factory.first_usable(lambda name: name)
    except NoProviderAvailableError:
        yield failure("no provider is available", fix="Set a key, start Ollama, or use --profile test (stand-ins).")
        return
    except ProviderNotFoundError:
        return  # check_names has said so
    spec = examination.registry.get(chosen)
    if factory.use(chosen) == "real" and not spec.needs_credentials and not examination.live:
        yield warning(
            f"{chosen} answers where no provider is named; whether its server runs is checked with --live only",
            fix="Run `understudy doctor --live`.",
        )
        return
    yield ok(f"{chosen} answers where no provider is named ({factory.use(chosen)})")
