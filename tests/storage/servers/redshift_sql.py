"""Redshift's SQL as PostgreSQL takes it: table options left out, types renamed, COPY and UNLOAD through files.

Syntax: the SQL commands of the Amazon Redshift Database Developer Guide (CREATE TABLE, COPY, UNLOAD).
"""

import gzip
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
from objects import Objects

_QUOTED = r"""(?P<quoted>'(?:''|[^'])*'|"(?:""|[^"])*")"""
_COLUMNS = r"""\((?:[^()"]|"(?:""|[^"])*")*\)"""
_OPTIONS = re.compile(
    rf"{_QUOTED}|\b(?:DISTSTYLE\s+(?:AUTO|EVEN|KEY|ALL)|DISTKEY\b(?:\s*{_COLUMNS})?"
    rf"|(?:COMPOUND\s+|INTERLEAVED\s+)?SORTKEY\b(?:\s*AUTO|\s*{_COLUMNS})?|ENCODE\s+\w+|BACKUP\s+(?:YES|NO))",
    re.IGNORECASE,
)
_WORDS = re.compile(
    rf"{_QUOTED}|\b(?:(?P<text>VARCHAR\s*\(\s*MAX\s*\))|(?P<json>SUPER\b)|(?P<bytes>VARBYTE\b))", re.IGNORECASE
)
_COPY = re.compile(
    r"""\s*COPY\s+(?P<target>.+?)\s+FROM\s+'(?P<url>s3://(?:''|[^'])*)'(?P<rest>.*)""", re.IGNORECASE | re.DOTALL
)
_UNLOAD = re.compile(
    r"""\s*UNLOAD\s*\(\s*'(?P<query>(?:''|[^'])*)'\s*\)\s*TO\s+'(?P<url>s3://(?:''|[^'])*)'(?P<rest>.*)""",
    re.IGNORECASE | re.DOTALL,
)
_WORD = re.compile(r"'((?:''|[^'])*)'|(\w+)")


@dataclass(frozen=True)
class Statement:
    """What PostgreSQL is asked instead, and what is to be done when it has answered that the statement is complete."""

    sql: str
    then: Callable[[], None] | None = None


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _refusal(message: str, code: str) -> Statement:
    """A statement that fails with the vendor's message."""
    return Statement(
        f"DO $refusal$ BEGIN RAISE EXCEPTION USING MESSAGE = {_literal(message)}, ERRCODE = '{code}'; END $refusal$"
    )


def _options(text: str) -> dict[str, str]:
    """The options after a COPY or UNLOAD: each word, in upper case, with the string or word that follows it."""
    words = [(match[1], match[2]) for match in _WORD.finditer(text)]
    found = {}
    for number, (_, word) in enumerate(words):
        if word:
            following = [each for each in words[number + 1 : number + 3] if (each[1] or "").upper() != "AS"]
            string, bare = following[0] if following else (None, "")
            found[word.upper()] = string.replace("''", "'") if string is not None else bare
    return found


def _csv(options: dict[str, str], *, header: bool) -> str:
    """The options of PostgreSQL's COPY that say the same."""
    delimiter = options.get("DELIMITER") or ("," if "CSV" in options else "|")
    chosen = ["FORMAT csv", f"DELIMITER {_literal(delimiter.replace(chr(92) + 't', chr(9)))}"]
    if "CSV" in options:
        chosen.append(f"QUOTE {_literal(options['QUOTE'] if 'QUOTE' in options else chr(34))}")
    if "NULL" in options:
        chosen.append(f"NULL {_literal(options['NULL'])}")
    if header:
        chosen.append("HEADER")
    return f"WITH ({', '.join(chosen)})"


