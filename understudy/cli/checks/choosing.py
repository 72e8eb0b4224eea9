"""Who is chosen: the default, the preference and the fallback, and whether any of them can answer."""

from __future__ import annotations

from collections.abc import Iterator

from understudy.cli.checks.base import Examination, Finding, failure, ok, warning
from understudy.domain.errors import NoProviderAvailableError, ProviderNotFoundError, near_match
from understudy.providers.generation.sections import settings_key

__all__ = ["check_availability", "check_choice", "check_names"]

_FIX = "Set its key, choose another provider, or say 'use: mock'."


def check_names(examination: Examination) -> Iterator[Finding]:
    """Whether the names in the generation settings are registered."""
    loaded = examination.loaded
    if loaded is None:
        return
    generation, registry = loaded.settings.generation, examination.registry
    named = [("generation.default", generation.default)]
    named += [(f"generation.fallback.{index}", name) for index, name in enumerate(generation.fallback)]
    named += [(f"generation.preference.{index}", name) for index, name in enumerate(generation.preference)]
    unknown = [(key, name) for key, name in named if name is not None and name not in registry]
    known = [*registry.names, *registry.aliases]
    for key, name in unknown:
        near = near_match(str(name), known)
        fix = f"Did you mean {near!r}? " if near else ""
        origin = loaded.origin(key.rsplit(".", 1)[0] if key.rsplit(".", 1)[-1].isdecimal() else key)
        yield failure(
            f"{origin}: {key}: no provider is called {name!r}", fix=f"{fix}Registered: {', '.join(registry.names)}."
        )
    if not unknown:
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
