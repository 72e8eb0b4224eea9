"""``understudy chat``: a conversation, typed or piped."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from importlib import import_module

import click

from understudy.cli.conversation import Conversation
from understudy.cli.exits import Exit
from understudy.cli.failures import report
from understudy.cli.inputs import is_text
from understudy.cli.logs import verbose_option
from understudy.cli.options import SettingsChoice, generation_options, settings_options, wants_traceback
from understudy.cli.session import open_session
from understudy.cli.terminal import note, printable, style
from understudy.domain.errors import UnderstudyError
from understudy.domain.requests import GenerationOptions

__all__ = ["chat"]

_NO_TEXT = "Standard input is not UTF-8 text."


@click.command()
@generation_options
@settings_options
@verbose_option
@click.pass_context
def chat(ctx: click.Context, *, provider: str | None, options: GenerationOptions, choice: SettingsChoice) -> None:
    """Hold a conversation; what was said is sent along each time.

    /help lists the commands. Ctrl-C stops an answer, Ctrl-D ends the conversation. With piped input each line is one
    turn, and the exit status says whether all were answered.
    """
    with asyncio.Runner() as runner:
        opening = open_session(choice)
        session = runner.run(opening.__aenter__())
        try:
            generator = session.generator(provider)
            conversation = Conversation(find=session.generator, generator=generator, options=options)
            failed = _converse(runner, conversation, show_traceback=wants_traceback(ctx))
        finally:
            runner.run(opening.__aexit__(None, None, None))
    if failed and not sys.stdin.isatty():
        ctx.exit(Exit.FAILED)


def _converse(runner: asyncio.Runner, conversation: Conversation, *, show_traceback: bool) -> bool:
    """Take turns until the end of the input or /exit. Returns whether a turn failed."""
    failed = False
    interactive = sys.stdin.isatty()
    if interactive:
        note(
            style(f"{conversation.generator.name}, {conversation.model}. /help lists the commands.", err=True, dim=True)
        )
    for line in _lines(interactive=interactive):
        try:
            _turn(runner, conversation, line)
        except UnderstudyError as error:
            report(error, show_traceback=show_traceback)
            failed = True
        except KeyboardInterrupt:
            if not interactive:
                raise
            note("Stopped; this turn is forgotten.")
        if conversation.ended:
            break
    return failed


def _turn(runner: asyncio.Runner, conversation: Conversation, line: str) -> None:
    if line.startswith("/"):
        said = conversation.command(line)
        if said:
            note(printable(said, sys.stderr))
        return
    runner.run(conversation.say(line))


def _lines(*, interactive: bool) -> Iterator[str]:
    """The turns: a line each, without the blank ones; a backslash at the end goes on with the next line."""
    if interactive:
        _enable_editing()
    text = ""
    while True:
        try:
            line = input(("… " if text else "> ") if interactive else "")
        except EOFError:
            break
        except UnicodeDecodeError as error:
            raise click.UsageError(_NO_TEXT) from error
        if not is_text(line):
            raise click.UsageError(_NO_TEXT)
        if line.endswith("\\"):
            text += line[:-1] + "\n"
            continue
        text += line
        if text.strip():
            yield text.strip()
        text = ""
    if interactive:
        note("")
    if text.strip():
        yield text.strip()


def _enable_editing() -> None:
    """Arrow keys and history, where this Python was built with them."""
    try:
        import_module("readline")
    except ImportError:
        return
