SELECT schema_name FROM information_schema.schemata;
CREATE SCHEMA [new]]];
SELECT schema_name FROM information_schema.schemata;
SELECT table_name, table_type FROM information_schema.tables WHERE LOWER(table_schema) = LOWER(N'in_c_main');
DROP VIEW [in_c_main].[seen];
DROP TABLE [in_c_main].[Orders];
SELECT schema_name FROM information_schema.schemata;
DROP SCHEMA [in_c_main];
