"""Closing several providers, each of them whatever happens to the others."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from understudy.domain.generation import TextGenerator

__all__ = ["close_all"]


async def close_all(providers: Iterable[TextGenerator]) -> None:
    """Close one after the other, in this order, every one attempted.

    Afterwards raises the one error as it is, several as an ExceptionGroup; a cancellation that came meanwhile is raised
    in their place, with them as its cause.
    """
    errors: list[Exception] = []
    cancelled: asyncio.CancelledError | None = None
    for provider in providers:
        try:
            await provider.aclose()
        except asyncio.CancelledError as error:
            cancelled = error
        except Exception as error:  # noqa: BLE001 - raised below, when the others have had their turn
            error.add_note(f"while closing the provider {provider.name}")
            errors.append(error)
    failure = ExceptionGroup(f"{len(errors)} providers failed to close", errors) if len(errors) > 1 else None
    if cancelled is not None:
        raise cancelled from failure or next(iter(errors), None)
    if failure is not None:
        raise failure
    if errors:
        raise errors[0]
