SELECT table_name, table_type FROM "SALES".information_schema.tables WHERE table_schema = 'in' AND table_catalog = 'SALES';
SELECT column_name, data_type, is_nullable, column_default, character_maximum_length, numeric_precision, numeric_scale FROM "SALES".information_schema.columns WHERE (table_schema = 'in' AND table_catalog = 'SALES') AND table_name = 'orders' ORDER BY ordinal_position NULLS FIRST;
BEGIN;
SELECT COUNT(*) FROM "SALES"."in"."orders";
DELETE FROM "SALES"."in"."orders" WHERE "name" = ? -- ['x'];
SELECT COUNT(*) FROM "SALES"."in"."orders";
COMMIT;
SELECT bytes FROM "SALES".information_schema.tables WHERE (table_schema = 'in' AND table_catalog = 'SALES') AND table_name = 'orders';