class RedshiftSql:
    """Translates one statement after another; ``files`` is a folder that PostgreSQL reads and writes too."""

    def __init__(self, objects: Objects, files: Path) -> None:
        self._objects = objects
        self._files = files
        self._made = 0

    def translate(self, sql: str) -> Statement:
        """The statement for PostgreSQL; where an object is missing, one that fails as Redshift does."""
        if match := _COPY.fullmatch(sql.rstrip().rstrip(";")):
            return self._copy(match["target"], match["url"].replace("''", "'"), _options(match["rest"]))
        if match := _UNLOAD.fullmatch(sql.rstrip().rstrip(";")):
            return self._unload(
                match["query"].replace("''", "'"), match["url"].replace("''", "'"), _options(match["rest"])
            )
        if re.match(r"\s*(CREATE|ALTER)\b", sql, re.IGNORECASE):
            sql = _OPTIONS.sub(lambda found: found["quoted"] or "", sql)
        return Statement(_WORDS.sub(_renamed, sql))

    def _copy(self, target: str, url: str, options: dict[str, str]) -> Statement:
        try:
            urls = self._listed(url) if "MANIFEST" in options else self._objects.keys(url)
            contents = [self._objects.read(each) for each in urls]
        except FileNotFoundError:
            contents = []
        if not contents:
            return _refusal(f"The specified S3 prefix '{url}' does not exist", "XX000")
        path = self._path()
        with path.open("wb") as out:
            for data in contents:
                out.write(self._rows(data, options))
        path.chmod(0o644)
        form = _csv({"CSV": ""} if "PARQUET" in options else options, header=False)
        return Statement(f"COPY {target} FROM {_literal(str(path))} {form}", path.unlink)

    def _listed(self, url: str) -> list[str]:
        return [str(entry["url"]) for entry in json.loads(self._objects.read(url))["entries"]]

    def _rows(self, data: bytes, options: dict[str, str]) -> bytes:
        """A file's rows as CSV without a header."""
        if "PARQUET" in options:
            parquet, rows = self._path(), self._path()
            parquet.write_bytes(data)
            with duckdb.connect() as connection:
                connection.read_parquet(str(parquet)).write_csv(str(rows), header=False)
            data = rows.read_bytes()
            parquet.unlink()
            rows.unlink()
            return data
        lines = io.BytesIO(gzip.decompress(data) if "GZIP" in options else data)
        for _ in range(int(options.get("IGNOREHEADER") or 0)):
            lines.readline()
        rest = lines.read()
        return rest if not rest or rest.endswith(b"\n") else rest + b"\n"

    def _unload(self, query: str, url: str, options: dict[str, str]) -> Statement:
        path = self._path()
        alone = options.get("PARALLEL", "").upper() in {"OFF", "FALSE"}
        name = url + ("000" if alone else "0000_part_00")

        def put() -> None:
            data = path.read_bytes()
            path.unlink()
            if "PARQUET" in options:
                self._put_parquet(name + ".parquet", data)
            elif "GZIP" in options:
                self._objects.write(name + ".gz", gzip.compress(data))
            else:
                self._objects.write(name, data)

        formats = {"CSV": ""} if "PARQUET" in options else options
        header = "HEADER" in options or "PARQUET" in options
        return Statement(f"COPY ({query}) TO {_literal(str(path))} {_csv(formats, header=header)}", put)

    def _put_parquet(self, url: str, data: bytes) -> None:
        rows, parquet = self._path(), self._path()
        rows.write_bytes(data)
        with duckdb.connect() as connection:
            connection.read_csv(str(rows)).write_parquet(str(parquet))
        self._objects.write(url, parquet.read_bytes())
        rows.unlink()
        parquet.unlink()

    def _path(self) -> Path:
        self._made += 1
        return self._files / str(self._made)


def _renamed(found: re.Match[str]) -> str:
    """The word of PostgreSQL for a type that only Redshift has; anything else as it is."""
    for group, name in (("text", "TEXT"), ("json", "JSONB"), ("bytes", "BYTEA")):
        if found[group]:
            return name
    return found[0]


INIT = """\
CREATE FUNCTION pg_catalog.getdate() RETURNS timestamp LANGUAGE sql STABLE AS $$ SELECT localtimestamp $$;

CREATE VIEW pg_catalog.svv_table_info AS SELECT current_database()::text AS "database", n.nspname::text AS "schema",
 c.oid AS table_id, c.relname::text AS "table", 'EVEN'::text AS diststyle,
 greatest(1, pg_total_relation_size(c.oid) / 1048576) AS size,
 ((xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I.%I', n.nspname, c.relname),
 false, true, '')))[1]::text)::numeric AS tbl_rows
 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema');

"""
