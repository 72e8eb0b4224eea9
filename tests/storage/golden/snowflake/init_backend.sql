CREATE DATABASE "understudy_<1>" DATA_RETENTION_TIME_IN_DAYS=0;
DROP DATABASE "understudy_<1>";
CREATE ROLE "understudy_<1>";
DROP ROLE "understudy_<1>";
CREATE USER "understudy_<1>";
DROP USER "understudy_<1>";
