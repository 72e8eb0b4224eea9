SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg|_%' ESCAPE '|' AND nspname <> 'information_schema';
SELECT c.relname, c.relkind FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v', 'm') AND nspname = 'in';
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_attribute AS a ON a.attrelid = c.oid LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'm') AND nspname = 'in' AND relname = 'orders' ORDER BY a.attnum;
BEGIN;
CREATE VIEW "in"."v" AS SELECT "id", "name", "flag", "doc", "_timestamp" FROM "in"."orders" WHERE "name" = 'x';
COMMIT;
