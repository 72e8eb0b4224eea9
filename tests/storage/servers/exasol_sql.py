"""Exasol's SQL over DuckDB, one statement after another.

Syntax: the SQL reference of Exasol 8 (CREATE TABLE, ALTER TABLE, RENAME, IMPORT, EXPORT).
"""

import gzip
import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import sqlglot
from exasol_errors import ExasolError, as_exasol_error
from exasol_tunnels import Tunnels
from fake_database import (
    CsvFormat,
    Outcome,
    execute,
    literal,
    load,
    note_key,
    note_type,
    plain_types,
    run_tree,
    unquoted,
)
from objects import Objects
from sqlglot import exp

_NAME = r"(?:\"(?:\"\"|[^\"])*\"|\w+)"
_PATH = rf"{_NAME}(?:\s*\.\s*{_NAME})*"
_OPTIONS = unquoted(
    r"(?<=\))\s*(?:UTF8|ASCII)\b|,\s*(?:DISTRIBUTE|PARTITION)\s+BY\s+[^)]*(?=\))|\b(?:ENABLE|DISABLE)\b"
)
_TYPES = {"INT": "DECIMAL(18, 0)", "BIGINT": "DECIMAL(36, 0)", "SMALLINT": "DECIMAL(9, 0)", "FLOAT": "DOUBLE"}
_STRING = r"'((?:''|[^'])*)'"
_Handler = Callable[["ExasolSession", re.Match[str]], Outcome]


