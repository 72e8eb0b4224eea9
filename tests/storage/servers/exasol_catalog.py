"""The system tables in which Exasol tells of schemas, tables, columns, keys and users, over DuckDB's own."""

_OWN = "database_name = current_database() AND schema_name NOT IN ('SYS', 'main')"
_DECLARED = "CASE WHEN comment LIKE '%CHAR%' THEN comment || ' UTF8' ELSE replace(comment, ', ', ',') END"
_TYPE = f"""coalesce({_DECLARED}, CASE
 WHEN data_type LIKE 'DECIMAL%' THEN data_type
 WHEN data_type IN ('TINYINT', 'SMALLINT') THEN 'DECIMAL(9,0)'
 WHEN data_type IN ('INTEGER', 'BIGINT') THEN 'DECIMAL(18,0)'
 WHEN data_type = 'HUGEINT' THEN 'DECIMAL(36,0)'
 WHEN data_type IN ('DOUBLE', 'FLOAT') THEN 'DOUBLE' WHEN data_type IN ('BOOLEAN', 'DATE') THEN data_type
 WHEN data_type LIKE 'TIMESTAMP%' THEN 'TIMESTAMP(3)' ELSE 'VARCHAR(2000000) UTF8' END)"""
_SIZE = f"try_cast(regexp_extract({_TYPE}, '\\((\\d+)', 1) AS INTEGER)"
_SCALE = f"try_cast(regexp_extract({_TYPE}, ',\\s*(\\d+)', 1) AS INTEGER)"

_VIEWS = {
    "SCHEMAS": "SELECT schema_name AS SCHEMA_NAME, 'SYS' AS SCHEMA_OWNER, oid AS SCHEMA_OBJECT_ID"
    f" FROM duckdb_schemas() WHERE {_OWN} AND NOT internal",
    "TABLES": "SELECT schema_name AS TABLE_SCHEMA, table_name AS TABLE_NAME, 'SYS' AS TABLE_OWNER,"
    " table_oid AS TABLE_OBJECT_ID, comment IS NOT NULL AS TABLE_HAS_PRIMARY_KEY, estimated_size AS TABLE_ROW_COUNT,"
    f" NULL AS TABLE_COMMENT FROM duckdb_tables() WHERE {_OWN}",
    "VIEWS": "SELECT schema_name AS VIEW_SCHEMA, view_name AS VIEW_NAME, sql AS VIEW_TEXT, view_oid AS VIEW_OBJECT_ID"
    f" FROM duckdb_views() WHERE {_OWN}",
    "OBJECTS": "SELECT schema_name AS ROOT_NAME, table_name AS OBJECT_NAME, 'TABLE' AS OBJECT_TYPE FROM duckdb_tables()"
    f" WHERE {_OWN} UNION ALL SELECT schema_name, view_name, 'VIEW' FROM duckdb_views() WHERE {_OWN}"
    f" UNION ALL SELECT NULL, schema_name, 'SCHEMA' FROM duckdb_schemas() WHERE {_OWN} AND NOT internal",
    "OBJECT_SIZES": "SELECT schema_name AS ROOT_NAME, table_name AS OBJECT_NAME, 'TABLE' AS OBJECT_TYPE,"
    f" estimated_size * 8 AS RAW_OBJECT_SIZE, estimated_size * 4 AS MEM_OBJECT_SIZE FROM duckdb_tables() WHERE {_OWN}",
    "COLUMNS": "SELECT schema_name AS COLUMN_SCHEMA, table_name AS COLUMN_TABLE, column_name AS COLUMN_NAME,"
    f" {_TYPE} AS COLUMN_TYPE, {_SIZE} AS COLUMN_MAXSIZE,"
    f" CASE WHEN {_TYPE} LIKE 'DECIMAL%' THEN coalesce({_SIZE}, 18) END AS COLUMN_NUM_PREC,"
    f" CASE WHEN {_TYPE} LIKE 'DECIMAL%' THEN coalesce({_SCALE}, 0) END AS COLUMN_NUM_SCALE,"
    " column_index AS COLUMN_ORDINAL_POSITION, is_nullable AS COLUMN_IS_NULLABLE, column_default AS COLUMN_DEFAULT"
    f" FROM duckdb_columns() WHERE {_OWN}",
    "CONSTRAINT_COLUMNS": "SELECT schema_name AS CONSTRAINT_SCHEMA, table_name AS CONSTRAINT_TABLE,"
    " 'PRIMARY KEY' AS CONSTRAINT_TYPE, 'PK_' || table_name AS CONSTRAINT_NAME,"
    " unnest(range(1, len(comment::VARCHAR[]) + 1)) AS ORDINAL_POSITION, unnest(comment::VARCHAR[]) AS COLUMN_NAME"
    f" FROM duckdb_tables() WHERE {_OWN} AND comment IS NOT NULL",
    "CONSTRAINTS": "SELECT schema_name AS CONSTRAINT_SCHEMA, table_name AS CONSTRAINT_TABLE,"
    " 'PRIMARY KEY' AS CONSTRAINT_TYPE, 'PK_' || table_name AS CONSTRAINT_NAME, true AS CONSTRAINT_ENABLED"
    f" FROM duckdb_tables() WHERE {_OWN} AND comment IS NOT NULL",
    "USERS": "SELECT name AS USER_NAME FROM SYS.principals WHERE kind = 'USER'",
    "ROLES": "SELECT name AS ROLE_NAME FROM SYS.principals WHERE kind = 'ROLE'",
}
VIEWS = "".join(
    (
        "CREATE SCHEMA SYS; CREATE TABLE SYS.principals (name VARCHAR, kind VARCHAR);",
        *(
            f"CREATE VIEW SYS.EXA_{scope}_{name} AS {select};"
            for name, select in _VIEWS.items()
            for scope in ("ALL", "DBA", "USER")
        ),
        "CREATE VIEW SYS.EXA_SCHEMAS AS FROM SYS.EXA_ALL_SCHEMAS;",
    )
)
