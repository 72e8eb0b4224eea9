SELECT * FROM "SALES"."in"."orders" LIMIT 0;
BEGIN;
SELECT COUNT(*) FROM "SALES"."in"."orders";
SELECT CAST(COUNT("id") AS VARCHAR), CAST(COUNT(DISTINCT "id") AS VARCHAR), CAST(AVG(CAST("id" AS DOUBLE)) AS VARCHAR), CAST(MIN("id") AS VARCHAR), CAST(MAX("id") AS VARCHAR) FROM "SALES"."in"."orders";
SELECT CAST(COUNT("name") AS VARCHAR), CAST(COUNT(DISTINCT "name") AS VARCHAR), CAST(AVG(CAST(LENGTH("name") AS DOUBLE)) AS VARCHAR), CAST(MIN(LENGTH("name")) AS VARCHAR), CAST(MAX(LENGTH("name")) AS VARCHAR) FROM "SALES"."in"."orders";
SELECT CAST(COUNT("place") AS VARCHAR) FROM "SALES"."in"."orders";
SELECT CAST(COUNT("_timestamp") AS VARCHAR), CAST(COUNT(DISTINCT "_timestamp") AS VARCHAR), CAST(MIN("_timestamp") AS VARCHAR), CAST(MAX("_timestamp") AS VARCHAR) FROM "SALES"."in"."orders";
COMMIT;
SELECT bytes FROM "SALES".information_schema.tables WHERE (table_schema = 'in' AND table_catalog = 'SALES') AND table_name = 'orders';
