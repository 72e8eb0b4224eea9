"""Names become folders and aliases that no other name has, and that end no statement."""

import re

import pytest
import sqlglot
from hypothesis import example, given
from hypothesis import strategies as st

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.delta.places import Place, folder_name, name_of_folder
from understudy.providers.storage.delta.statements import DeltaStatements
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.sql.tables import Column, TableDefinition, TableName

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=80)


@given(schema=NAMES, table=NAMES, moment=st.none() | st.integers(1, 2**40))
@example(schema="a/b", table='"; DROP TABLE x; --', moment=None)
@example(schema="~41", table="A@7", moment=7)
def test_an_alias_gives_its_place_back(schema, table, moment):
    place = Place(schema, table, moment)
    assert Place.parse(place.alias) == place
    assert re.fullmatch(r"[a-z0-9_~-]+/[a-z0-9_~-]+(@[0-9]+)?", place.alias)


@given(name=NAMES.filter(lambda name: len(name.encode()) <= 80))
def test_a_folder_gives_its_name_back_and_leads_nowhere_else(name):
    folder = folder_name(name)
    assert name_of_folder(folder) == name
    assert re.fullmatch(r"[A-Za-z0-9_~-]{1,250}", folder)


@given(one=NAMES, other=NAMES)
def test_two_names_have_two_aliases_where_case_is_ignored_too(one, other):
    same = Place("s", one).alias.lower() == Place("s", other).alias.lower()
    assert same == (one == other)


@given(table=NAMES, column=NAMES, default=NAMES)
@example(table="t", column='"a" INT); DROP TABLE x; --', default='\') PARTITIONED BY ("x"')
def test_a_definition_parses_back_to_its_names(table, column, default):
    columns = (Column(name=column, type="VARCHAR", default=default),)
    meta = {"partition_by": [column]}
    definition = TableDefinition(table=TableName(("s",), table), columns=columns, primary_key=(column,), meta=meta)
    (made,) = DeltaStatements().create_table(definition)
    (tree,) = sqlglot.parse(made, dialect="duckdb")
    assert {one.name for one in tree.find_all(sqlglot.exp.Identifier)} == {Place("s", table).alias, column}
    assert [one.name for one in tree.find_all(sqlglot.exp.Literal)] == [default]


def test_a_name_that_no_file_system_takes_is_refused():
    with pytest.raises(CommandFault) as caught:
        folder_name("ü" * 60)
    assert caught.value.code == StorageCode.VALIDATION


def test_folders_of_others_are_no_names():
    assert [name_of_folder(one) for one in ("~", "~4", "~zz", "~ff", "")] == [None] * 5
