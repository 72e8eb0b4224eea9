SELECT schema_name FROM information_schema.schemata;
SELECT table_name, table_type FROM information_schema.tables WHERE LOWER(table_schema) = LOWER(N'in_c_main');
CREATE TABLE [in_c_main].[Long] ([a] NVARCHAR(MAX)) WITH (DISTRIBUTION = ROUND_ROBIN, HEAP);
SELECT column_name, data_type, character_maximum_length, numeric_precision, numeric_scale, datetime_precision, is_nullable, column_default FROM information_schema.columns WHERE LOWER(table_schema) = LOWER(N'in_c_main') AND LOWER(table_name) = LOWER(N'Long') ORDER BY ordinal_position;
SELECT k.name, c.name FROM sys.schemas AS s JOIN sys.tables AS t ON t.schema_id = s.schema_id JOIN sys.key_constraints AS k ON k.parent_object_id = t.object_id JOIN sys.indexes AS i ON i.object_id = t.object_id JOIN sys.index_columns AS x ON x.object_id = i.object_id AND x.index_id = i.index_id JOIN sys.columns AS c ON c.object_id = x.object_id AND c.column_id = x.column_id WHERE k.type = 'PK' AND i.is_primary_key = 1 AND LOWER(s.name) = LOWER(N'in_c_main') AND LOWER(t.name) = LOWER(N'Long') ORDER BY x.key_ordinal;
SELECT COUNT_BIG(*) FROM [in_c_main].[Long];
