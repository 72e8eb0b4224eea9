SELECT * FROM "SALES"."in"."orders" LIMIT 0;
SELECT CAST("id" AS VARCHAR), LEFT("name", 16385), LEFT(CAST("place" AS VARCHAR), 16385), CAST("_timestamp" AS VARCHAR) FROM "SALES"."in"."orders" WHERE CHARINDEX(?, "name") > 0 LIMIT 100 -- ['50%'];
