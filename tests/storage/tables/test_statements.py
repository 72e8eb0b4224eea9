"""Every statement in every dialect keeps hostile names and values as they are: parsed again, they are the same."""

import re
from collections.abc import Callable

import duckdb
import pytest
import sqlglot
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.bigquery.statements import BigQueryStatements
from understudy.providers.storage.duckdb.statements import DuckDbStatements
from understudy.providers.storage.exasol.statements import ExasolStatements
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.snowflake.statements import SnowflakeStatements
from understudy.providers.storage.sql.filters import Comparison, Ordering, Reference, Selection, Where
from understudy.providers.storage.sql.statements import Statements
from understudy.providers.storage.sql.tables import Column, TableDefinition, TableName

DIALECTS = ("duckdb", "snowflake", "bigquery", "redshift", "tsql", "exasol")
HOSTILE = (
    'a"b',
    "a'b",
    "a`b",
    "a]b[c",
    "a;DROP TABLE x;--",
    "a/*b*/",
    "line\nbreak\r\ttab",
    "back\\slash\\",
    "a.b.c",
    "select",
    "ünï✓🦆",
    "%s ? $1 :x {y}",
    " ",
    "x" * 3000,
)
NAMES = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40),
)


VENDORS: dict[str, type[Statements]] = {
    "bigquery": BigQueryStatements,
    "exasol": ExasolStatements,
    "snowflake": SnowflakeStatements,
}
"""The backends' own statements; a dialect without any is tried with the shared ones."""


def dialect_statements(name: str) -> Statements:
    return type("Dialect", (VENDORS.get(name, Statements),), {"dialect": name, "placeholder": None})()


STATEMENTS = {name: dialect_statements(name) for name in DIALECTS}


def if_it_can(make: Callable[..., list[str]], *given: object) -> list[str]:
    """The statements; none where the engine has no such statement, which the backend says with 900."""
    try:
        return make(*given)
    except CommandFault as fault:
        if fault.code != StorageCode.NOT_SUPPORTED:
            raise
        return []


def statements_of(sql: Statements, schema: str, table: str, column: str, value: str) -> list[str]:
    """One of each statement, of these names and this value."""
    name, other = TableName((schema,), table), TableName((schema,), f"{table}2")
    text, number = Column(name=column, type="VARCHAR", default=value), Column(name=f"{column}2", type="INT")
    where = Where(
        comparisons=(
            Comparison(column=text, operator="EQ", kind="STRING", values=2),
            Comparison(column=number, operator="GE", kind="BIGINT"),
        ),
        references=(Reference(column=text, within=False, table=other, table_column=number),),
        searched=(text,),
    )
    values = (value, "x", "1", value)
    selection = Selection(table=name, columns=(text, number), where=where, order=(Ordering(column=text),), limit=5)
    definition = TableDefinition(table=name, columns=(text, number))
    keyed = TableDefinition(table=name, columns=(text, number), primary_key=(column,))
    return [
        *sql.create_schema((schema,)),
        *sql.create_table(keyed),
        *sql.drop_table(name),
        *sql.create_table(definition),
        *sql.create_table(TableDefinition(table=other, columns=(text, number))),
        sql.copy_rows(name, other, [column]),
        sql.inline(sql.preview(selection), values),
        sql.inline(sql.delete_rows(name, where), values),
        *sql.create_view(
            TableName((schema,), f"{table}3"), Selection(table=name, columns=(text,), where=where), values
        ),
        *sql.drop_view(TableName((schema,), f"{table}3")),
        sql.count(name),
        sql.probe(name),
        sql.profile(name, tuple(sql.measures(text).values())),
        *sql.unfit_for_key(name, [column, number.name]),
        *sql.add_column(name, Column(name=f"{column}4", type="VARCHAR", default=value)),
        *if_it_can(sql.set_default, name, text),
        *sql.set_nullable(name, text),
        *sql.set_type(name, number),
        *sql.drop_column(name, f"{column}4"),
        *sql.add_primary_key(name, [column]),
        *sql.drop_primary_key(definition, TableName((schema,), f"{table}5")),
        *sql.rename_table(other, f"{table}6"),
        *sql.drop_schema((schema,), cascade=True),
    ]


def names_and_texts(sql: str, dialect: str) -> tuple[list[str], set[str], set[str]]:
    """How many statements, all their identifiers, all their string literals."""
    if dialect == "exasol":
        sql = sql.replace(") DISABLE", ")")  # of a key: sqlglot does not read it
    trees = [tree for tree in sqlglot.parse(sql, dialect=dialect) if tree]
    identifiers = {one.name for tree in trees for one in tree.find_all(exp.Identifier)}
    literals = {one.name for tree in trees for one in tree.find_all(exp.Literal) if one.is_string}
    return [type(tree).__name__ for tree in trees], identifiers, literals


def sql_name(dialect: str, schema: str, table: str) -> str:
    """A table's quoted name, which T-SQL's renaming takes as a string."""
    sql = STATEMENTS[dialect]
    return sql.render(sql.table(TableName((schema,), table)))


@pytest.mark.slow  # about a thousand statements in each dialect
@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=25)
@given(names=st.tuples(NAMES, NAMES, NAMES, NAMES))
def test_every_statement_parses_back_to_its_names_and_values(dialect, names):
    """Nothing is added, nothing ends early, nothing becomes another statement."""
    if dialect == "bigquery":  # whose statements refuse such names: its own tests hold that
        *kept, value = names
        names = (*(re.sub(r"[.`\\\r\n]", "_", name) for name in kept), value)
    schema, table, column, value = names
    told = {f"{table}{n}" for n in ("", 2, 3, 4, 5, 6)} | {f"{column}{n}" for n in ("", 2, 4)} | {schema}
    told |= {"repeated", "n", "sp_rename"}
    for sql in statements_of(STATEMENTS[dialect], *names):
        kinds, identifiers, literals = names_and_texts(sql, dialect)
        assert len(kinds) == 1, sql
        if kinds != ["Command"]:
            assert {one for one in identifiers if one} <= told, sql
            renamed = {f"{table}6", sql_name(dialect, schema, f"{table}2")} if "sp_rename" in identifiers else set()
            assert literals <= {value, "x", "1"} | renamed, sql


@pytest.mark.slow  # makes and drops a schema for each example
@settings(max_examples=25)
@given(names=st.tuples(NAMES, NAMES, NAMES, NAMES))
@example(names=('a"b', "t;'", "select", "it's\\"))
def test_every_statement_runs_on_duckdb(names):
    """Executed in order: each finds what the ones before it made, whatever it is called."""
    sql = type("Plain", (DuckDbStatements,), {"home": (), "placeholder": None})()
    with duckdb.connect() as connection:
        for statement in statements_of(sql, *names):
            connection.execute(statement)
        assert connection.execute("SELECT count(*) FROM duckdb_schemas() WHERE NOT internal").fetchone() == (0,)
