MERGE INTO `shop-1`.`in_c_main`.`orders` AS `kept` USING (SELECT `id` AS `id`, NULLIF(CASE WHEN `name` IN ('NA', 'it\'s') THEN NULL ELSE `name` END, '') AS `name`, `price` AS `price`, CAST('<now>' AS TIMESTAMP) AS `_timestamp` FROM `shop-1`.`12_in_c_main`.`orders`) AS `staged` ON FALSE WHEN NOT MATCHED THEN INSERT (`id`, `name`, `price`, `_timestamp`) VALUES (`staged`.`id`, `staged`.`name`, `staged`.`price`, `staged`.`_timestamp`) WHEN NOT MATCHED BY SOURCE THEN DELETE;
SELECT COUNT(*) FROM `shop-1`.`in_c_main`.`orders`;
SELECT COUNT(*) FROM `shop-1`.`in_c_main`.`orders`;
INSERT INTO `shop-1`.`in_c_main`.`orders` (`id`, `name`, `price`, `_timestamp`) SELECT `id`, NULLIF(CASE WHEN `name` IN ('NA', 'it\'s') THEN NULL ELSE `name` END, ''), `price`, CAST('<now>' AS TIMESTAMP) FROM `shop-1`.`12_in_c_main`.`orders`;
SELECT COUNT(*) FROM `shop-1`.`in_c_main`.`orders`;
