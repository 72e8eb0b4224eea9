"""The command group: what there is, and what happens to what goes wrong."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import click

from understudy._version import __version__
from understudy.cli.exits import MEANINGS, Exit
from understudy.cli.failures import drop_output, report
from understudy.cli.lazy import Entry, LazyGroup
from understudy.cli.options import traceback_option, wants_traceback
from understudy.domain.errors import UnderstudyError

__all__ = ["ENTRIES", "cli"]

ENTRIES: Mapping[str, Entry] = MappingProxyType(
    {
        "ask": Entry("understudy.cli.ask:ask", "Send one prompt and print the answer."),
        "chat": Entry("understudy.cli.chat:chat", "Hold a conversation."),
        "providers": Entry("understudy.cli.providers:providers", "Which providers there are, and which can be used."),
        "doctor": Entry("understudy.cli.doctor:doctor", "Check everything, and say what to do."),
        "platform": Entry("understudy.cli.platform:platform", "The services around the models, as a user sees them."),
        "stack": Entry("understudy.cli.stack:stack", "Look at a Llama Stack server."),
        "mcp": Entry("understudy.cli.mcp:mcp", "Show and call the tools of MCP servers."),
        "config": Entry("understudy.cli.config:config", "Show, explain and check the settings."),
        "graph": Entry("understudy.cli.graph:graph", "Draw the container."),
        "demo": Entry("understudy.cli.demo:demo", "One prompt through every provider; works offline."),
        "emulate": Entry("understudy.cli.emulate:emulate", "Serve a stand-in of a service's API on a local port."),
        "storage": Entry("understudy.cli.storage:storage", "Run commands on storage backends."),
        "recordings": Entry("understudy.cli.recordings:recordings", "Look at, check and clear up recordings."),
        "verify": Entry("understudy.cli.verify:verify", "Hold a stand-in against its live service."),
        "completion": Entry("understudy.cli.completion:completion", "Print the completion script for a shell."),
    }
)


class Root(LazyGroup):
    """The group that turns every failure into a message and an exit status."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; failures leave as click.exceptions.Exit with the documented status."""
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, click.Abort):
            raise click.exceptions.Exit(_interrupted()) from None
        except BrokenPipeError:
            drop_output()
            raise click.exceptions.Exit(Exit.PIPE_CLOSED) from None
        except (click.ClickException, click.exceptions.Exit):
            raise
        except Exception as error:  # noqa: BLE001 - the boundary: every failure becomes a message and a status
            if isinstance(error, OSError) and not isinstance(error, UnderstudyError):
                drop_output()
            status = report(error, show_traceback=wants_traceback(ctx))
            raise click.exceptions.Exit(status) from None

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """As in click; the help and the version are written here, before any command runs."""
        try:
            return super().make_context(info_name, args, parent, **extra)
        except BrokenPipeError:
            drop_output()
            raise click.exceptions.Exit(Exit.PIPE_CLOSED) from None
        except OSError as error:
            drop_output()
            raise click.exceptions.Exit(report(error, show_traceback=False)) from None

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """The exit statuses."""
        with formatter.section("Exit statuses"):
            formatter.write_dl([(str(int(status)), meaning) for status, meaning in MEANINGS.items()])


def _interrupted() -> Exit:
    if sys.stderr.isatty():  # the terminal has echoed ^C: the shell's prompt starts on a line of its own
        click.echo(err=True)
    return Exit.INTERRUPTED


def _show_version(ctx: click.Context, _parameter: click.Parameter, asked: bool) -> None:  # noqa: FBT001 - click's form
    if asked and not ctx.resilient_parsing:
        click.echo(f"understudy {__version__}")
        ctx.exit()


@click.group(
    cls=Root,
    entries=ENTRIES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show the version."
)
@traceback_option
def cli() -> None:
    """AI providers and their stand-ins, chosen by one line of YAML.

    Settings come from settings.yaml (or --settings, or UNDERSTUDY_SETTINGS) and the profile; every command that reads
    them takes --settings, --profile and --set.
    """
