"""Which files are read: the base, the profiles' overlays and the local one; and what makes a file unreadable."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from understudy.config.problems import Problem, Source, split_lines
from understudy.config.tree import Origin
from understudy.domain.errors import near_match

__all__ = [
    "Layout",
    "Profiles",
    "active_profiles",
    "find_layout",
    "layer_files",
    "overlay_file",
    "read_source",
    "shown",
]

_PROFILE = re.compile(r"[a-z0-9-]+")
_MAX_BYTES = 1024 * 1024
_NAME = "settings.yaml"
_LOCAL = "local"
_TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The base file and what stands beside it. ``packaged`` says that it is the one that comes with the library."""

    base: Path
    packaged: bool = False

    def overlay(self, profile: str) -> Path:
        """Where the overlay of a profile is, or would be."""
        return self.base.with_name(f"{self.base.stem}.{profile}{self.base.suffix}")

    @property
    def local(self) -> Path:
        """Where one's own overlay is, or would be; it is not for the repository."""
        return self.overlay(_LOCAL)

    @property
    def profiles(self) -> tuple[str, ...]:
        """The profiles that have a file, sorted."""
        start, end = f"{self.base.stem}.", self.base.suffix
        names = (path.name.removeprefix(start).removesuffix(end) for path in self.base.parent.glob(f"{start}*{end}"))
        return tuple(sorted(name for name in names if _PROFILE.fullmatch(name) and name != _LOCAL))


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiles:
    """The active profiles, in order, and who asked for them; ``implied`` where nobody did.

    ``under_test`` says that pytest is running, or that ``test`` is one of them.
    """

    names: tuple[str, ...]
    origin: Origin
    implied: bool = False
    under_test: bool = False


def packaged_layout() -> Layout:
    """The settings that come with the library."""
    return Layout(base=Path(__file__).with_name("defaults") / _NAME, packaged=True)


def find_layout(path: Path | str | None, environ: Mapping[str, str], problems: list[Problem]) -> Layout | None:
    """The given file or folder, else what UNDERSTUDY_SETTINGS names, else the nearest file upwards, else the packaged.

    None, with a problem, where a place is named and nothing is there.
    """
    if path is not None:
        return _named_layout(Path(path), Origin("the path given"), problems)
    if named := environ.get("UNDERSTUDY_SETTINGS"):
        return _named_layout(Path(named), Origin.variable("UNDERSTUDY_SETTINGS"), problems)
    try:
        here = Path.cwd()
    except OSError:  # the working directory is gone; there is nothing to search
        return packaged_layout()
    bases = (folder / _NAME for folder in (here, *here.parents))
    return next((Layout(base=base) for base in bases if _is_there(base)), packaged_layout())


def _named_layout(path: Path, origin: Origin, problems: list[Problem]) -> Layout | None:
    base = path
    if base.is_dir():
        base = base / _NAME
    if _is_there(base):
        return Layout(base=base.absolute())
    hint = "Name a settings file, or a folder with a settings.yaml in it."
    if _is_there(base.with_suffix(".yml")):
        hint = f"There is a {base.with_suffix('.yml').name}; rename it to {base.name}."
    problems.append(Problem(reason=f"there is no file {shown(base)}", origin=origin, hint=hint))
    return None


def active_profiles(
    profile: str | None, environ: Mapping[str, str], layout: Layout, problems: list[Problem]
) -> Profiles:
    """The argument, else UNDERSTUDY_PROFILE, else ``test`` under pytest, else none. An empty argument means none."""
    pytest = "PYTEST_CURRENT_TEST" in environ or "PYTEST_VERSION" in environ
    if profile is not None:
        asked, origin = profile, Origin("the profile given")
    elif environ.get("UNDERSTUDY_PROFILE"):
        asked, origin = environ["UNDERSTUDY_PROFILE"], Origin.variable("UNDERSTUDY_PROFILE")
    elif pytest:
        return Profiles(names=(_TEST,), origin=Origin("running under pytest"), implied=True, under_test=True)
    else:
        return Profiles(names=(), origin=Origin("default"))
    names = tuple(dict.fromkeys(name.strip() for name in asked.split(","))) if asked.strip() else ()
    for name in names:
        problem = _profile_problem(name, layout)
        if problem is not None:
            problems.append(Problem(reason=problem[0], origin=origin, hint=problem[1]))
    return Profiles(names=names, origin=origin, under_test=pytest or _TEST in names)


def _profile_problem(name: str, layout: Layout) -> tuple[str, str] | None:
    if not _PROFILE.fullmatch(name):
        return f"{name!r} is not a profile's name", "Names have small letters, digits and hyphens; commas between them."
    if name == _LOCAL:
        return f"'{_LOCAL}' is not a profile", f"{layout.local.name} is read by itself, except under test."
    if _is_there(layout.overlay(name)):
        return None
    there = layout.profiles
    meant = near_match(name, there)
    did_you_mean = f"Did you mean '{meant}'? " if meant else ""
    return (
        f"there is no profile {name!r}: {shown(layout.overlay(name))} does not exist",
        f"{did_you_mean}Profiles here: {', '.join(there) or 'none'}.",
    )


def layer_files(layout: Layout, profiles: Profiles) -> tuple[Path, ...]:
    """The files to read, in the order in which they count."""
    files = [layout.base, *(overlay_file(layout, profiles, name) for name in profiles.names)]
    if not profiles.under_test and _is_there(layout.local):
        files.append(layout.local)
    return tuple(files)


def overlay_file(layout: Layout, profiles: Profiles, name: str) -> Path:
    """The overlay of a profile.

    Under pytest, where nobody named a profile and there is no ``test`` overlay, it is the packaged one: a test run must
    not call real services because a file is missing.
    """
    own = layout.overlay(name)
    packaged = profiles.implied and name in profiles.names and not _is_there(own)
    return packaged_layout().overlay(name) if packaged else own


def _is_there(path: Path) -> bool:
    """Whether there is a file; a folder that may not be entered has none for us."""
    try:
        return path.is_file()
    except OSError:
        return False


def shown(path: Path) -> str:
    """The path as it is told: relative to the working directory where that is shorter."""
    absolute = str(path.absolute())
    try:
        relative = os.path.relpath(absolute)
    except (ValueError, OSError):  # on another drive, or the working directory is gone
        return absolute
    return min(relative, absolute, key=len)


def read_source(path: Path, problems: list[Problem]) -> tuple[Source, str | None]:
    """The file's text and lines; None for the text, with a problem, where it is not readable UTF-8 of a decent size."""
    name = shown(path)
    source = Source(name=name)
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError as error:
        why = error.strerror or type(error).__name__
        problems.append(
            Problem(
                reason=f"the file cannot be read: {why}",
                origin=Origin(name),
                hint="Check that it is a file and yours to read.",
            )
        )
        return source, None
    if len(content) > _MAX_BYTES:
        reason = f"the file has more than {_MAX_BYTES // 1024 // 1024} MiB; settings are smaller"
        problems.append(Problem(reason=reason, origin=Origin(name), hint="Is this the right file?"))
        return source, None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8-sig", "replace")) + 1
        problems.append(
            Problem(reason="the file is not UTF-8", origin=Origin(name, line, column), hint="Save it as UTF-8.")
        )
        return source, None
    source.lines = split_lines(text)
    return source, text
