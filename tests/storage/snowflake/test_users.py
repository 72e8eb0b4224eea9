"""Statements of users, roles and grants: whatever is in a name or a password stays in it."""

import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import TokenType

from understudy.providers.storage.snowflake.statements import SnowflakeStatements
from understudy.providers.storage.sql.tables import TableName

SQL = SnowflakeStatements()
HOSTILE = (
    'a"b',
    "a'b",
    "a;DROP USER x;--",
    "a/*b*/",
    "line\nbreak",
    "back\\slash\\",
    "x TO ROLE ACCOUNTADMIN",
    "ünï🦆",
)
TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30),
)


def statements(schema, role, user, password):
    path, table = (user, schema), TableName((schema,), role)
    return [
        *SQL.create_role(role),
        *SQL.drop_role(role),
        *SQL.create_user(user, password),
        *SQL.reset_password(user, password),
        *SQL.prepare_user(user, role=role, warehouse=schema),
        *SQL.limit_user(user, 60),
        *SQL.drop_user(user),
        *SQL.grant_warehouse(schema, role),
        *SQL.grant_role_to_user(role, user),
        *SQL.revoke_role_from_user(role, user),
        *SQL.grant_role_to_role(role, user),
        *SQL.revoke_role_from_role(role, user),
        *SQL.grant_database(schema, role),
        *SQL.grant_database_use(schema, role),
        *SQL.grant_schema(path, role),
        *SQL.grant_schema_reading(path, role),
        *SQL.revoke_schema_reading(path, role),
        *SQL.grant_table_reading(table, role),
        *SQL.create_database(schema, retention_days=7),
        *SQL.drop_database(schema),
        *SQL.use(path),
        SQL.show_primary_key(table),
        *SQL.rename_table(table, user),
        *SQL.table_at(table, TableName(path, role), 1_700_000_000),
        *(one for tried, undone in SQL.permission_checks(role).values() for one in (*tried, *undone)),
    ]


def parts(sql):
    tokens = sqlglot.tokenize(sql, dialect="snowflake")
    kinds = {TokenType.IDENTIFIER: "name", TokenType.STRING: "text"}
    return [kinds.get(token.token_type, token.text) for token in tokens], {
        token.text for token in tokens if token.token_type in kinds
    }


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_nothing_gets_out_of_its_quotes(schema, role, user, password):
    """The words are those of a statement with plain names."""
    for sql, plain in zip(statements(schema, role, user, password), statements("s", "r", "u", "p"), strict=True):
        words, quoted = parts(sql)
        assert words == parts(plain)[0]
        assert quoted <= {schema, role, user, password}
