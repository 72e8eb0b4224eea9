"""The views in which a dedicated SQL pool tells of its tables, as far as a storage driver asks, over DuckDB's own."""

_TYPE = """coalesce(c.comment, CASE
 WHEN c.data_type LIKE 'DECIMAL%' THEN c.data_type WHEN c.data_type = 'INTEGER' THEN 'int'
 WHEN c.data_type IN ('BIGINT', 'SMALLINT', 'TINYINT', 'DATE', 'TIME') THEN lower(c.data_type)
 WHEN c.data_type = 'DOUBLE' THEN 'float' WHEN c.data_type = 'FLOAT' THEN 'real' WHEN c.data_type = 'BOOLEAN' THEN 'bit'
 WHEN c.data_type = 'TIMESTAMP WITH TIME ZONE' THEN 'datetimeoffset' WHEN c.data_type LIKE 'TIMESTAMP%' THEN 'datetime2'
 WHEN c.data_type = 'BLOB' THEN 'varbinary(8000)' ELSE 'nvarchar(4000)' END)"""

VIEWS = f"""
CREATE SCHEMA dbo;
CREATE SCHEMA sys;
CREATE SCHEMA information_schema_views;
CREATE TABLE sys.database_principals (name VARCHAR, type VARCHAR, type_desc VARCHAR);
CREATE VIEW sys.schemas AS SELECT oid AS schema_id, schema_name AS name, 1 AS principal_id FROM duckdb_schemas()
 WHERE database_name = current_database() AND NOT internal AND schema_name NOT IN ('sys', 'information_schema_views');
CREATE VIEW sys.tables AS SELECT t.table_oid AS object_id, t.table_name AS name, t.schema_oid AS schema_id,
 'U ' AS type, 'USER_TABLE' AS type_desc, t.estimated_size AS rows, t.comment AS key
 FROM duckdb_tables() t JOIN sys.schemas s ON s.schema_id = t.schema_oid WHERE t.database_name = current_database();
CREATE VIEW sys.views AS SELECT v.view_oid AS object_id, v.view_name AS name, v.schema_oid AS schema_id,
 'V ' AS type, 'VIEW' AS type_desc
 FROM duckdb_views() v JOIN sys.schemas s ON s.schema_id = v.schema_oid WHERE v.database_name = current_database();
CREATE VIEW sys.objects AS SELECT object_id, name, schema_id, type, type_desc FROM sys.tables
 UNION ALL SELECT * FROM sys.views;
CREATE VIEW sys.partitions AS SELECT object_id, 1 AS index_id, 1 AS partition_number, rows FROM sys.tables;
CREATE VIEW sys.typed AS SELECT c.*, {_TYPE} AS declared,
 replace(replace(lower(regexp_extract({_TYPE}, '^\\w+')), 'integer', 'int'), 'numeric', 'decimal') AS type_name,
 try_cast(replace(regexp_extract({_TYPE}, '\\((\\w+)', 1), 'MAX', '-1') AS INTEGER) AS first,
 try_cast(regexp_extract({_TYPE}, ',\\s*(\\d+)', 1) AS INTEGER) AS second
 FROM duckdb_columns() c JOIN sys.schemas s ON s.schema_id = c.schema_oid WHERE c.database_name = current_database();
CREATE VIEW sys.types AS SELECT DISTINCT type_name AS name, hash(type_name) % 256 AS user_type_id,
 hash(type_name) % 256 AS system_type_id FROM sys.typed;
CREATE VIEW sys.columns AS SELECT table_oid AS object_id, column_name AS name, column_index AS column_id,
 hash(type_name) % 256 AS user_type_id, hash(type_name) % 256 AS system_type_id,
 CASE WHEN type_name IN ('nvarchar', 'nchar') AND first > 0 THEN first * 2 ELSE coalesce(first, 8) END AS max_length,
 CASE WHEN type_name IN ('decimal', 'numeric') THEN coalesce(first, 18) ELSE 0 END AS precision,
 CASE WHEN type_name IN ('decimal', 'numeric') THEN coalesce(second, 0) ELSE 0 END AS scale, is_nullable FROM sys.typed;
CREATE VIEW sys.keys AS SELECT t.object_id, t.schema_id, t.name AS table_name, unnest(t.key::VARCHAR[]) AS column_name,
 unnest(range(1, len(t.key::VARCHAR[]) + 1)) AS ordinal FROM sys.tables t WHERE t.key IS NOT NULL;
CREATE VIEW sys.key_constraints AS SELECT DISTINCT 'PK_' || table_name AS name, object_id AS parent_object_id,
 'PK' AS type FROM sys.keys;
CREATE VIEW sys.indexes AS SELECT DISTINCT object_id, 'PK_' || table_name AS name, 1 AS index_id, true AS is_primary_key
 FROM sys.keys;
CREATE VIEW sys.index_columns AS SELECT k.object_id, 1 AS index_id, c.column_id, k.ordinal AS key_ordinal
 FROM sys.keys k JOIN sys.columns c ON c.object_id = k.object_id AND c.name = k.column_name;
CREATE VIEW sys.default_constraints AS SELECT 'DF_' || table_name || '_' || column_name AS name,
 table_oid AS parent_object_id, column_index AS parent_column_id FROM sys.typed WHERE column_default IS NOT NULL;
CREATE VIEW information_schema_views.schemata AS SELECT current_database() AS catalog_name, name AS schema_name
 FROM sys.schemas;
CREATE VIEW information_schema_views.tables AS SELECT current_database() AS table_catalog, s.name AS table_schema,
 o.name AS table_name, CASE o.type WHEN 'V ' THEN 'VIEW' ELSE 'BASE TABLE' END AS table_type
 FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id;
CREATE VIEW information_schema_views.columns AS SELECT current_database() AS table_catalog, schema_name AS table_schema,
 table_name, column_name, column_index AS ordinal_position, column_default,
 CASE WHEN is_nullable THEN 'YES' ELSE 'NO' END AS is_nullable, type_name AS data_type,
 CASE WHEN type_name IN ('varchar', 'nvarchar', 'char', 'nchar', 'varbinary') THEN first END
 AS character_maximum_length,
 CASE WHEN type_name IN ('decimal', 'numeric') THEN coalesce(first, 18) END AS numeric_precision,
 CASE WHEN type_name IN ('decimal', 'numeric') THEN coalesce(second, 0) END AS numeric_scale,
 CASE WHEN type_name IN ('datetime2', 'datetimeoffset', 'time') THEN coalesce(first, 7) END AS datetime_precision
 FROM sys.typed;
CREATE VIEW information_schema_views.table_constraints AS SELECT DISTINCT s.name AS table_schema, k.table_name,
 'PK_' || k.table_name AS constraint_name, 'PRIMARY KEY' AS constraint_type
 FROM sys.keys k JOIN sys.schemas s ON s.schema_id = k.schema_id;
CREATE VIEW information_schema_views.key_column_usage AS SELECT s.name AS table_schema, k.table_name, k.column_name,
 'PK_' || k.table_name AS constraint_name, k.ordinal AS ordinal_position
 FROM sys.keys k JOIN sys.schemas s ON s.schema_id = k.schema_id;
CREATE MACRO object_id(wanted) AS (SELECT min(o.object_id) FROM sys.objects o
 JOIN sys.schemas s ON s.schema_id = o.schema_id
 WHERE lower(replace(replace(wanted, '[', ''), ']', '')) IN (lower(s.name || '.' || o.name), lower(o.name)));
CREATE MACRO schema_id(wanted) AS (SELECT schema_id FROM sys.schemas s WHERE lower(s.name) = lower(wanted));
CREATE MACRO db_name() AS current_database();
CREATE MACRO sysutcdatetime() AS CAST(now() AT TIME ZONE 'UTC' AS TIMESTAMP);
"""
