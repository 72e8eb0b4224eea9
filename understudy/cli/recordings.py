"""``understudy recordings``: what was recorded, whether it is sound, and what may go."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from understudy.cli.answers import dump
from understudy.cli.exits import Exit
from understudy.cli.logs import silence_logs
from understudy.cli.options import SettingsChoice, settings_options
from understudy.cli.terminal import note, render, write

if TYPE_CHECKING:
    from understudy.cli.recorded.finding import Shelf

__all__ = ["recordings"]


def _shelf_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --folder and the settings' options; the command gets ``shelf``."""

    @click.option(
        "--folder",
        type=click.Path(path_type=Path, file_okay=False),
        help="Where the recordings are.  [default: the settings' recording.folder]",
    )
    @settings_options
    @silence_logs
    @wraps(command)
    def with_shelf(*args: Any, folder: Path | None, choice: SettingsChoice, **kwargs: Any) -> Any:
        from understudy.cli.recorded.finding import open_shelf

        return command(*args, shelf=open_shelf(choice, folder), **kwargs)

    return with_shelf


_json_option = click.option("--json", "as_json", is_flag=True, help="As JSON.")


@click.group()
def recordings() -> None:
    """Look at the recordings that `use: record` has made, check them, and clear them up. Nothing is sent.

    A RECORDING is a file, or a part of its name that no other has.
    """


@recordings.command("list")
@_json_option
@_shelf_options
def list_(*, shelf: Shelf, as_json: bool) -> None:
    """Every recording: whose it is, how many exchanges, how old, how large."""
    from understudy.cli.recorded.views import list_table, row_data

    if as_json:
        write(dump([row_data(each, shelf) for each in shelf.conversations]))
        return
    write(render(list_table(shelf)) if shelf.conversations else f"There are no recordings in {shelf.folder}.")


@recordings.command()
@click.argument("recording")
@_json_option
@_shelf_options
def show(*, recording: str, shelf: Shelf, as_json: bool) -> None:
    """One conversation, readable: each request, its answer, and the pieces of a stream with their times."""
    from understudy.cli.recorded.showing import readable
    from understudy.providers.recording.files import as_data

    found = shelf.readable(recording)
    if as_json:
        write(dump({"name": found.name, "exchanges": [as_data(each) for each in found.exchanges]}))
        return
    write(readable(found))


@recordings.command()
@click.argument("recording", nargs=-1)
@click.option("--strict", is_flag=True, help="Let warnings fail too: an old recording, pieces that a hand has changed.")
@_json_option
@_shelf_options
@click.pass_context
def verify(ctx: click.Context, *, recording: tuple[str, ...], shelf: Shelf, strict: bool, as_json: bool) -> None:
    """Check RECORDINGs, or all: that they can be read and played, and hold nothing that looks like a credential.

    The status is 1 where one has a fault.
    """
    from understudy.cli.recorded.views import findings_data, findings_table
    from understudy.providers.recording.checking import check

    found = {each.name: check(each) for each in shelf.chosen(recording)}
    failed = any(strict or not finding.warning for findings in found.values() for finding in findings)
    if as_json:
        write(dump({"ok": not failed, "recordings": findings_data(found)}))
    elif any(found.values()):
        write(render(findings_table(found)))
    else:
        write(f"OK: {len(found)} recordings in {shelf.folder}.")
    if failed:
        ctx.exit(Exit.FAILED)


@recordings.command()
@click.option("--expired", is_flag=True, help="Those that are older than recording.expires_after_days.")
@click.option(
    "--unused",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="LIST",
    help="Those that are not on this list, which recording.used_list makes.",
)
@click.option("--yes", is_flag=True, help="Delete them. Without it, they are only named.")
@_json_option
@_shelf_options
def prune(*, shelf: Shelf, expired: bool, unused: Path | None, yes: bool, as_json: bool) -> None:
    """Delete recordings that are old, or that no test has used; with both options, those that are either.

    Without --yes nothing is deleted. What cannot be read as a recording always stays.
    """
    from understudy.cli.recorded.pruning import candidates, delete

    if not expired and unused is None:
        raise click.UsageError("Say which recordings may go: --expired, --unused LIST, or both.")
    found = candidates(shelf, expired=expired, unused=unused)
    if yes:
        delete(shelf.folder, (each.path for each, _ in found))
    if as_json:
        write(dump({"deleted": yes, "recordings": [{"name": each.name, "reason": why} for each, why in found]}))
        return
    for each, why in found:
        write(f"{'deleted' if yes else 'would delete'} {each.name} ({why})")
    if not found:
        write("Nothing to delete.")
    elif not yes:
        note("Nothing was deleted. --yes deletes them.")


@recordings.command()
@click.argument("recording", nargs=-1, required=True)
@_shelf_options
def script(*, recording: tuple[str, ...], shelf: Shelf) -> None:
    """Print settings under which stand-ins answer as these RECORDINGs of text generation do.

    Put them into an overlay, as settings.story.yaml, and open it as the profile `story`. What a script has no words for
    is told on standard error.
    """
    from understudy.cli.recorded.scripting import script_text

    text, left_out = script_text(shelf, recording)
    write(text, newline=False)
    for each in left_out:
        note(f"Not in the script: {each}")
