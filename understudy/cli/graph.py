"""``understudy graph``: the container as a tree, as Mermaid or as SVG."""

from __future__ import annotations

from pathlib import Path

import click

from understudy.cli.logs import verbose_option
from understudy.cli.options import SettingsChoice, settings_options
from understudy.cli.terminal import note, write
from understudy.domain.errors import WiringError

__all__ = ["graph"]


@click.command()
@click.option("--mermaid", "as_mermaid", is_flag=True, help="As Mermaid, for Markdown pages.")
@click.option(
    "--svg",
    "svg_file",
    is_flag=False,
    flag_value="-",
    metavar="[FILE]",
    help="As SVG, into FILE or to standard output.",
)
@settings_options
@verbose_option
def graph(*, as_mermaid: bool, svg_file: str | None, choice: SettingsChoice) -> None:
    """Draw the container that these settings make; the selected branches are marked. Nothing is built.

    A graph with faults is drawn all the same; the faults follow, and the exit status is 3.
    """
    from understudy.containers.graph import describe, mermaid, svg, tree
    from understudy.containers.opening import build_container
    from understudy.containers.verify import faults_of

    if as_mermaid and svg_file:
        raise click.UsageError("--mermaid and --svg exclude each other.")
    container, origin = build_container(choice.path, profile=choice.profile, set=choice.assignments)
    described = describe(container, name="understudy")
    draw = mermaid if as_mermaid else svg if svg_file else tree
    _put(draw(described), svg_file)
    faults = faults_of(container, origin=origin)
    if faults:
        raise WiringError(faults)


def _put(drawing: str, file: str | None) -> None:
    if file in (None, "-"):
        write(drawing)
        return
    try:
        Path(str(file)).write_text(drawing, encoding="utf-8")
    except OSError as error:
        raise click.BadParameter(f"{file} cannot be written: {error.strerror}.", param_hint="--svg") from None
    note(f"Wrote {file}.")
