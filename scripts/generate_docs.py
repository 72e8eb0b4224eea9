"""Write the documentation pages that are made from code, or, with ``--check``, say which are not current.

Whole pages: docs/reference/settings.md, cli.md, errors.md and storage.md. In the provider pages, what stands between
``<!-- generated: NAME -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from understudy.cli.root import cli
from understudy.config.display import yaml_scalar
from understudy.config.environment import VARIABLES
from understudy.config.models.generation import ProviderSettings
from understudy.config.models.http import HttpSettings
from understudy.config.models.later import Later
from understudy.config.models.settings import Settings
from understudy.config.schema import field_descriptions
from understudy.domain import errors
from understudy.domain.capabilities import Capabilities, ModelLimits
from understudy.domain.secrets import Secret
from understudy.domain.storage import IdentifierRules, StorageCapabilities
from understudy.providers.generation.choosing.catalog import generation_registry
from understudy.providers.registry import ProviderSpec
from understudy.providers.spec import load
from understudy.providers.storage.protocol import storage_pb2
from understudy.providers.storage.registry import storage_registry
from understudy.providers.storage.spec import BackendSpec

DOCS = Path(__file__).resolve().parent.parent / "docs"
HEAD = "<!-- Made by scripts/generate_docs.py: change the code, then run it. -->\n\n"
BLOCK = re.compile(r"(<!-- generated: (?P<name>[\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def one_line(text: str | None) -> str:
    """A docstring in one line, its code marked as Markdown does."""
    return " ".join((text or "").split()).replace("``", "`")


def type_name(kind: Any) -> str:
    """A type as the settings' author writes it."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return type_name(arguments[0])
    if origin is Literal:
        return ", ".join(f"`{choice}`" for choice in arguments)
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(type_name(argument) for argument in arguments if argument is not NoneType))
    if origin in (tuple, Sequence):
        return f"list of {type_name(arguments[0])}"
    if origin is Mapping:
        return f"mapping to {type_name(arguments[1])}"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(f"`{member.value}`" for member in kind)
    names = {str: "string", int: "whole number", float: "number", bool: "true or false", Path: "path", Secret: "secret"}
    return names.get(kind, "anything" if kind is Any else getattr(kind, "__name__", str(kind)))


def default_of(field: FieldInfo) -> str:
    """The default, as YAML would have it."""
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None or isinstance(value, BaseModel):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        dumped = [
            each.model_dump(exclude_defaults=True, by_alias=True) if isinstance(each, BaseModel) else each
            for each in value
        ]
        return f"`{yaml_scalar(dumped)}`"
    return f"`{value}`" if value not in ("", {}) else ""


def models_in(annotation: Any) -> Iterator[tuple[type[BaseModel], str]]:
    """The settings models that a field may hold, each with what stands between the field's key and the model's own.

    That is nothing for a section, ``[]`` for the items of a list and ``.NAME`` for the entries of a mapping.
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, ""
    elif origin is Annotated and isinstance(arguments[-1], Later):
        yield arguments[-1].load(), ""
    elif origin in (Union, UnionType, Annotated):
        for argument in arguments:
            yield from models_in(argument)
    elif origin in (tuple, Sequence):
        yield from ((model, "[]") for model, _ in models_in(arguments[0]))
    elif origin is Mapping:
        yield from ((model, ".NAME") for model, _ in models_in(arguments[1]))


def anchor(heading: str) -> str:
    """The anchor that the site generator gives a heading."""
    return re.sub(r"[^\w\s-]", "", heading).strip().lower().replace(" ", "-")


class SettingsPage:
    """docs/reference/settings.md: a table for each section and for the items of lists; what recurs is linked."""

    def __init__(self) -> None:
        self._homes: dict[type[BaseModel], str] = {}
        self._variables: dict[str, list[str]] = {}
        for variable in VARIABLES:
            self._variables.setdefault(variable.key, []).append(f"`{variable.name}`")

    def sections(self, model: type[BaseModel], path: str, *, item: bool = False) -> Iterator[str]:
        """The section itself, then those below it; what all providers share stands once, before the first of them."""
        self._homes.setdefault(model, path)
        yield from self._table(model, path, item=item)
        for name, field in model.model_fields.items():
            for inner, step in models_in(field.annotation):
                below = _key(path, name, field) + step
                if issubclass(inner, ProviderSettings):
                    if ProviderSettings not in self._homes:
                        yield from self.sections(ProviderSettings, f"{path}.PROVIDER")
                    yield from self._table(inner, below)
                elif not self._recurs(inner, below):
                    yield from self.sections(inner, below, item=item or bool(step))

    def _recurs(self, model: type[BaseModel], path: str) -> bool:
        """Whether the model has its table elsewhere; one with environment names of its own has two."""
        named = any(key.startswith(f"{path}.") for key in self._variables)
        return self._homes.get(model, path) != path and not named

    def _table(self, model: type[BaseModel], path: str, *, item: bool = False) -> Iterator[str]:
        rows = list(self._rows(model, path, item=item))
        if rows:
            head = ("key", "takes", "default", "environment", "what it does")
            yield f"## {path or 'Top level'}\n\n{one_line(model.__doc__)}\n\n{table(head, rows)}"

    def _rows(self, model: type[BaseModel], path: str, *, item: bool) -> Iterator[tuple[str, ...]]:
        """A row for each key that is not a section with a table of its own right below."""
        texts = field_descriptions(model)
        common = ProviderSettings.model_fields if model is not ProviderSettings else {}
        for name, field in model.model_fields.items():
            key = _key(path, name, field)
            found = next(models_in(field.annotation), None)
            if issubclass(model, ProviderSettings) and name in common and key not in self._variables:
                if field.default == common[name].default:  # said in the table of what all providers share
                    continue
            elif found is not None and not (item or found[1] or self._recurs(found[0], key)):
                continue
            kind = type_name(field.annotation) if found is None else self._link(*found, key=key)
            text = one_line(texts.get(name) or self._overridden(key) or (found[0].__doc__ if found else ""))
            shown = (field.alias or name) if item else key  # the headings of items are long enough
            yield f"`{shown}`", kind, default_of(field), ", ".join(self._variables.get(key, [])), text

    def _overridden(self, key: str) -> str | None:
        """What is said of the shared setting that a provider's own takes the place of."""
        _, http, rest = key.partition(".http.")
        place: type[BaseModel] = HttpSettings
        *sections, name = rest.split(".") if http else [""]
        for each in sections:
            found = next(models_in(place.model_fields[each].annotation), None) if each in place.model_fields else None
            if found is None:
                return None
            place = found[0]
        return field_descriptions(place).get(name)

    def _link(self, model: type[BaseModel], step: str, *, key: str) -> str:
        home = self._homes.setdefault(model, key + step)
        words = {"": "section", "[]": "list of sections", ".NAME": "mapping to sections"}[step]
        return f"[{words}](#{anchor(home)})"


