SELECT table_name, table_type FROM "SALES".information_schema.tables WHERE table_schema = 'in' AND table_catalog = 'SALES';
DROP TABLE "SALES"."in"."orders";
