SELECT schema_name FROM information_schema.schemata;
SELECT table_name, table_type FROM information_schema.tables WHERE LOWER(table_schema) = LOWER(N'in_c_main');
SELECT column_name, data_type, character_maximum_length, numeric_precision, numeric_scale, datetime_precision, is_nullable, column_default FROM information_schema.columns WHERE LOWER(table_schema) = LOWER(N'in_c_main') AND LOWER(table_name) = LOWER(N'Orders') ORDER BY ordinal_position;
CREATE VIEW [in_c_main].[v] AS SELECT [id], [name], [long], [rate], [flag], [_timestamp] FROM [in_c_main].[Orders] WHERE [name] = N'ž''';
