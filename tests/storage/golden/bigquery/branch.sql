CREATE TABLE `shop-1`.`in_c_main`.`merge_<1>` COPY `shop-1`.`12_in_c_main`.`orders`;
DROP TABLE `shop-1`.`in_c_main`.`orders`;
ALTER TABLE `shop-1`.`in_c_main`.`merge_<1>` RENAME TO `orders`;
