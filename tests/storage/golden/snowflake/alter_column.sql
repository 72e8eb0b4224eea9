SELECT table_name, table_type FROM "SALES".information_schema.tables WHERE table_schema = 'in' AND table_catalog = 'SALES';
SELECT column_name, data_type, is_nullable, column_default, character_maximum_length, numeric_precision, numeric_scale FROM "SALES".information_schema.columns WHERE (table_schema = 'in' AND table_catalog = 'SALES') AND table_name = 'orders' ORDER BY ordinal_position NULLS FIRST;
ALTER TABLE "SALES"."in"."orders" ALTER COLUMN "name" SET DATA TYPE VARCHAR(500);
ALTER TABLE "SALES"."in"."orders" ALTER COLUMN "name" DROP NOT NULL;
ALTER TABLE "SALES"."in"."orders" ALTER COLUMN "name" DROP DEFAULT;
SELECT column_name, data_type, is_nullable, column_default, character_maximum_length, numeric_precision, numeric_scale FROM "SALES".information_schema.columns WHERE (table_schema = 'in' AND table_catalog = 'SALES') AND table_name = 'orders' ORDER BY ordinal_position NULLS FIRST;
SHOW PRIMARY KEYS IN TABLE "SALES"."in"."orders";
SELECT COUNT(*) FROM "SALES"."in"."orders";
SELECT bytes FROM "SALES".information_schema.tables WHERE (table_schema = 'in' AND table_catalog = 'SALES') AND table_name = 'orders';