def _key(path: str, name: str, field: FieldInfo) -> str:
    return f"{path}.{field.alias or name}" if path else field.alias or name


def settings_page() -> str:
    """docs/reference/settings.md."""
    intro = """
        # Settings reference

        Every key, from the models that check them. Times are in seconds, sizes in bytes. Any key can be set by
        `--set section.key=value` and by the environment variable `UNDERSTUDY__SECTION__KEY`; the names in the column
        "environment" work too. `understudy config explain KEY` says where a value came from. `PROVIDER` stands for
        each of the generation providers, third parties' included (`generation.plugins.NAME`).

        A section of a storage backend is imported where something stands in it. `BACKEND` stands for each of them in
        `storage.instances.BACKEND.NAME`, whose keys are those of `storage.BACKEND`.
        """
    return HEAD + textwrap.dedent(intro).strip() + "\n\n" + "\n".join(SettingsPage().sections(Settings, ""))


def commands(command: click.Command, context: click.Context, names: tuple[str, ...]) -> Iterator[str]:
    """The help of a command, then of those below it."""
    text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    yield f"{'#' * min(len(names) + 1, 4)} {' '.join(names)}\n\n```text\n{text}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield from commands(inner, click.Context(inner, info_name=name, parent=context), (*names, name))


def cli_page() -> str:
    """docs/reference/cli.md."""
    context = click.Context(cli, info_name="understudy", terminal_width=100, **cli.context_settings)
    return HEAD + "# Command line reference\n\n" + "\n".join(commands(cli, context, ("understudy",)))


def errors_page() -> str:
    """docs/reference/errors.md."""
    rows: list[tuple[str, ...]] = []
    for name in errors.__all__:
        cls = getattr(errors, name)
        if isinstance(cls, type) and issubclass(cls, errors.UnderstudyError):
            parents = [base.__name__.replace("_FaultsError", "UnderstudyError") for base in cls.__bases__]
            remedy = getattr(cls, "default_hint", None) or cls.hint or ""
            rows.append((f"`{name}`", f"`{parents[0]}`" if parents else "", one_line(cls.__doc__), remedy))
    tree = textwrap.dedent((errors.__doc__ or "").split("\n\n")[1])
    return (
        f"{HEAD}# Errors\n\nAll derive from `UnderstudyError`. Messages say what happened, where, why and what to do; "
        f"the data is in attributes.\n\n```text\n{tree}\n```\n\n"
        + table(("error", "is a", "what it means and holds", "what to do"), rows)
    )


def tokens(number: int | None) -> str:
    """A limit in tokens, with commas."""
    return "unknown" if number is None else f"{number:,}"


def refusals(limit: ModelLimits, capabilities: Capabilities) -> str:
    """The options that a model refuses although its provider knows them."""
    parts = [f"`{option}`" for option in sorted(limit.unsupported)]
    if limit.reasoning_efforts is not None:
        left = capabilities.reasoning_efforts - limit.reasoning_efforts
        efforts = ", ".join(f"`{effort}`" for effort in sorted(left)) if limit.reasoning_efforts else "any"
        parts.append(f"`reasoning_effort` {efforts}")
    both = ", ".join(f"`{option}`" for option in sorted(limit.unsupported_with_reasoning))
    return "; ".join([*parts, *([f"with reasoning: {both}"] if both else [])])


