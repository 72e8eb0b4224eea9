SELECT schema_name FROM "SALES".information_schema.schemata WHERE catalog_name = 'SALES';
SELECT table_name, table_type FROM "SALES".information_schema.tables WHERE table_schema = 'in' AND table_catalog = 'SALES';
CREATE TABLE "SALES"."in"."new" ("hos""tile" DECIMAL(38, 2) NOT NULL, "name" VARCHAR(10) DEFAULT CAST('it\'s' AS VARCHAR(10)), PRIMARY KEY ("hos""tile"));
SELECT column_name, data_type, is_nullable, column_default, character_maximum_length, numeric_precision, numeric_scale FROM "SALES".information_schema.columns WHERE (table_schema = 'in' AND table_catalog = 'SALES') AND table_name = 'new' ORDER BY ordinal_position NULLS FIRST;
SHOW PRIMARY KEYS IN TABLE "SALES"."in"."new";
SELECT COUNT(*) FROM "SALES"."in"."new";
SELECT bytes FROM "SALES".information_schema.tables WHERE (table_schema = 'in' AND table_catalog = 'SALES') AND table_name = 'new';
