# Written by Holdfast 0.1.0 from environments/prod.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

# Table employee: protection class standard.
resource "aws_dynamodb_table" "table_employee" {
  name                        = "employee"
  hash_key                    = "employeeId"
  billing_mode                = "PROVISIONED"
  read_capacity               = 10
  write_capacity              = 20
  table_class                 = "STANDARD"
  deletion_protection_enabled = true
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }

  attribute {
    name = "employeeId"
    type = "S"
  }

  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = 35
  }

  server_side_encryption {
    enabled = false
  }

  lifecycle {
    prevent_destroy = true
  }
}

# Table order_transaction: protection class critical.
resource "aws_dynamodb_table" "table_order_transaction" {
  name                        = "order_transaction"
  hash_key                    = "order_id"
  range_key                   = "item_id"
  billing_mode                = "PROVISIONED"
  read_capacity               = 5
  write_capacity              = 5
  table_class                 = "STANDARD"
  deletion_protection_enabled = true
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }

  attribute {
    name = "order_id"
    type = "S"
  }

  attribute {
    name = "item_id"
    type = "S"
  }

  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = 35
  }

  server_side_encryption {
    enabled = false
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_dynamodb_contributor_insights" "table_order_transaction" {
  table_name = aws_dynamodb_table.table_order_transaction.name
}

# Table cart: protection class standard. Its indexes scale: Terraform ignores later changes of any index.
resource "aws_dynamodb_table" "table_cart" {
  name                        = "cart"
  hash_key                    = "cart_id"
  range_key                   = "line"
  billing_mode                = "PROVISIONED"
  read_capacity               = 5
  write_capacity              = 5
  table_class                 = "STANDARD"
  deletion_protection_enabled = true
  stream_enabled              = true
  stream_view_type            = "NEW_AND_OLD_IMAGES"
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }

  attribute {
    name = "cart_id"
    type = "S"
  }

  attribute {
    name = "line"
    type = "N"
  }

  attribute {
    name = "customer_id"
    type = "S"
  }

  attribute {
    name = "updated_at"
    type = "N"
  }

  attribute {
    name = "product"
    type = "S"
  }

  local_secondary_index {
    name            = "by_update"
    range_key       = "updated_at"
    projection_type = "KEYS_ONLY"
  }

  global_secondary_index {
    name               = "by_customer"
    hash_key           = "customer_id"
    range_key          = "updated_at"
    projection_type    = "INCLUDE"
    non_key_attributes = ["product", "amount"]
    read_capacity      = 5
    write_capacity     = 5
  }

  global_secondary_index {
    name            = "by_product"
    hash_key        = "product"
    projection_type = "KEYS_ONLY"
    read_capacity   = 5
    write_capacity  = 5
  }

  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = 35
  }

  server_side_encryption {
    enabled = false
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  lifecycle {
    prevent_destroy = true
    ignore_changes  = [read_capacity, write_capacity, global_secondary_index]
  }
}

# Read capacity of table cart.
resource "aws_appautoscaling_target" "read_target_cart" {
  service_namespace  = "dynamodb"
  resource_id        = "table/cart"
  scalable_dimension = "dynamodb:table:ReadCapacityUnits"
  min_capacity       = 5
  max_capacity       = 200
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }
  depends_on = [aws_dynamodb_table.table_cart]
}

resource "aws_appautoscaling_policy" "read_policy_cart" {
  name               = "shop-prod-cart.read"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.read_target_cart.service_namespace
  resource_id        = aws_appautoscaling_target.read_target_cart.resource_id
  scalable_dimension = aws_appautoscaling_target.read_target_cart.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value = 70

    predefined_metric_specification {
      predefined_metric_type = "DynamoDBReadCapacityUtilization"
    }
  }
}

# Write capacity of table cart.
resource "aws_appautoscaling_target" "write_target_cart" {
  service_namespace  = "dynamodb"
  resource_id        = "table/cart"
  scalable_dimension = "dynamodb:table:WriteCapacityUnits"
  min_capacity       = 5
  max_capacity       = 100
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }
  depends_on = [aws_dynamodb_table.table_cart]
}

resource "aws_appautoscaling_policy" "write_policy_cart" {
  name               = "shop-prod-cart.write"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.write_target_cart.service_namespace
  resource_id        = aws_appautoscaling_target.write_target_cart.resource_id
  scalable_dimension = aws_appautoscaling_target.write_target_cart.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value = 60

    predefined_metric_specification {
      predefined_metric_type = "DynamoDBWriteCapacityUtilization"
    }
  }
}

# Read capacity of index by_customer of table cart.
resource "aws_appautoscaling_target" "index_read_target_cart_by_customer_3829" {
  service_namespace  = "dynamodb"
  resource_id        = "table/cart/index/by_customer"
  scalable_dimension = "dynamodb:index:ReadCapacityUnits"
  min_capacity       = 5
  max_capacity       = 100
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }
  depends_on = [aws_dynamodb_table.table_cart]
}

resource "aws_appautoscaling_policy" "index_read_policy_cart_by_customer_3829" {
  name               = "shop-prod-cart.by_customer.read"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.index_read_target_cart_by_customer_3829.service_namespace
  resource_id        = aws_appautoscaling_target.index_read_target_cart_by_customer_3829.resource_id
  scalable_dimension = aws_appautoscaling_target.index_read_target_cart_by_customer_3829.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value = 70

    predefined_metric_specification {
      predefined_metric_type = "DynamoDBReadCapacityUtilization"
    }
  }
}

# Write capacity of index by_customer of table cart.
resource "aws_appautoscaling_target" "index_write_target_cart_by_customer_3829" {
  service_namespace  = "dynamodb"
  resource_id        = "table/cart/index/by_customer"
  scalable_dimension = "dynamodb:index:WriteCapacityUnits"
  min_capacity       = 5
  max_capacity       = 100
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }
  depends_on = [aws_dynamodb_table.table_cart]
}

resource "aws_appautoscaling_policy" "index_write_policy_cart_by_customer_3829" {
  name               = "shop-prod-cart.by_customer.write"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.index_write_target_cart_by_customer_3829.service_namespace
  resource_id        = aws_appautoscaling_target.index_write_target_cart_by_customer_3829.resource_id
  scalable_dimension = aws_appautoscaling_target.index_write_target_cart_by_customer_3829.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value = 70

    predefined_metric_specification {
      predefined_metric_type = "DynamoDBWriteCapacityUtilization"
    }
  }
}
