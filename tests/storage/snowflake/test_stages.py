"""Statements around stages: whatever is in a name or a value stays in it."""

import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import TokenType

from understudy.providers.storage.files.csv_format import CsvFormat
from understudy.providers.storage.snowflake.stages import ExternalPlace, StageStatements, Word
from understudy.providers.storage.snowflake.statements import SnowflakeStatements
from understudy.providers.storage.sql.loading import LoadColumn
from understudy.providers.storage.sql.tables import Column, TableName

STAGES = StageStatements(SnowflakeStatements())
HOSTILE = ('a"b', "a'b", "a;DROP TABLE x;--", "a/*b*/", "line\nbreak", "back\\slash\\", "a b", "@x", "$1", "ünï🦆", ")")
TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30),
)


def parts(sql):
    """A statement's words in their order, ``name`` and ``text`` for what is quoted, and all that is."""
    tokens = sqlglot.tokenize(sql, dialect="snowflake")
    kinds = {TokenType.IDENTIFIER: "name", TokenType.STRING: "text"}
    quoted = {token.text for token in tokens if token.token_type in kinds}
    return [kinds.get(token.token_type, token.text) for token in tokens], quoted


def statements(schema, column, value, key):
    stage, table = TableName((schema,), "stage"), TableName((schema,), "table")
    place = ExternalPlace(url=f"s3://{value}/", credentials={"AWS_KEY_ID": key, "AWS_SECRET_KEY": value})
    csv = CsvFormat(delimiter=value, enclosure="'", escape="\\", gzip=True)
    target = Column(name=column, type="VARCHAR")
    return [
        STAGES.create(stage, place),
        STAGES.create(stage, ExternalPlace(url=value, credentials={}, integration=column)),
        STAGES.create(stage, None),
        STAGES.drop(stage),
        STAGES.put(stage, value),
        STAGES.get(stage, value),
        STAGES.copy_csv(table, [target], stage, [key, value], csv),
        STAGES.copy_parquet(table, [LoadColumn(source=value, target=target)], stage, [key]),
        STAGES.unload("SELECT 1", stage, key, csv=csv, slice_bytes=5),
    ]


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_nothing_gets_out_of_its_quotes(schema, column, value, key):
    """The words are those of a statement with plain names: with a blank in each, stages are quoted as a whole."""
    schema, column, value, key = (f" {one}" for one in (schema, column, value, key))
    located = f"@{STAGES.sql.quoted(schema)}.{STAGES.sql.quoted('stage')}"
    told = {schema, column, value, key, "stage", "table", "'", "\\", "SNOWFLAKE_SSE", located, f"{located}/{key}"}
    told |= {f"s3://{value}/", f"file://{value}", f"file://{value}/"}
    for sql, plain in zip(statements(schema, column, value, key), statements(" s", " c", " v", " k"), strict=True):
        words, quoted = parts(sql)
        assert words == parts(plain)[0]
        assert quoted <= told


@pytest.mark.parametrize(
    ("schema", "path", "shown"),
    [
        ("in", "", '@"in"."s"'),
        ("in", "out/rows-1.csv", '@"in"."s"/out/rows-1.csv'),
        ("in c", "", """'@"in c"."s"'"""),
        ("in", "a b", """'@"in"."s"/a b'"""),
        ("in", "it's", """'@"in"."s"/it\\'s'"""),
    ],
)
def test_a_stage_is_quoted_as_a_whole_where_it_must(schema, path, shown):
    assert STAGES.location(TableName((schema,), "s"), path) == shown


def test_options_are_written_by_what_they_are():
    given_ = {"A": Word("CSV"), "B": True, "C": 5, "D": "it's", "E": ["x", "y"], "F": {"G": False}, "H": ()}
    assert STAGES.options(given_) == r"A = CSV B = TRUE C = 5 D = 'it\'s' E = ('x', 'y') F = (G = FALSE) H = ()"
