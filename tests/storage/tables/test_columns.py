"""Columns and keys on the reference backend."""

import pytest

from understudy.providers.storage.protocol import storage_pb2 as pb

_Attribute = pb.AlterColumnCommand.Attribute
TYPE, LENGTH, NULLABLE, DEFAULT = map(_Attribute.Value, ("TYPE", "LENGTH", "NULLABLE", "DEFAULT"))


@pytest.fixture
def table(tables):
    """Rows with and without a null in ``b``."""
    tables.create("t", ("a", "INTEGER"), ("b", "VARCHAR"), ("c", "DECIMAL(10,2)"))
    tables.fill("t", (1, "10", 1.5), (2, None, 2.5))
    return tables


def add(tables, name, kind, **options):
    made = pb.TableColumn(name=name, type=kind, **{"nullable": True, **options})
    return pb.AddColumnCommand(path=tables.path, table_name="t", column=made)


def alter(tables, attributes, **desired):
    made = pb.TableColumn(**{"nullable": True, **desired})
    return pb.AlterColumnCommand(path=tables.path, table_name="t", desired=made, attributes_to_update=attributes)


def test_a_column_is_added_last_and_once(table):
    made = table.run(add(table, "d", "INTEGER", nullable=False, default_value="4", has_default=True)).table
    assert [column.name for column in made.columns] == ["a", "b", "c", "d"]
    assert table.rows("t", columns=["d"]) == [("4",), ("4",)]
    assert table.fails(add(table, "D", "INTEGER"), 2006).reason


def test_a_column_without_nulls_needs_a_default_where_there_are_rows(table):
    table.fails(add(table, "d", "INTEGER", nullable=False), 3000)
    table.run(pb.DeleteTableRowsCommand(path=table.path, table_name="t"))
    made = table.run(add(table, "d", "INTEGER", nullable=False)).table
    assert not made.columns[-1].nullable


def test_a_column_is_dropped_unless_something_needs_it(table):
    def drop(name):
        return pb.DropColumnCommand(path=table.path, table_name="t", column_name=name)

    table.run(drop("B"))
    error = table.fails(drop("b"), 2005)
    assert "'b'" in error.reason
    table.run(pb.AddPrimaryKeyCommand(path=table.path, table_name="t", primary_key=["a"]))
    table.fails(drop("a"), 3000)
    table.run(drop("c"))
    table.run(pb.DropPrimaryKeyCommand(path=table.path, table_name="t"))
    table.fails(drop("a"), 3000)


def test_each_attribute_is_altered_by_itself_and_told_of(table):
    """One refuses, the others are done."""
    answer = table.run(
        alter(
            table,
            [TYPE, NULLABLE, DEFAULT],
            name="b",
            type="INTEGER",
            nullable=False,
            default_value="5",
            has_default=True,
        )
    )
    assert [(one.attribute, one.done) for one in answer.outcomes] == [(TYPE, True), (NULLABLE, False), (DEFAULT, True)]
    assert "NOT NULL" in answer.outcomes[1].reason
    found = answer.table.columns[1]
    assert (found.type, found.nullable, found.default_value) == ("INTEGER", True, "5")


def test_what_stays_as_it_was_is_told_the_user(table):
    from understudy.domain.storage import StorageCredentials

    command = alter(table, [NULLABLE, DEFAULT], name="b", type="VARCHAR", nullable=False)
    result = table.driver.run_command(StorageCredentials(), command)
    assert [message.message.partition(" ")[0] for message in result.messages] == ["NULLABLE"]


def test_that_nothing_could_be_altered_is_an_error(table):
    from understudy.domain.errors import StorageError
    from understudy.domain.storage import StorageCredentials

    table.run(pb.DeleteTableRowsCommand(path=table.path, table_name="t"))
    table.fill("t", (1, "x", 1.5))
    with pytest.raises(StorageError) as caught:
        table.driver.run_command(StorageCredentials(), alter(table, [TYPE], name="b", type="INTEGER"))
    assert caught.value.code not in (0, 3000)
    assert "TYPE" in caught.value.reason


