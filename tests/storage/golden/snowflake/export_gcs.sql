SELECT * FROM "SALES"."in"."orders" LIMIT 0;
CREATE TEMPORARY STAGE "SALES"."in"."__understudy_<1>" URL = 'gcs://my-bucket/' STORAGE_INTEGRATION = "buckets";
COPY INTO @"SALES"."in"."__understudy_<1>"/out/rows.csv FROM (SELECT "id" FROM "SALES"."in"."orders" WHERE "name" = 'it\'s') FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE FIELD_DELIMITER = ',' FIELD_OPTIONALLY_ENCLOSED_BY = '"' ESCAPE_UNENCLOSED_FIELD = NONE NULL_IF = () EMPTY_FIELD_AS_NULL = FALSE) HEADER = TRUE OVERWRITE = TRUE SINGLE = TRUE MAX_FILE_SIZE = 5368709120 DETAILED_OUTPUT = TRUE;
DROP STAGE IF EXISTS "SALES"."in"."__understudy_<1>";
SELECT column_name, data_type, is_nullable, column_default, character_maximum_length, numeric_precision, numeric_scale FROM "SALES".information_schema.columns WHERE (table_schema = 'in' AND table_catalog = 'SALES') AND table_name = 'orders' ORDER BY ordinal_position NULLS FIRST;
SHOW PRIMARY KEYS IN TABLE "SALES"."in"."orders";
SELECT COUNT(*) FROM "SALES"."in"."orders";
SELECT bytes FROM "SALES".information_schema.tables WHERE (table_schema = 'in' AND table_catalog = 'SALES') AND table_name = 'orders';