class ExasolSession:
    """What one connection's statements act on."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, objects: Objects, tunnels: Tunnels) -> None:
        self._cursor = cursor
        self._objects = objects
        self._tunnels = tunnels
        self._open = False
        self.autocommit = True
        self.schema = ""
        self.enter("")

    def enter(self, schema: str) -> None:
        """Make a schema the one in which names are looked up; none, if it is empty."""
        if schema and not self._cursor.execute("FROM SYS.EXA_SCHEMAS WHERE SCHEMA_NAME = ?", [schema]).fetchall():
            raise ExasolError("42000", f"schema {schema} not found")
        path = f"exa.{_quoted(schema)},exa.SYS" if schema else "exa.SYS"
        self._cursor.execute(f"SET search_path = {literal(path)}")
        self.schema = schema

    def run(self, sql: str, rows: Sequence[Sequence[object]] | None = None) -> Outcome:
        """What a statement gives, for each row of parameters if there are any; ExasolError where it fails."""
        try:
            if not self.autocommit and not self._open:
                self._cursor.execute("BEGIN")
                self._open = True
            return self._statement(sql) if rows is None else self._prepared(sql, rows)
        except Exception as error:
            raise as_exasol_error(error) from error

    def end(self, how: str) -> None:
        """COMMIT or ROLLBACK what was begun."""
        if self._open:
            self._open = False
            self._cursor.execute(how)

    def _statement(self, sql: str) -> Outcome:
        for pattern, handler in _HANDLERS:
            if found := pattern.fullmatch(sql):
                return handler(self, found)
        return run_tree(self._cursor, _parsed(sql), "exasol", _TYPES)

    def _prepared(self, sql: str, rows: Sequence[Sequence[object]]) -> Outcome:
        tree = _parsed(sql)
        plain_types(tree, _TYPES)
        count, last = 0, Outcome()
        for row in rows:
            result = self._cursor.execute(tree.sql("duckdb"), list(row)).fetchall()
            changed = result[0][0] if result else 0
            count += changed if isinstance(changed, int) else 0
            last = Outcome(count=count)
        return last

    def _ended(self, found: re.Match[str]) -> Outcome:
        self.end(found["how"].upper())
        return Outcome()

    def _opened(self, found: re.Match[str]) -> Outcome:
        self.enter(_bare(found["schema"]))
        return Outcome()

    def _closed(self, found: re.Match[str]) -> Outcome:
        self.enter("")
        return Outcome()

    def _renamed(self, found: re.Match[str]) -> Outcome:
        return execute(self._cursor, f"ALTER TABLE {_duck(found['old'])} RENAME TO {_duck(found['new'])}")

    def _retyped(self, found: re.Match[str]) -> Outcome:
        table, column = _duck(found["table"]), exp.to_identifier(_bare(found["column"]), quoted=True)
        kind = exp.DataType.build(found["kind"], dialect="exasol")
        cast = exp.cast(exp.null(), kind.copy())
        plain_types(cast, _TYPES)
        name = column.sql("duckdb")
        execute(self._cursor, f"ALTER TABLE {table} ALTER COLUMN {name} TYPE {cast.to.sql('duckdb')}")
        if found["nullable"]:
            change = "SET" if found["nullable"].upper().startswith("NOT") else "DROP"
            execute(self._cursor, f"ALTER TABLE {table} ALTER COLUMN {name} {change} NOT NULL")
        return execute(self._cursor, note_type(table, column, kind, "exasol"))

    def _keyed(self, found: re.Match[str]) -> Outcome:
        names = [_bare(name) for name in re.findall(_NAME, found["columns"])]
        return execute(self._cursor, note_key(_duck(found["table"]), names))

    def _unkeyed(self, found: re.Match[str]) -> Outcome:
        return execute(self._cursor, note_key(_duck(found["table"]), []))

    def _principal(self, found: re.Match[str]) -> Outcome:
        """Users and roles are known by name; what they may do is not held to anything."""
        name, kind = _bare(found["name"]), found["kind"].upper()
        rows = self._cursor.execute("SELECT 1 FROM SYS.principals WHERE name = ?", [name]).fetchall()
        if found["what"].upper() == "CREATE":
            if rows:
                raise ExasolError("42500", f"{kind.lower()} name {name} conflicts with another user or role name")
            return execute(self._cursor, f"INSERT INTO SYS.principals VALUES ({literal(name)}, {literal(kind)})")
        if not rows and not found["lenient"]:
            raise ExasolError("42500", f"{kind.lower()} {name} does not exist")
        if found["what"].upper() == "DROP":
            execute(self._cursor, f"DELETE FROM SYS.principals WHERE name = {literal(name)}")
        return Outcome()

    def _imported(self, found: re.Match[str]) -> Outcome:
        names = [_bare(name) for name in re.findall(_NAME, found["columns"] or "")]
        options, count = found["options"], 0
        form = CsvFormat(
            delimiter=_option(options, "COLUMN SEPARATOR", ","),
            quote=_option(options, "COLUMN DELIMITER", '"'),
            null=_option(options, "NULL", ""),
            skip=int(_option(options, "SKIP", "0")),
        )
        with tempfile.TemporaryDirectory() as folder:
            for address, file in _files(options):
                data = self._fetched(address, file)
                packed = data.startswith(b"\x1f\x8b")
                path = Path(folder) / ("rows.csv.gz" if packed else "rows.csv")
                path.write_bytes(data)
                if data:
                    count += self._loaded(_duck(found["table"]), names, path, form)
        return Outcome(count=count)

    def _loaded(self, table: str, names: list[str], path: Path, form: CsvFormat) -> int:
        try:
            return load(self._cursor, table, names, path, parquet=False, form=form)
        except (duckdb.ConversionException, duckdb.InvalidInputException) as error:
            raise ExasolError("42636", f"ETL-3050: [Column=0 Row=0] {error}") from error

    def _fetched(self, address: str, file: str) -> bytes:
        port = int(address.rpartition(":")[2]) if re.fullmatch(r"http://[\d.]+:\d+", address) else 0
        try:
            if self._tunnels.has(port):
                return self._tunnels.get(port, file)
            return self._objects.read(_object(address, file))
        except (FileNotFoundError, ConnectionError) as error:
            raise ExasolError("42636", f"ETL-5105: Following error occurred while reading data: {error}") from error

    def _exported(self, found: re.Match[str]) -> Outcome:
        options = found["options"]
        source = found["query"] or f"SELECT {found['columns'] or '*'} FROM {found['table']}"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rows.csv"
            form = (
                f"HEADER {bool(re.search('WITH COLUMN NAMES', options, re.IGNORECASE))}, "
                f"DELIMITER {literal(_option(options, 'COLUMN SEPARATOR', ','))}, "
                f"QUOTE {literal(_option(options, 'COLUMN DELIMITER', chr(34)))}, "
                f"NULLSTR {literal(_option(options, 'NULL', ''))}"
            )
            tree = _parsed(source)
            plain_types(tree, _TYPES)
            count = execute(
                self._cursor, f"COPY ({tree.sql('duckdb')}) TO {literal(str(path))} (FORMAT csv, {form})"
            ).count
            (address, file), *_ = _files(options)
            data = gzip.compress(path.read_bytes()) if file.endswith(".gz") else path.read_bytes()
        port = int(address.rpartition(":")[2]) if re.fullmatch(r"http://[\d.]+:\d+", address) else 0
        if self._tunnels.has(port):
            self._tunnels.put(port, file, data)
        else:
            self._objects.write(_object(address, file), data)
        return Outcome(count=count)


def _files(options: str) -> list[tuple[str, str]]:
    """The files of an IMPORT or EXPORT, each with the address where it is."""
    found, address = [], ""
    for word, text in re.findall(rf"\b(AT|FILE)\s+{_STRING}", options, re.IGNORECASE):
        if word.upper() == "AT":
            address = text.replace("''", "'")
        else:
            found.append((address, text.replace("''", "'")))
    return found


def _object(address: str, file: str) -> str:
    """The URL of an object in a bucket that is given as ``https://BUCKET.s3.REGION.amazonaws.com[/PATH]``."""
    bucket, _, folder = address.partition("://")[2].partition("/")
    return f"s3://{bucket.partition('.s3')[0]}/{folder.rstrip('/')}{'/' if folder else ''}{file}"


