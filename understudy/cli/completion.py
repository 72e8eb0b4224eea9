"""``understudy completion``: the script that a shell reads."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from understudy.cli.options import traceback_option
from understudy.cli.terminal import write

__all__ = ["completion"]


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
@traceback_option
def completion(ctx: click.Context, shell: str) -> None:
    r"""Print the completion script for SHELL.

    \b
    bash:  understudy completion bash >> ~/.bashrc
    zsh:   understudy completion zsh >> ~/.zshrc
    fish:  understudy completion fish > ~/.config/fish/completions/understudy.fish
    """
    kind = get_completion_class(shell)
    if kind is None:  # a click without this shell
        raise click.UsageError(f"click has no completion for {shell}.")
    root = ctx.find_root()
    write(kind(root.command, {}, "understudy", "_UNDERSTUDY_COMPLETE").source())
