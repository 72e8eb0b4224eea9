SELECT schema_name FROM "SALES".information_schema.schemata WHERE catalog_name = 'SALES';
SELECT table_name, table_type FROM "SALES".information_schema.tables WHERE table_schema = 'in' AND table_catalog = 'SALES';
SELECT * FROM "SALES"."in"."orders" LIMIT 0;
CREATE VIEW "SALES"."in"."v" AS SELECT "id" FROM "SALES"."in"."orders" WHERE "name" = 'x';
