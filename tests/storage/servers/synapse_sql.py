"""T-SQL of a dedicated SQL pool over DuckDB, one batch after another.

Syntax: the T-SQL reference for Azure Synapse Analytics (CREATE TABLE, COPY INTO, RENAME OBJECT, sp_rename).
"""

import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
import sqlglot
from fake_database import (
    QUOTED,
    CsvFormat,
    Outcome,
    execute,
    fetched,
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
from synapse_errors import SqlError, as_sql_error

_NESTED = r"\((?:[^()'\[]|'(?:''|[^'])*'|\[[^\]]*\]|\([^()]*\))*\)"
_NAME = r"(?:\[(?:\]\]|[^\]])*\]|\"(?:\"\"|[^\"])*\"|[\w#@$]+)"
_PATH = rf"{_NAME}(?:\s*\.\s*{_NAME})*"
_TABLE_OPTIONS = unquoted(rf"\bWITH\s*(?=\([^)]*\b(?:DISTRIBUTION|HEAP|CLUSTERED)\b){_NESTED}")
_NOT_ENFORCED = unquoted(
    r"\bNONCLUSTERED\b|\bCLUSTERED\b|\bNOT\s+ENFORCED\b|\bCOLLATE\s+\w+|\bAUTHORIZATION\s+\[?\w+\]?"
)
_CATALOG = unquoted(r"\[?\bINFORMATION_SCHEMA\b\]?(?=\s*\.)")
_IGNORED = re.compile(
    r"\s*(?:SET\s|USE\s|GRANT\s|REVOKE\s|DENY\s|UPDATE\s+STATISTICS\s|CREATE\s+STATISTICS\s)", re.IGNORECASE
)
_ALTERING = re.compile(r"\s*(?:CREATE|ALTER|DROP|RENAME|EXEC(?:UTE)?\s+sp_rename)\b", re.IGNORECASE)
_TYPES = {"BIT": "BOOLEAN", "FLOAT": "DOUBLE", "MONEY": "DECIMAL(19, 4)", "VARBINARY": "BLOB", "BINARY": "BLOB"}
_Handler = Callable[["TsqlSession", re.Match[str]], Outcome]


class TsqlSession:
    """What one connection's statements act on."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, objects: Objects) -> None:
        self._cursor = cursor
        self._objects = objects
        self._open = False
        cursor.execute("USE dev.dbo")

    def begin(self) -> None:
        if not self._open:
            self._cursor.execute("BEGIN")
            self._open = True

    def commit(self) -> None:
        self._end("COMMIT")

    def rollback(self) -> None:
        self._end("ROLLBACK")

    def _end(self, how: str) -> None:
        if self._open:
            self._open = False
            try:
                self._cursor.execute(how)
            except duckdb.TransactionException as error:
                message = "The transaction was aborted, and was rolled back."
                raise SqlError(111214, message) from error

    def run(self, sql: str, parameters: Mapping[str, object]) -> list[Outcome]:
        """What a batch's statements give; SqlError where one fails, and then those before it stand."""
        try:
            return [self._statement(each, parameters) for each in _statements(sql)]
        except Exception as error:
            raise as_sql_error(error) from error

    def _statement(self, sql: str, parameters: Mapping[str, object]) -> Outcome:
        if _IGNORED.match(sql):
            return Outcome()
        if self._open and _ALTERING.match(sql):
            raise SqlError(111212, "Operation cannot be performed within a transaction.")
        for pattern, handler in _HANDLERS:
            if found := pattern.fullmatch(sql):
                return handler(self, found)
        sql = _CATALOG(_NOT_ENFORCED(_TABLE_OPTIONS(sql, ""), ""), "information_schema_views")
        return run_tree(self._cursor, _parsed(sql), "tsql", _TYPES, parameters)

    def _transaction(self, found: re.Match[str]) -> Outcome:
        word = found["word"].upper()
        {"BEGIN": self.begin, "COMMIT": self.commit, "ROLLBACK": self.rollback}[word]()
        return Outcome()

    def _conditional(self, found: re.Match[str]) -> Outcome:
        condition = _CATALOG(found["condition"], "information_schema_views")
        tree = _parsed(f"SELECT CASE WHEN {condition} THEN 1 ELSE 0 END")
        holds = run_tree(self._cursor, tree, "tsql", _TYPES).rows[0][0]
        return self._statement(found["then"].strip(), {}) if holds else Outcome()

    def _executed(self, found: re.Match[str]) -> Outcome:
        return self._statement(found["text"].replace("''", "'"), {})

    def _renamed_by_procedure(self, found: re.Match[str]) -> Outcome:
        path, new = found["old"].replace("''", "'"), _quoted(found["new"].replace("''", "'"))
        if (found["kind"] or "").upper() == "COLUMN":
            table, _, column = path.rpartition(".")
            return execute(self._cursor, f"ALTER TABLE {_duck(table)} RENAME COLUMN {_duck(column)} TO {new}")
        return execute(self._cursor, f"ALTER TABLE {_duck(path)} RENAME TO {new}")

    def _renamed(self, found: re.Match[str]) -> Outcome:
        column = f"COLUMN {_duck(found['column'])}" if found["column"] else ""
        return execute(self._cursor, f"ALTER TABLE {_duck(found['old'])} RENAME {column} TO {_duck(found['new'])}")

    def _retyped(self, found: re.Match[str]) -> Outcome:
        table, column = _duck(found["table"]), _duck(found["column"])
        kind = exp.DataType.build(found["kind"], dialect="tsql")
        identifier = exp.to_identifier(exp.to_identifier(column.strip('"')).name, quoted=True)
        note = note_type(table, identifier, kind, "tsql")
        execute(self._cursor, f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {_plain_type(found['kind'])}")
        if found["nullable"]:
            change = "SET" if found["nullable"].upper().startswith("NOT") else "DROP"
            execute(self._cursor, f"ALTER TABLE {table} ALTER COLUMN {column} {change} NOT NULL")
        return execute(self._cursor, note)

    def _keyed(self, found: re.Match[str]) -> Outcome:
        columns = [_bare(name) for name in re.findall(_NAME, found["columns"])]
        return execute(self._cursor, note_key(_duck(found["table"]), columns))

    def _unkeyed(self, found: re.Match[str]) -> Outcome:
        """A constraint of a name that the catalog gives a default is that default; any other one is the key."""
        table, name = _duck(found["table"]), _bare(found["name"])
        bare = _bare(re.findall(_NAME, found["table"])[-1])
        if name.startswith(f"DF_{bare}_"):
            column = _quoted(name.removeprefix(f"DF_{bare}_"))
            return execute(self._cursor, f"ALTER TABLE {table} ALTER COLUMN {column} DROP DEFAULT")
        return execute(self._cursor, note_key(table, []))

    def _principal(self, found: re.Match[str]) -> Outcome:
        """Logins, users and roles are known by name; what they may do is not held to anything."""
        name, kind = _bare(found["name"]), "DATABASE_ROLE" if found["kind"].upper() == "ROLE" else "SQL_USER"
        rows = self._cursor.execute("SELECT 1 FROM sys.database_principals WHERE name = ?", [name]).fetchall()
        if found["what"].upper() == "CREATE":
            if rows and found["kind"].upper() != "LOGIN":
                raise SqlError(15023, f"User, group, or role '{name}' already exists in the current database.")
            if found["kind"].upper() != "LOGIN":
                execute(self._cursor, f"INSERT INTO sys.database_principals VALUES ({literal(name)}, 'S', '{kind}')")
        elif found["what"].upper() == "DROP":
            if not rows and found["kind"].upper() != "LOGIN":
                raise SqlError(15151, f"Cannot drop the {found['kind'].lower()} '{name}', because it does not exist.")
            execute(self._cursor, f"DELETE FROM sys.database_principals WHERE name = {literal(name)}")
        return Outcome()

    def _copied(self, found: re.Match[str]) -> Outcome:
        columns = [_bare(name) for name in re.findall(_NAME, found["columns"] or "")]
        urls = [text.replace("''", "'") for text in re.findall(r"'((?:''|[^'])*)'", found["urls"])]
        options = {
            name.upper(): text.replace("''", "'") or word
            for name, text, word in re.findall(
                r"(\w+)\s*=\s*(?:N?'((?:''|[^'])*)'|([^\s,()']+))", found["options"] or ""
            )
        }
        try:
            found_urls = [each for url in urls for each in (self._objects.keys(url) if url.endswith("*") else [url])]
            with tempfile.TemporaryDirectory() as folder:
                files = fetched(self._objects, found_urls, Path(folder))
                count = sum(self._load(_duck(found["table"]), columns, file, options) for file in files)
        except FileNotFoundError as error:
            raise SqlError(13807, f"Content of directory on path '{urls[0]}' cannot be listed.") from error
        except (duckdb.ConversionException, duckdb.InvalidInputException) as error:
            raise SqlError(4864, f"Bulk load data conversion error (type mismatch). {error}") from error
        return Outcome(count=count)

    def _load(self, table: str, columns: list[str], file: Path, options: Mapping[str, str]) -> int:
        form = CsvFormat(
            delimiter=options.get("FIELDTERMINATOR", ",").replace("\\t", "\t"),
            quote=options.get("FIELDQUOTE", '"'),
            skip=int(options.get("FIRSTROW", "1")) - 1,
        )
        parquet = options.get("FILE_TYPE", "CSV").upper() == "PARQUET"
        return load(self._cursor, table, columns, file, parquet=parquet, form=form)


_STRING = r"N?'(?P<{}>(?:''|[^'])*)'"
_HANDLERS: tuple[tuple[re.Pattern[str], _Handler], ...] = tuple(
    (re.compile(rf"\s*{pattern}\s*;?\s*", re.IGNORECASE | re.DOTALL), handler)
    for pattern, handler in (
        (
            r"(?:IF\s+@@TRANCOUNT\s*>\s*0\s+)?(?P<word>BEGIN|COMMIT|ROLLBACK)(?:\s+(?:TRANSACTION|TRAN|WORK))?",
            TsqlSession._transaction,
        ),
        (
            rf"IF\s+(?P<condition>(?:NOT\s+)?EXISTS\s*{_NESTED}|(?:OBJECT|SCHEMA)_ID\s*{_NESTED}\s*IS\s+(?:NOT\s+)?NULL)\s+(?P<then>.+)",
            TsqlSession._conditional,
        ),
        (rf"EXEC(?:UTE)?\s*\(\s*{_STRING.format('text')}\s*\)", TsqlSession._executed),
        (
            rf"EXEC(?:UTE)?\s+sp_rename\s+(?:@objname\s*=\s*)?{_STRING.format('old')}\s*,\s*(?:@newname\s*=\s*)?{_STRING.format('new')}(?:\s*,\s*(?:@objtype\s*=\s*)?{_STRING.format('kind')})?",
            TsqlSession._renamed_by_procedure,
        ),
        (r"EXEC(?:UTE)?\s+sp_(?:addrolemember|droprolemember)\b.*", lambda session, found: Outcome()),
        (
            rf"RENAME\s+OBJECT\s+(?:::\s*)?(?P<old>{_PATH})(?:\s+COLUMN\s+(?P<column>{_NAME}))?\s+TO\s+(?P<new>{_NAME})",
            TsqlSession._renamed,
        ),
        (
            rf"ALTER\s+TABLE\s+(?P<table>{_PATH})\s+ALTER\s+COLUMN\s+(?P<column>{_NAME})\s+(?P<kind>\w+(?:\s*\([^)]*\))?)(?:\s+COLLATE\s+\w+)?\s*(?P<nullable>(?:NOT\s+)?NULL)?",
            TsqlSession._retyped,
        ),
        (
            rf"ALTER\s+TABLE\s+(?P<table>{_PATH})\s+ADD\s+(?:CONSTRAINT\s+{_NAME}\s+)?PRIMARY\s+KEY\s+(?:NONCLUSTERED\s*)?\((?P<columns>.*?)\)\s*NOT\s+ENFORCED",
            TsqlSession._keyed,
        ),
        (rf"ALTER\s+TABLE\s+(?P<table>{_PATH})\s+DROP\s+CONSTRAINT\s+(?P<name>{_NAME})", TsqlSession._unkeyed),
        (
            rf"(?P<what>CREATE|DROP|ALTER)\s+(?P<kind>LOGIN|USER|ROLE)\s+(?:IF\s+EXISTS\s+)?(?P<name>{_NAME}).*",
            TsqlSession._principal,
        ),
        (
            rf"COPY\s+INTO\s+(?P<table>{_PATH})\s*(?:\((?P<columns>.*?)\))?\s*FROM\s+(?P<urls>N?'.+?'(?:\s*,\s*N?'.+?')*)(?:\s+WITH\s*\((?P<options>.*)\))?",
            TsqlSession._copied,
        ),
    )
)


def _statements(sql: str) -> list[str]:
    """A batch's statements, which semicolons part."""
    parts = re.split(rf"{QUOTED}|(;)", sql)
    texts, current = [], ""
    for quoted, semicolon, between in zip(["", *parts[1::3]], ["", *parts[2::3]], parts[::3], strict=True):
        if semicolon:
            texts.append(current)
            current = ""
        current += (quoted or "") + between
    return [text for text in [*texts, current] if text.strip()]


def _parsed(sql: str) -> exp.Expr:
    """A statement of T-SQL, with DuckDB's types."""
    tree = sqlglot.parse_one(sql, read="tsql")
    if isinstance(tree, exp.Command | exp.IfBlock):
        raise SqlError(102, f"Incorrect syntax near '{sql.strip()[:40]}'.", 15)
    for text in list(tree.find_all(exp.National)):
        text.replace(exp.Literal.string(text.name))
    return tree


def _plain_type(kind: str) -> str:
    """DuckDB's type for one of T-SQL's."""
    cast = exp.cast(exp.null(), exp.DataType.build(kind, dialect="tsql"))
    plain_types(cast, _TYPES)
    return cast.to.sql("duckdb")


def _bare(name: str) -> str:
    """A quoted name's own characters."""
    if name.startswith("["):
        return name[1:-1].replace("]]", "]")
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _quoted(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql("duckdb")


def _duck(path: str) -> str:
    """A dotted name as DuckDB quotes it."""
    return ".".join(_quoted(_bare(name)) for name in re.findall(_NAME, path))
