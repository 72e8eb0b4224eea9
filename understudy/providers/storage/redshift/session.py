"""What a connection to Redshift is told of the command that it works for."""

from __future__ import annotations

from sqlglot import exp

from understudy.providers.storage.sql.expressions import Expressions

__all__ = ["SessionStatements"]


class SessionStatements(Expressions):
    """Settings of one session; sqlglot quotes, the rest is written here. Source: the vendor's reference of SET."""

    def query_group(self, group: str) -> str:
        """Put what follows under a name in the engine's history; an empty one is none."""
        return f"SET query_group TO {self.render(exp.Literal.string(group))}" if group else "RESET query_group"

    def statement_timeout(self, milliseconds: int) -> str:
        """End every statement that takes longer; 0 is no limit."""
        return f"SET statement_timeout TO {exp.Literal.number(milliseconds).sql()}"
