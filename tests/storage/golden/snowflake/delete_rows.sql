SELECT table_name, table_type FROM "SALES".information_schema.tables WHERE table_schema = 'in' AND table_catalog = 'SALES';
SELECT * FROM "SALES"."in"."orders" LIMIT 0;
BEGIN;
SELECT COUNT(*) FROM "SALES"."in"."orders";
DELETE FROM "SALES"."in"."orders" WHERE "name" = ? -- ['x'];
SELECT COUNT(*) FROM "SALES"."in"."orders";
COMMIT;
SELECT bytes FROM "SALES".information_schema.tables WHERE (table_schema = 'in' AND table_catalog = 'SALES') AND table_name = 'orders';
