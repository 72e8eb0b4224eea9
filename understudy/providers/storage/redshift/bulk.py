"""COPY and UNLOAD, which sqlglot has no words for: it quotes names and texts, the rest is written here.

Source: the vendor's reference of COPY, UNLOAD and their authorization parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from understudy.domain.secrets import Secret
from understudy.providers.storage.files.access import FileAccess
from understudy.providers.storage.files.csv_format import CsvFormat
from understudy.providers.storage.files.keys import file_parameter
from understudy.providers.storage.sql.statements import Statements
from understudy.providers.storage.sql.tables import TableName

__all__ = ["Authorization", "check_csv", "copy_csv", "unload_csv"]

_MEGABYTE = 1024 * 1024
_SMALLEST, _LARGEST = 5, 6200
"""Megabytes of a file that UNLOAD can be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """Who reads and writes the bucket: the command's own keys, else the settings' role, else the cluster's default."""

    access: FileAccess = field(repr=False)
    iam_role: str = ""
    region: str = ""

    def sql(self, statements: Statements) -> str:
        """The clause; it has secrets in it."""
        text, access = statements.text_literal, self.access
        region = access.region or self.region
        where = f" REGION AS {text(region)}" if region else ""
        if not access.key:
            return f"IAM_ROLE {text(self.iam_role) if self.iam_role else 'default'}{where}"
        token = access.token.reveal()
        session = f" SESSION_TOKEN {text(token)}" if token else ""
        secret = text(access.secret.reveal())
        return f"ACCESS_KEY_ID {text(access.key)} SECRET_ACCESS_KEY {secret}{session}{where}"

    def secrets(self, statements: Statements) -> tuple[str, ...]:
        """What no error may show: the secrets, also as a statement has them."""
        given: list[Secret] = [self.access.secret, self.access.token]
        plain = [secret.reveal() for secret in given if secret]
        return (*(statements.text_literal(text)[1:-1] for text in plain), *plain)


def check_csv(csv: CsvFormat) -> None:
    """Raises CommandFault (4203) for CSV that the engine does not read."""
    if len(csv.delimiter) > 1 or not csv.delimiter.isascii():
        raise file_parameter(f"Redshift takes one ASCII character for a delimiter, not {csv.delimiter!r}")
    if csv.enclosure and csv.escape != csv.enclosure:
        raise file_parameter("Redshift reads an enclosure within a value where it is doubled, and no escape character")


def copy_csv(
    statements: Statements,
    staging: TableName,
    names: Sequence[str],
    manifest: str,
    csv: CsvFormat,
    authorization: Authorization,
    *,
    null: str,
) -> str:
    """Put all rows of a manifest's files into a table, texts as they are; ``null`` is a text that none of them is."""
    text = statements.text_literal
    columns = ", ".join(statements.quoted(name) for name in names)
    options = ["MANIFEST"]
    if csv.enclosure:
        options.append(f"CSV QUOTE AS {text(csv.enclosure)}")
    options += [f"DELIMITER AS {text(csv.delimiter)}", f"NULL AS {text(null)}"]
    if csv.ignored_lines:
        options.append(f"IGNOREHEADER AS {exp.Literal.number(csv.ignored_lines).sql()}")
    if csv.gzip:
        options.append("GZIP")
    options.append("COMPUPDATE OFF STATUPDATE OFF")
    table = statements.render(statements.table(staging))
    where = f"COPY {table} ({columns}) FROM {text(manifest)}"
    return " ".join([where, authorization.sql(statements), *options])


def unload_csv(
    statements: Statements, query: str, prefix: str, csv: CsvFormat, authorization: Authorization, *, slice_bytes: int
) -> str:
    """Write a query's rows to files whose names begin with the prefix.

    Without ``slice_bytes`` one after the other in the query's order, without a header; else at once, each with one.
    """
    text = statements.text_literal
    options = [f"CSV DELIMITER AS {text(csv.delimiter)}"]
    if csv.gzip:
        options.append("GZIP")
    if slice_bytes:
        size = min(max(slice_bytes // _MEGABYTE, _SMALLEST), _LARGEST)
        options.append(f"HEADER MAXFILESIZE AS {exp.Literal.number(size).sql()} MB")
    else:
        options.append("PARALLEL OFF")
    return " ".join([f"UNLOAD ({text(query)}) TO {text(prefix)}", authorization.sql(statements), *options])
