CREATE TABLE `shop-1`.`in_c_main`.`copy` COPY `shop-1`.`in_c_main`.`orders`;
SELECT COUNT(*) FROM `shop-1`.`in_c_main`.`copy`;
CREATE TABLE `shop-1`.`in_c_main`.`clone` CLONE `shop-1`.`in_c_main`.`orders`;
SELECT COUNT(*) FROM `shop-1`.`in_c_main`.`clone`;
CREATE TABLE `shop-1`.`in_c_main`.`then` CLONE `shop-1`.`in_c_main`.`orders` FOR SYSTEM_TIME AS OF TIMESTAMP_SECONDS(1700000000);
SELECT COUNT(*) FROM `shop-1`.`in_c_main`.`then`;
ALTER TABLE `shop-1`.`in_c_main`.`copy` RENAME TO `renamed`;
SELECT COUNT(*) FROM `shop-1`.`in_c_main`.`renamed`;
DROP TABLE `shop-1`.`in_c_main`.`orders`;