def _option(options: str, name: str, default: str) -> str:
    spaced = name.replace(" ", r"\s+")
    found = re.search(rf"\b{spaced}\s*=\s*(?:{_STRING}|(\d+))", options, re.IGNORECASE)
    return default if found is None else found[2] or found[1].replace("''", "'").replace("TAB", "\t")


_HANDLERS: tuple[tuple[re.Pattern[str], _Handler], ...] = tuple(
    (re.compile(rf"\s*{pattern}\s*;?\s*", re.IGNORECASE | re.DOTALL), handler)
    for pattern, handler in (
        (r"(?P<how>COMMIT|ROLLBACK)(?:\s+WORK)?", ExasolSession._ended),
        (rf"OPEN\s+SCHEMA\s+(?P<schema>{_NAME})", ExasolSession._opened),
        (r"CLOSE\s+SCHEMA", ExasolSession._closed),
        (rf"RENAME\s+(?:TABLE\s+|VIEW\s+)?(?P<old>{_PATH})\s+TO\s+(?P<new>{_NAME})", ExasolSession._renamed),
        (
            (
                rf"ALTER\s+TABLE\s+(?P<table>{_PATH})\s+MODIFY\s+(?:COLUMN\s+)?\(?(?P<column>{_NAME})\s+"
                r"(?P<kind>\w+(?:\s*\([^)]*\))?)(?:\s+UTF8|\s+ASCII)?\s*(?P<nullable>(?:NOT\s+)?NULL)?\)?"
            ),
            ExasolSession._retyped,
        ),
        (
            (
                rf"ALTER\s+TABLE\s+(?P<table>{_PATH})\s+ADD\s+(?:CONSTRAINT\s+{_NAME}\s+)?PRIMARY\s+KEY\s*"
                r"\((?P<columns>.*?)\)(?:\s+(?:ENABLE|DISABLE))?"
            ),
            ExasolSession._keyed,
        ),
        (
            rf"ALTER\s+TABLE\s+(?P<table>{_PATH})\s+DROP\s+(?:CONSTRAINT\s+{_NAME}|PRIMARY\s+KEY)",
            ExasolSession._unkeyed,
        ),
        (
            rf"(?P<what>CREATE|DROP|ALTER)\s+(?P<kind>USER|ROLE)\s+(?P<lenient>IF\s+EXISTS\s+)?(?P<name>{_NAME}).*",
            ExasolSession._principal,
        ),
        (r"(?:GRANT|REVOKE|ALTER\s+SESSION|ALTER\s+SYSTEM)\s.*", lambda session, found: Outcome()),
        (
            rf"IMPORT\s+INTO\s+(?P<table>{_PATH})\s*(?:\((?P<columns>.*?)\))?\s*FROM\s+(?:LOCAL\s+)?CSV\s+(?P<options>.*)",
            ExasolSession._imported,
        ),
        (
            (
                rf"EXPORT\s+(?:\((?P<query>.*)\)|(?P<table>{_PATH})\s*(?:\((?P<columns>.*?)\))?)\s*INTO\s+(?:LOCAL\s+)?CSV\s+"
                r"(?P<options>.*)"
            ),
            ExasolSession._exported,
        ),
    )
)


def _parsed(sql: str) -> exp.Expr:
    """A statement of Exasol's, with names folded and empty strings as the NULL that they are there."""
    tree = sqlglot.parse_one(_OPTIONS(sql, ""), read="exasol")
    if isinstance(tree, exp.Command):
        raise ExasolError("42000", f"syntax error, unexpected {sql.strip()[:40]}")
    for name in tree.find_all(exp.Identifier):
        if not name.quoted:
            name.set("this", name.name.upper())
    if isinstance(tree, exp.Update):
        _without_itself(tree)
    for text in list(tree.find_all(exp.Literal)):
        if text.is_string and not text.name:
            text.replace(exp.null())
    return tree


def _without_itself(update: exp.Update) -> None:
    """An UPDATE names its table again in its FROM; to DuckDB that would be a second table."""
    source = update.args.get("from_")
    if source is None:
        return
    joins = source.this.args.get("joins") or []
    if not joins or source.this.name != update.this.name or source.this.alias != update.this.alias:
        raise ExasolError("42000", f"syntax error, FROM does not name {update.this.name} as it is updated")
    first, *rest = (join.this for join in joins)
    first.set("joins", [exp.Join(this=one) for one in rest])
    update.set("from_", exp.From(this=first))


def _bare(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.upper()


def _quoted(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql("duckdb")


def _duck(path: str) -> str:
    """A dotted name as DuckDB quotes it."""
    return ".".join(_quoted(_bare(name)) for name in re.findall(_NAME, path))
