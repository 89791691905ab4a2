# Written by Holdfast 0.1.0 from environments/prod.yaml.
# Do not edit: change the environment file and run `holdfast generate`.
# Needed once, after a restore, where nothing owns the tables any more: see README.md.

import {
  to = aws_dynamodb_table.table_cart
  id = "cart"
}

import {
  to = aws_appautoscaling_target.read_target_cart
  id = "dynamodb/table/cart/dynamodb:table:ReadCapacityUnits"
}

import {
  to = aws_appautoscaling_policy.read_policy_cart
  id = "dynamodb/table/cart/dynamodb:table:ReadCapacityUnits/shop-prod-cart.read"
}

import {
  to = aws_appautoscaling_target.write_target_cart
  id = "dynamodb/table/cart/dynamodb:table:WriteCapacityUnits"
}

import {
  to = aws_appautoscaling_policy.write_policy_cart
  id = "dynamodb/table/cart/dynamodb:table:WriteCapacityUnits/shop-prod-cart.write"
}

import {
  to = aws_appautoscaling_target.index_read_target_cart_by_customer_3829
  id = "dynamodb/table/cart/index/by_customer/dynamodb:index:ReadCapacityUnits"
}

import {
  to = aws_appautoscaling_policy.index_read_policy_cart_by_customer_3829
  id = "dynamodb/table/cart/index/by_customer/dynamodb:index:ReadCapacityUnits/shop-prod-cart.by_customer.read"
}

import {
  to = aws_appautoscaling_target.index_write_target_cart_by_customer_3829
  id = "dynamodb/table/cart/index/by_customer/dynamodb:index:WriteCapacityUnits"
}

import {
  to = aws_appautoscaling_policy.index_write_policy_cart_by_customer_3829
  id = "dynamodb/table/cart/index/by_customer/dynamodb:index:WriteCapacityUnits/shop-prod-cart.by_customer.write"
}
