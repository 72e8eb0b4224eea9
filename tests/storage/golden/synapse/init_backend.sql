CREATE SCHEMA [understudy_<1>];
DROP SCHEMA [understudy_<1>];