def test_type_and_length_are_one_change(table):
    answer = table.run(alter(table, [LENGTH], name="c", type="ignored", length="12,4"))
    assert [one.done for one in answer.outcomes] == [True]
    answer = table.run(alter(table, [LENGTH, TYPE], name="C", type="DECIMAL", length="14,5"))
    assert [one.done for one in answer.outcomes] == [True, True]
    assert (answer.table.columns[2].name, answer.table.columns[2].length) == ("c", "14,5")


def test_a_default_is_taken_away(table):
    table.run(alter(table, [DEFAULT], name="b", type="VARCHAR", default_value="x", has_default=True))
    answer = table.run(alter(table, [DEFAULT], name="b", type="VARCHAR"))
    assert not answer.table.columns[1].has_default


@pytest.mark.parametrize(
    ("attributes", "desired", "code"),
    [
        ([], {"name": "b", "type": "VARCHAR"}, 3000),
        ([TYPE, TYPE], {"name": "b", "type": "INTEGER"}, 3000),
        ([99], {"name": "b", "type": "INTEGER"}, 3000),
        ([TYPE], {"name": "nothing", "type": "INTEGER"}, 2005),
        ([TYPE], {"name": "b", "type": "no type ("}, 3000),
        ([DEFAULT], {"name": "a", "type": "INTEGER", "default_value": "x", "has_default": True}, 3000),
    ],
)
def test_an_alteration_that_cannot_be_is_refused(table, attributes, desired, code):
    table.fails(alter(table, attributes, **desired), code)


def test_a_key_is_enforced_and_dropped_again_with_all_else_as_it_was(table):
    key = pb.AddPrimaryKeyCommand(path=table.path, table_name="t", primary_key=["A"])
    table.run(alter(table, [DEFAULT], name="b", type="VARCHAR", default_value="it's", has_default=True))
    table.run(key)
    table.fails(key, 2006)
    with pytest.raises(Exception, match="Duplicate key"):
        table.fill("t", (1, "again", 0))
    table.run(pb.DropPrimaryKeyCommand(path=table.path, table_name="t"))
    table.fill("t", (1, "again", 0))
    assert [row[0] for row in table.rows("t")] == ["1", "2", "1"]
    columns = table.run(add(table, "z", "INTEGER")).table.columns
    assert [(one.name, one.default_value, one.nullable) for one in columns] == [
        ("a", "", False),
        ("b", "it's", True),
        ("c", "", True),
        ("z", "", True),
    ]
    table.fails(pb.DropPrimaryKeyCommand(path=table.path, table_name="t"), 2000)


@pytest.mark.parametrize(("name", "reason"), [("b", "null"), ("same", "more than once")])
def test_values_that_are_no_key_are_refused(table, name, reason):
    table.run(add(table, "same", "INTEGER", default_value="1", has_default=True))
    command = pb.AddPrimaryKeyCommand(path=table.path, table_name="t", primary_key=[name])
    assert reason in table.fails(command, 3000).reason
    skipping = pb.AddPrimaryKeyCommand(path=table.path, table_name="t", primary_key=[name], skip_duplicates_check=True)
    with pytest.raises(Exception, match="code"):
        table.run(skipping)
    table.fails(pb.DropPrimaryKeyCommand(path=table.path, table_name="t"), 2000)


@pytest.mark.parametrize(("names", "code"), [([], 3000), (["a", "A"], 3000), (["nothing"], 2005)])
def test_a_key_of_impossible_columns_is_refused(table, names, code):
    table.fails(pb.AddPrimaryKeyCommand(path=table.path, table_name="t", primary_key=names), code)


def test_a_key_stays_where_an_index_would_be_lost_with_it(table):
    """The engine takes a key away only with the table: what nothing here can make again is not dropped silently."""
    table.run(pb.AddPrimaryKeyCommand(path=table.path, table_name="t", primary_key=["a"]))
    table.behind("CREATE INDEX by_b ON {} (b)", "t")
    error = table.fails(pb.DropPrimaryKeyCommand(path=table.path, table_name="t"), 2010)
    assert "by_b" in error.reason
    assert len(table.rows("t")) == 2