def capability_block(spec: ProviderSpec) -> str:
    """What a provider can do, from its spec."""
    rows = []
    for field in fields(Capabilities):
        value = getattr(spec.capabilities, field.name)
        if field.name == "models":
            continue
        if isinstance(value, bool):
            text = "yes" if value else "no"
        elif isinstance(value, frozenset):
            text = ", ".join(sorted(value)) or "none"
        elif isinstance(value, tuple):
            text = " to ".join(f"{bound:g}" for bound in value)
        else:
            text = "no limit" if value is None else str(value)
        rows.append((field.name.replace("_", " "), text))
    limits = [
        (
            f"`{name}…`",
            tokens(limit.context_tokens),
            tokens(limit.max_output_tokens),
            refusals(limit, spec.capabilities),
        )
        for name, limit in spec.capabilities.models.items()
    ]
    text = "\n" + table(("capability", ""), rows)
    if limits:
        heads = ("model", "context tokens", "output tokens", "does not take")
        kept = len(heads) if any(row[-1] for row in limits) else len(heads) - 1
        text += "\n" + table(heads[:kept], [row[:kept] for row in limits])
    return text + "\n"


def provider_page(spec: ProviderSpec) -> str | None:
    """The page with its generated blocks made anew, None where there is no page."""
    path = DOCS / "providers" / f"{spec.name}.md"
    if not path.exists():
        return None
    blocks = {"capabilities": lambda: capability_block(spec)}
    return BLOCK.sub(lambda found: f"{found[1]}{blocks[found['name']]()}{found[3]}", path.read_text())


def storage_page() -> str:
    """docs/reference/storage.md: what each storage backend can do, how that is proved, and its commands."""
    specs = [spec for spec in storage_registry(plugins=False) if isinstance(spec, BackendSpec)]
    can = {spec.name: load(spec.backend).capabilities for spec in specs}
    names = sorted(can)
    facts = ("storage", *names)
    rows = [
        (field.name.replace("_", " "), *(storage_fact(getattr(can[name], field.name)) for name in names))
        for field in fields(StorageCapabilities)
        if field.name not in {"commands", "identifiers", "custom", "driver_based"}
    ]
    rows += [
        (
            f"identifiers: {field.name.replace('_', ' ')}",
            *(storage_fact(getattr(can[name].identifiers, field.name)) for name in names),
        )
        for field in fields(IdentifierRules)
    ]
    every = sorted({command for one in can.values() for command in one.commands} | storage_commands())
    commands = [
        (f"`{command}`", *("yes" if command in can[name].commands else "" for name in names)) for command in every
    ]
    proofs = [
        (f"`{spec.name}`", spec.title, spec.extra or "", spec.proof)
        for spec in sorted(specs, key=lambda spec: spec.name)
    ]
    return (
        f"{HEAD}# What storage backends can do\n\n"
        "What a backend declares works, and what it does not declare fails with code 900 and touches nothing: the "
        "contract\nof `understudy.testing.contracts.storage` asks DuckDB, and the stand-in behind every other name, "
        "for every command.\n\n"
        "## How it is proved\n\n" + table(("backend", "product", "extra", "run against"), proofs) + "\n"
        "## Capabilities\n\n" + table(facts, rows) + "\n## Commands\n\n" + table(("command", *names), commands)
    )


def storage_fact(value: object) -> str:
    """A capability in a cell."""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, frozenset):
        return ", ".join(sorted(map(str, value)))
    if isinstance(value, tuple):
        return " to ".join(map(str, value))
    return str(value).encode("unicode_escape").decode().replace("`", "\\`") if value else ""


def storage_commands() -> set[str]:
    """The commands of storage.proto, by their short names."""
    messages = storage_pb2.DESCRIPTOR.message_types_by_name
    return {name.removesuffix("Command") for name in messages if name.endswith("Command")}


def pages() -> Iterator[tuple[Path, str]]:
    """All pages that are made from code."""
    yield DOCS / "reference" / "settings.md", settings_page()
    yield DOCS / "reference" / "cli.md", cli_page()
    yield DOCS / "reference" / "errors.md", errors_page()
    yield DOCS / "reference" / "storage.md", storage_page()
    for spec in generation_registry():
        text = provider_page(spec)
        if text is not None:
            yield DOCS / "providers" / f"{spec.name}.md", text


def main() -> int:
    """Write the pages, or with ``--check`` name those that differ; 1 where there is one."""
    check = sys.argv[1:] == ["--check"]
    stale = []
    for path, text in pages():
        if not path.exists() or path.read_text() != text:
            stale.append(path.relative_to(DOCS.parent))
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
    if check and stale:
        print(f"not current, run scripts/generate_docs.py: {', '.join(map(str, stale))}")
        return 1
    print(f"docs: {len(stale)} pages written" if not check else "docs: generated pages are current")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
