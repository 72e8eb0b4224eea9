"""``understudy config``: what the settings are, where each came from, and whether they are valid."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from understudy.cli.exits import Exit
from understudy.cli.options import SettingsChoice, settings_options, traceback_option
from understudy.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from understudy.config import Explanation, LoadedSettings

__all__ = ["config"]


@click.group()
def config() -> None:
    """Show, explain and check the settings."""


@config.command()
@click.option("--origins", is_flag=True, help="Say beside each value where it came from.")
@click.option("--all", "everything", is_flag=True, help="Include what is absent.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@settings_options
def show(*, choice: SettingsChoice, origins: bool, everything: bool, as_json: bool) -> None:
    """The settings that count, as YAML, credentials masked."""
    from understudy.config.display import yaml_lines
    from understudy.config.tree import parse_key

    found = [each for each in _explanations(_load(choice)) if everything or each.value not in (None, {}, [])]
    if as_json:
        click.echo(json.dumps(_nested(found, with_origins=origins), indent=2, ensure_ascii=False))
        return
    leaves = ((parse_key(each.key), each.value, str(each.origin) if origins else None) for each in found)
    click.echo("\n".join(yaml_lines(leaves)))


@config.command()
@click.argument("key", default="")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@settings_options
def explain(*, choice: SettingsChoice, key: str, as_json: bool) -> None:
    """Where the value of KEY came from, and every value that it replaced.

    KEY is written with dots: generation.claude.model. For a section, or without KEY, every value that is not the
    default is explained.
    """
    loaded = _load(choice)
    keys = loaded.keys(key)
    found = [each for each in _explanations(loaded, key) if len(keys) == 1 or str(each.origin) != "default"]
    if as_json:
        click.echo(json.dumps([_as_data(each) for each in found], indent=2, ensure_ascii=False))
        return
    click.echo(
        "\n\n".join(_as_text(each) for each in found) if found else f"{key or 'Everything'} is as the defaults say."
    )


@config.command()
@traceback_option
def schema() -> None:
    """The JSON Schema of a settings file, for completion in editors."""
    from understudy.config.schema import settings_schema

    click.echo(json.dumps(settings_schema(), indent=2, ensure_ascii=False))


@config.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON, faults included.")
@click.pass_context
@settings_options
def check(ctx: click.Context, *, choice: SettingsChoice, as_json: bool) -> None:
    """Read and validate the settings; every fault is told, each with its place."""
    from understudy.cli.checks.choosing import unknown_names
    from understudy.config.files import shown
    from understudy.providers.generation.choosing.catalog import generation_registry

    registry = generation_registry()
    try:
        loaded = choice.load(registry)
        if faults := unknown_names(loaded, registry):
            raise ConfigurationError(faults)
    except ConfigurationError as error:
        if not as_json:
            raise
        click.echo(json.dumps({"ok": False, "faults": [asdict(fault) for fault in error.faults]}, indent=2))
        ctx.exit(Exit.SETTINGS)
    files = [shown(path) for path in loaded.files]
    if as_json:
        click.echo(json.dumps({"ok": True, "profiles": loaded.profiles, "files": files}, indent=2))
        return
    click.echo(f"OK: {', '.join(files)} (profile: {', '.join(loaded.profiles) or 'none'})")


@config.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@settings_options
def profiles(*, choice: SettingsChoice, as_json: bool) -> None:
    """The profiles that have a file, and which are on."""
    from understudy.config.files import overlay_file, shown
    from understudy.config.loader import find_profiles

    layout, active = find_profiles(choice.path, profile=choice.profile)
    names = dict.fromkeys((*layout.profiles, *active.names))
    files = {name: shown(overlay_file(layout, active, name)) for name in names}
    if as_json:
        listed = [{"name": name, "file": file, "active": name in active.names} for name, file in files.items()]
        click.echo(json.dumps({"base": shown(layout.base), "profiles": listed}, indent=2))
        return
    click.echo(f"base: {shown(layout.base)}")
    for name, file in files.items():
        click.echo(f"{'*' if name in active.names else ' '} {name}: {file}")
    click.echo(f"on: {', '.join(active.names) or 'none'} ({active.origin})")


def _load(choice: SettingsChoice) -> LoadedSettings:
    from understudy.providers.generation.choosing.catalog import generation_registry

    return choice.load(generation_registry())


def _explanations(loaded: LoadedSettings, prefix: str = "") -> Iterator[Explanation]:
    return (loaded.explain(key) for key in loaded.keys(prefix))


def _as_text(explanation: Explanation) -> str:
    from understudy.config.display import yaml_scalar

    lines = [f"{explanation.key}: {yaml_scalar(explanation.value)}", f"  from {explanation.origin}"]
    lines.extend(f"  instead of {yaml_scalar(said.value)} from {said.origin}" for said in explanation.shadowed)
    return "\n".join(lines)


def _as_data(explanation: Explanation) -> dict[str, Any]:
    return {
        "key": explanation.key,
        "value": explanation.value,
        "origin": str(explanation.origin),
        "shadowed": [{"value": said.value, "origin": str(said.origin)} for said in explanation.shadowed],
    }


def _nested(explanations: list[Explanation], *, with_origins: bool) -> dict[str, Any]:
    from understudy.config.tree import parse_key

    root: dict[str, Any] = {}
    for each in explanations:
        *sections, name = parse_key(each.key)
        place = root
        for section in sections:
            place = place.setdefault(str(section), {})
        place[str(name)] = {"value": each.value, "origin": str(each.origin)} if with_origins else each.value
    return root
