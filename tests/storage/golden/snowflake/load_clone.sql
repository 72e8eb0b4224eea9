SELECT * FROM "SALES"."in"."orders" LIMIT 0;
SELECT schema_name FROM "SALES".information_schema.schemata WHERE catalog_name = 'SALES';
SELECT table_name, table_type FROM "SALES".information_schema.tables WHERE table_schema = 'in' AND table_catalog = 'SALES';
DROP TABLE "SALES"."in"."copy";
CREATE TABLE "SALES"."in"."copy" CLONE "SALES"."in"."orders";
SELECT COUNT(*) FROM "SALES"."in"."copy";
