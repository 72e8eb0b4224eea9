"""Columns as the API describes them, in the words of the language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.providers.storage.sql.defaults import literal_text
from understudy.providers.storage.sql.tables import Column

if TYPE_CHECKING:
    from google.cloud.bigquery import SchemaField

__all__ = ["column_of_field", "type_of_field"]

_NAMES = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL", "RECORD": "STRUCT"}
"""The API's old names; it takes and gives both."""


def column_of_field(field: SchemaField, dialect: str) -> Column:
    """A table's column."""
    default = field.default_value_expression
    text = None if default is None else literal_text(default, dialect)
    repeated = field.mode == "REPEATED"
    return Column(
        name=field.name,
        type=type_of_field(field) if repeated else _plain(field),
        length="" if repeated else _length(field),
        nullable=field.mode != "REQUIRED",
        default=default if text is None else text,
        default_is_sql=default is not None and text is None,
    )


def type_of_field(field: SchemaField) -> str:
    """The whole type of a column: ``ARRAY<STRUCT<a INT64, b NUMERIC(10,2)>>``."""
    length = _length(field)
    kind = f"{_plain(field)}({length})" if length else _plain(field)
    return f"ARRAY<{kind}>" if field.mode == "REPEATED" else kind


def _plain(field: SchemaField) -> str:
    name = _NAMES.get(field.field_type, field.field_type)
    if name == "STRUCT":
        return f"STRUCT<{', '.join(f'`{one.name}` {type_of_field(one)}' for one in field.fields)}>"
    if name == "RANGE" and field.range_element_type is not None:
        return f"RANGE<{field.range_element_type.element_type}>"
    return str(name)


def _length(field: SchemaField) -> str:
    if field.precision is not None:
        return f"{field.precision},{field.scale}" if field.scale else str(field.precision)
    return "" if field.max_length is None else str(field.max_length)
