SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg|_%' ESCAPE '|' AND nspname <> 'information_schema';
SELECT c.relname, c.relkind FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v', 'm') AND nspname = 'in';
BEGIN;
CREATE TABLE "in"."new" ("hos""tile" DECIMAL(38, 2) NOT NULL, "name" VARCHAR(10) NOT NULL DEFAULT CAST('it\'s \\' AS VARCHAR(10)), PRIMARY KEY ("hos""tile")) DISTSTYLE KEY DISTKEY("name") SORTKEY("name", "hos""tile");
COMMIT;
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_attribute AS a ON a.attrelid = c.oid LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'm') AND nspname = 'in' AND relname = 'new' ORDER BY a.attnum;
SELECT k.conname, k.conkey, a.attnum, a.attname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_constraint AS k ON k.conrelid = c.oid AND k.contype = 'p' JOIN pg_attribute AS a ON a.attrelid = c.oid WHERE a.attnum > 0 AND NOT a.attisdropped AND nspname = 'in' AND relname = 'new';
SELECT COUNT(*) FROM "in"."new";
SELECT size FROM svv_table_info WHERE "schema" = 'in' AND "table" = 'new';
