SELECT table_name, table_type FROM "SALES".information_schema.tables WHERE table_schema = 'in' AND table_catalog = 'SALES';
SELECT schema_name FROM "SALES".information_schema.schemata WHERE catalog_name = 'SALES';
SELECT table_name, table_type FROM "SALES".information_schema.tables WHERE table_schema = 'in' AND table_catalog = 'SALES';
ALTER TABLE "SALES"."in"."orders" RENAME TO "SALES"."in"."renamed";
SELECT column_name, data_type, is_nullable, column_default, character_maximum_length, numeric_precision, numeric_scale FROM "SALES".information_schema.columns WHERE (table_schema = 'in' AND table_catalog = 'SALES') AND table_name = 'renamed' ORDER BY ordinal_position NULLS FIRST;
SHOW PRIMARY KEYS IN TABLE "SALES"."in"."renamed";
SELECT COUNT(*) FROM "SALES"."in"."renamed";
SELECT bytes FROM "SALES".information_schema.tables WHERE (table_schema = 'in' AND table_catalog = 'SALES') AND table_name = 'renamed';
