"""``understudy demo``: what there is, one answer, and the same prompt through every implementation."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from understudy.cli.answers import print_remarks, print_stream
from understudy.cli.emulated import call_all, outcome_table
from understudy.cli.exits import Exit
from understudy.cli.failures import report
from understudy.cli.logs import verbose_option
from understudy.cli.options import SettingsChoice, settings_options, wants_traceback
from understudy.cli.providers import provider_rows, provider_table
from understudy.cli.terminal import note, render, style, write
from understudy.domain.errors import UnderstudyError
from understudy.domain.generation import TextGenerator

if TYPE_CHECKING:
    from understudy.containers.application import ApplicationContainer
    from understudy.providers.generation.choosing.availability import Availability

__all__ = ["demo"]

PROMPT = "In one sentence: what does an understudy do in a theatre?"
QUICK = ("http.retry.max_retries=0", "http.timeout.connect=3", "http.timeout.total=30")
"""A demonstration says at once what does not work, instead of trying again."""


@click.command()
@click.argument("prompt", default=PROMPT)
@settings_options
@verbose_option
@click.pass_context
def demo(ctx: click.Context, *, prompt: str, choice: SettingsChoice) -> None:
    """Show the providers, stream one answer, and send the same PROMPT through every implementation.

    The answer comes from the best real provider that has a key, else from Ollama where it runs, else from a stand-in,
    which is said. The implementations then talk to emulators of their services in this process, so that all of this
    works without a key and without a network.

    The exit status is 0 where every implementation answered and somebody, a stand-in at least, streamed an answer.
    """
    answered = asyncio.run(_show(prompt, choice, show_traceback=wants_traceback(ctx)))
    if not answered:
        ctx.exit(Exit.FAILED)


async def _show(prompt: str, choice: SettingsChoice, *, show_traceback: bool) -> bool:
    from understudy.containers.opening import open_container
    from understudy.providers.generation.choosing.catalog import generation_registry

    registry = generation_registry()
    loaded = choice.under(*QUICK).load(registry)
    _title("The providers that these settings know")
    async with open_container(loaded, registry=registry) as container:
        factory = container.generation.factory()
        rows = await factory.probe()
        write(render(provider_table(provider_rows(factory, loaded, found=rows))))
        _title("One prompt, streamed")
        write(f"> {prompt}\n")
        answered = await _real_answer(container, rows, prompt, show_traceback=show_traceback)
    if not answered:
        await _stand_in_answer(prompt, rows)
    return await _emulated(prompt)


async def _real_answer(
    container: ApplicationContainer, rows: Sequence[Availability], prompt: str, *, show_traceback: bool
) -> bool:
    """Whether the best real provider has answered; what kept it from answering is told."""
    real = [row.name for row in rows if row.available and row.use == "real"]
    if not real:
        return False
    try:
        await _answer(container.generation.manager().get(real[0]), prompt, label="the real service")
    except UnderstudyError as error:
        report(error, show_traceback=show_traceback)
        note(style(f"{real[0]} did not answer; its stand-in goes on.\n", err=True, fg="yellow"))
        return False
    return True


async def _stand_in_answer(prompt: str, rows: Sequence[Availability]) -> None:
    """The understudy goes on: nobody real is there, or nobody real could."""
    from understudy.containers.opening import open_container
    from understudy.providers.generation.choosing.catalog import BUILT_IN

    built_in = [name for name, *_ in BUILT_IN]
    absent = next(row.name for row in rows if row.name in built_in)
    settings = {"generation": {"use": "mock", "default": absent, absent: {"mock": {"latency": {"per_chunk": 0.01}}}}}
    async with open_container(settings) as container:
        await _answer(container.generator(), prompt, label="STAND-IN, not a model: no real provider answered")


async def _answer(generator: TextGenerator, prompt: str, *, label: str) -> None:
    write(style(f"{generator.name} ({generator.model}; {label}):", bold=True))
    result = await print_stream(generator.stream(prompt))
    print_remarks(result)
    usage = f"{result.usage.input_tokens} + {result.usage.output_tokens} tokens, " if result.usage else ""
    write(style(f"[{usage}finish reason {result.finish_reason}]\n", dim=True))


async def _emulated(prompt: str) -> bool:
    _title("The same prompt through every real implementation, against emulators of the services in this process")
    outcomes = await call_all(prompt)
    write(render(outcome_table(outcomes)))
    failed = [outcome for outcome in outcomes if not outcome.ok]
    summary = f"{len(outcomes) - len(failed)} of {len(outcomes)} implementations answered, whole and streamed."
    write(style(summary, fg="red" if failed else "green"))
    return not failed


def _title(text: str) -> None:
    write(style(text, bold=True, underline=True))
