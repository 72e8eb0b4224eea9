"""How BigQuery's projects and datasets are called, and what cannot be."""

import re

import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from understudy.config.models.storage_backends import BigQuerySettings
from understudy.domain.errors import StorageError
from understudy.domain.storage import StorageCredentials
from understudy.providers.storage.bigquery.backend import BigQueryBackend
from understudy.providers.storage.bigquery.names import BigQueryNames
from understudy.providers.storage.bigquery.statements import BigQueryStatements
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.sql.tables import Column, TableDefinition, TableName


def test_a_project_is_called_for_the_whole_world():
    name = BigQueryNames().project_database("KBC_eu", "123")
    assert re.fullmatch(r"kbc-eu-123-[0-9a-f]{4}", name)


@pytest.mark.parametrize(("prefix", "project"), [("", "1"), ("kbc", ""), ("1kbc", "1"), ("x" * 30, "1"), ("k c", "1")])
def test_a_project_that_cannot_be_called_so_is_refused(prefix, project):
    with pytest.raises(CommandFault) as caught:
        BigQueryNames().project_database(prefix, project)
    assert caught.value.code == 3000


def test_datasets_have_no_dots_and_no_dashes():
    names = BigQueryNames()
    assert names.bucket("in.c-main", "", is_default_branch=True) == "in_c_main"
    assert names.bucket("in.c-main", "12", is_default_branch=False) == "12_in_c_main"
    assert names.default_bucket("12_in_c_main", "12") == "in_c_main"
    assert names.workspace("w-1") == "WORKSPACE_w_1"
    assert names.share_role("kbc-eu", "1", "in.c-main") == "KBC_EU1_in_c_main_SHARE"


@pytest.mark.parametrize("name", ["other.secrets", "a`b", "a\\b", "a\nb", "x;y", "a$20240101", "a*"])
def test_a_name_that_would_lead_elsewhere_touches_nothing(name):
    driver = BigQueryBackend(BigQuerySettings(project="p")).create_driver_client()
    column = pb.TableColumn(name="id", type="INT64")
    for command in (
        pb.CreateTableCommand(path=["d"], table_name=name, columns=[column]),
        pb.DropTableCommand(path=[name], table_name="t"),
        pb.CreateTableCommand(path=["d"], table_name="t", columns=[pb.TableColumn(name=name, type="INT64")]),
    ):
        with pytest.raises(StorageError, match="nothing was touched") as caught:
            driver.run_command(StorageCredentials(), command)
        assert caught.value.code == 3000
    driver.close()


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30)


@given(schema=TEXTS, table=TEXTS, column=TEXTS, value=TEXTS)
def test_a_statement_is_of_its_names_and_values_or_is_not_made(schema, table, column, value):
    sql = BigQueryStatements()
    definition = TableDefinition(
        table=TableName((schema,), table),
        columns=(Column(name=column, type="STRING", default=value),),
        meta={"clustering": {"fields": [column]}},
        primary_key=(column,),
    )
    if set(".`\\\n\r") & set(schema + table + column):
        with pytest.raises(CommandFault):
            sql.create_table(definition)
        return
    statements = [*sql.create_table(definition), *sql.add_column(definition.table, definition.columns[0])]
    for statement in statements:
        trees = sqlglot.parse(statement, dialect="bigquery")
        assert len(trees) == 1
        assert {one.name for one in trees[0].find_all(exp.Identifier)} == {schema, table, column}
        assert {one.name for one in trees[0].find_all(exp.Literal) if one.is_string} <= {value}
