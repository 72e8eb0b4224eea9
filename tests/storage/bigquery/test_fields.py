"""Columns as the API describes them."""

import pytest
from google.cloud.bigquery import SchemaField

from understudy.providers.storage.bigquery.fields import column_of_field, type_of_field


@pytest.mark.parametrize(
    ("told", "kind", "length"),
    [
        ({"type": "INTEGER"}, "INT64", ""),
        ({"type": "FLOAT"}, "FLOAT64", ""),
        ({"type": "BOOLEAN"}, "BOOL", ""),
        ({"type": "INT64"}, "INT64", ""),
        ({"type": "STRING", "maxLength": "255"}, "STRING", "255"),
        ({"type": "BYTES", "maxLength": "16"}, "BYTES", "16"),
        ({"type": "NUMERIC", "precision": "10", "scale": "2"}, "NUMERIC", "10,2"),
        ({"type": "NUMERIC", "precision": "10"}, "NUMERIC", "10"),
        ({"type": "BIGNUMERIC"}, "BIGNUMERIC", ""),
        ({"type": "TIMESTAMP", "mode": "REPEATED"}, "ARRAY<TIMESTAMP>", ""),
        ({"type": "NUMERIC", "precision": "10", "scale": "2", "mode": "REPEATED"}, "ARRAY<NUMERIC(10,2)>", ""),
        ({"type": "RANGE", "rangeElementType": {"type": "DATE"}}, "RANGE<DATE>", ""),
        (
            {
                "type": "RECORD",
                "mode": "REPEATED",
                "fields": [
                    {"name": "a b", "type": "INTEGER"},
                    {"name": "in", "type": "RECORD", "fields": [{"name": "x", "type": "STRING", "maxLength": "3"}]},
                ],
            },
            "ARRAY<STRUCT<`a b` INT64, `in` STRUCT<`x` STRING(3)>>>",
            "",
        ),
    ],
)
def test_types_are_told_in_the_words_of_the_language(told, kind, length):
    field = SchemaField.from_api_repr({"name": "c", **told})
    column = column_of_field(field, "bigquery")
    assert (column.name, column.type, column.length, column.nullable) == ("c", kind, length, True)
    assert type_of_field(field) == column.full_type


@pytest.mark.parametrize(
    ("expression", "default", "is_sql"),
    [
        ("'it\\'s'", "it's", False),
        ("7", "7", False),
        ("-1.50", "-1.50", False),
        ("''", "", False),
        ("TRUE", "true", False),
        ("CURRENT_TIMESTAMP()", "CURRENT_TIMESTAMP()", True),
    ],
)
def test_a_default_is_its_text_or_the_engines_own_expression(expression, default, is_sql):
    field = SchemaField.from_api_repr(
        {"name": "c", "type": "STRING", "mode": "REQUIRED", "defaultValueExpression": expression}
    )
    column = column_of_field(field, "bigquery")
    assert (column.default, column.default_is_sql, column.nullable) == (default, is_sql, False)
