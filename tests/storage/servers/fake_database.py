"""The DuckDB database under a protocol fake: statements in, rows or a count out, declared types and keys remembered.

Cloud engines do not enforce the keys that they are told, and DuckDB forgets lengths; so a key is taken out of CREATE
TABLE and kept, with the types as declared, in the comments of the table and its columns, which follow renames and
transactions.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
from objects import Objects
from sqlglot import exp

QUOTED = r"""(?P<quoted>'(?:''|[^'])*'|"(?:""|[^"])*"|\[(?:\]\]|[^\]])*\])"""


@dataclass(frozen=True)
class Outcome:
    """What a statement gave: rows of columns, each a name and DuckDB's type; or how many rows it changed, if any."""

    columns: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[object, ...], ...] = ()
    count: int | None = None


def literal(text: str) -> str:
    return exp.Literal.string(text).sql("duckdb")


def unquoted(pattern: str) -> Callable[[str, str], str]:
    """A function that replaces what matches ``pattern`` outside quotes."""
    compiled = re.compile(f"{QUOTED}|(?:{pattern})", re.IGNORECASE | re.DOTALL)

    def replace(text: str, by: str) -> str:
        return compiled.sub(lambda found: found[0] if found["quoted"] else by, text)

    return replace


def execute(cursor: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, object] | None = None) -> Outcome:
    """Run one of DuckDB's statements."""
    result = cursor.execute(sql, dict(parameters)) if parameters else cursor.execute(sql)
    described = result.description or []
    rows = tuple(result.fetchall())
    columns = tuple((str(each[0]), str(each[1])) for each in described)
    if [name for name, _ in columns] == ["Success"] or not columns:
        return Outcome()
    if [name for name, _ in columns] == ["Count"]:
        changed = rows[0][0] if rows else None
        return Outcome(count=changed if isinstance(changed, int) else None)
    return Outcome(columns, rows, len(rows))


def run_tree(
    cursor: duckdb.DuckDBPyConnection,
    tree: exp.Expr,
    dialect: str,
    types: Mapping[str, str],
    parameters: Mapping[str, object] | None = None,
) -> Outcome:
    """Run a parsed statement; a table that it makes keeps its declared types and its key in comments.

    ``types`` are DuckDB's for those of the dialect's that sqlglot does not translate as the engine means them.
    """
    notes = _notes(tree, dialect)
    plain_types(tree, types)
    used = {each.name for each in tree.find_all(exp.Parameter)}
    bound = {name: value for name, value in (parameters or {}).items() if name in used}
    outcome = execute(cursor, tree.sql("duckdb"), bound)
    for note in notes:
        execute(cursor, note)
    return outcome


def plain_types(tree: exp.Expr, types: Mapping[str, str]) -> None:
    """Put DuckDB's types in the place of those that ``types`` names."""
    for kind in list(tree.find_all(exp.DataType)):
        if isinstance(kind.this, exp.DataType.Type) and (plain := types.get(kind.this.name)):
            kind.replace(exp.DataType.build(plain, dialect="duckdb"))
        elif any(not size.this.is_number for size in kind.find_all(exp.DataTypeParam)):
            kind.replace(exp.DataType.build("TEXT", dialect="duckdb"))  # of the length MAX


def note_key(table: str, columns: list[str]) -> str:
    """The statement that keeps a table's key; no columns, no key."""
    kept = literal(json.dumps(columns, ensure_ascii=False)) if columns else "NULL"
    return f"COMMENT ON TABLE {table} IS {kept}"


def note_type(table: str, column: exp.Identifier, kind: exp.DataType, dialect: str) -> str:
    """The statement that keeps a column's type as it was declared."""
    return f"COMMENT ON COLUMN {table}.{column.sql('duckdb')} IS {literal(kind.sql(dialect))}"


def _notes(tree: exp.Expr, dialect: str) -> list[str]:
    """Take out of a statement what DuckDB should not enforce, and make the statements that keep it."""
    if isinstance(tree, exp.Create) and tree.kind == "TABLE" and isinstance(tree.this, exp.Schema):
        table, columns = tree.this.this.sql("duckdb"), list(tree.this.find_all(exp.ColumnDef))
    elif isinstance(tree, exp.Alter):
        table, columns = (
            tree.this.sql("duckdb"),
            [each for each in tree.args["actions"] if isinstance(each, exp.ColumnDef)],
        )
    else:
        return []
    notes = [note_type(table, each.this, each.args["kind"], dialect) for each in columns if each.args.get("kind")]
    keys = [each.name for each in columns if each.find(exp.PrimaryKeyColumnConstraint)]
    for found in list(tree.find_all(exp.PrimaryKey)):
        keys += [each.name for each in found.expressions]
        (found.parent if isinstance(found.parent, exp.Constraint) else found).pop()
    for inline in list(tree.find_all(exp.PrimaryKeyColumnConstraint)):
        (inline.parent if isinstance(inline.parent, exp.ColumnConstraint) else inline).pop()
    return [*notes, note_key(table, keys)] if keys else notes


@dataclass(frozen=True, kw_only=True)
class CsvFormat:
    """How a file's rows are written; ``null`` is the text of NULL, ``skip`` the number of lines before the rows."""

    delimiter: str = ","
    quote: str = '"'
    escape: str | None = None
    null: str = ""
    skip: int = 0


def load(
    cursor: duckdb.DuckDBPyConnection, table: str, columns: list[str], file: Path, *, parquet: bool, form: CsvFormat
) -> int:
    """Insert a file's rows into a table; returns how many they are."""
    if parquet:
        source = cursor.read_parquet(str(file))
    else:
        known = columns or [row[0] for row in cursor.execute(f"DESCRIBE {table}").fetchall()]
        source = cursor.read_csv(
            str(file),
            header=False,
            columns=dict.fromkeys(known, "VARCHAR"),
            sep=form.delimiter,
            quotechar=form.quote,
            escapechar=form.escape if form.escape is not None else form.quote,
            na_values=form.null,
            skiprows=form.skip,
            auto_detect=False,
        )
    names = ", ".join(exp.to_identifier(name, quoted=True).sql("duckdb") for name in columns)
    cursor.register("loaded_rows", source)
    try:
        return (
            execute(cursor, f"INSERT INTO {table} {f'({names})' if names else ''} SELECT * FROM loaded_rows").count or 0
        )
    finally:
        cursor.unregister("loaded_rows")


def fetched(objects: Objects, urls: list[str], folder: Path) -> list[Path]:
    """Objects as files, in order; a compressed one keeps its ending."""
    files = []
    for number, url in enumerate(urls):
        data = objects.read(url)
        file = folder / f"{number}{'.csv.gz' if data.startswith(bytes((0x1F, 0x8B))) else ''}"
        file.write_bytes(data)
        files.append(file)
    return files
