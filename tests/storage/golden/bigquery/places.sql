CREATE SCHEMA `shop-1`.`KBC_EU7_in_c_main_SHARE`;
CREATE VIEW `shop-1`.`KBC_EU7_in_c_main_SHARE`.`orders` AS SELECT * FROM `shop-1`.`in_c_main`.`orders`;
CREATE SCHEMA `shop-2`.`in_c_linked`;
CREATE SCHEMA `shop-1`.`12_out_c_new`;
CREATE SCHEMA `shop-1`.`WORKSPACE_9`;
CREATE SCHEMA `understudy_<1>`;
DROP SCHEMA `understudy_<1>`;
DROP SCHEMA `shop-1`.`in_c_main` CASCADE;
