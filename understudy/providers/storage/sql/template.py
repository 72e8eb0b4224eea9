"""A statement that is built once for each shape of a command, and filled with values for each command."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

__all__ = ["HOLE", "Template", "hole"]

HOLE = "\0"
"""Where a value goes. No name and no value can have this character in it: commands refuse it."""


@dataclass(frozen=True, slots=True)
class Template:
    """SQL in pieces: a value goes between each two of them."""

    pieces: tuple[str, ...]

    @classmethod
    def of(cls, sql: str) -> Template:
        """The template of SQL with holes in it."""
        return cls(tuple(sql.split(HOLE)))

    def filled(self, values: tuple[str, ...]) -> str:
        """The SQL with these in its holes. Raises ValueError where they are not as many as the holes."""
        if len(values) != len(self.pieces) - 1:
            raise ValueError(f"{len(values)} values for {len(self.pieces) - 1} holes")
        return "".join(part for pair in zip(self.pieces, (*values, ""), strict=True) for part in pair)


def hole() -> exp.Var:
    """The expression that stands for a value in a template."""
    return exp.Var(this=HOLE)
