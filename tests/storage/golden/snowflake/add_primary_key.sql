SELECT table_name, table_type FROM "SALES".information_schema.tables WHERE table_schema = 'in' AND table_catalog = 'SALES';
SELECT column_name, data_type, is_nullable, column_default, character_maximum_length, numeric_precision, numeric_scale FROM "SALES".information_schema.columns WHERE (table_schema = 'in' AND table_catalog = 'SALES') AND table_name = 'orders' ORDER BY ordinal_position NULLS FIRST;
SHOW PRIMARY KEYS IN TABLE "SALES"."in"."orders";
SELECT COUNT(*) FROM "SALES"."in"."orders" WHERE "id" IS NULL;
SELECT COUNT(*) FROM (SELECT 1 AS n FROM "SALES"."in"."orders" GROUP BY "id" HAVING COUNT(*) > 1) AS repeated;
ALTER TABLE "SALES"."in"."orders" ADD PRIMARY KEY ("id");
