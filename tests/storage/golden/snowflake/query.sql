SELECT schema_name FROM "SALES".information_schema.schemata WHERE catalog_name = 'SALES';
USE SCHEMA "SALES"."in";
SELECT * FROM "orders";
