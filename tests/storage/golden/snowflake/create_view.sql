SELECT schema_name FROM "SALES".information_schema.schemata WHERE catalog_name = 'SALES';
SELECT table_name, table_type FROM "SALES".information_schema.tables WHERE table_schema = 'in' AND table_catalog = 'SALES';
SELECT column_name, data_type, is_nullable, column_default, character_maximum_length, numeric_precision, numeric_scale FROM "SALES".information_schema.columns WHERE (table_schema = 'in' AND table_catalog = 'SALES') AND table_name = 'orders' ORDER BY ordinal_position NULLS FIRST;
CREATE VIEW "SALES"."in"."v" AS SELECT "id" FROM "SALES"."in"."orders" WHERE "name" = 'x';
