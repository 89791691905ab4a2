# Written by Holdfast 0.1.0 from environments/staging.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

# Encrypts tables of this template; whoever destroys it destroys them.
resource "aws_kms_key" "key_of_tables_tables" {
  description = "DynamoDB tables of shop staging, stack tables"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "IamOfThisAccountDecides"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::444444444444:root"
        }
        Action   = "kms:*"
        Resource = "*"
      },
      {
        Sid       = "OnlyBreakGlassDestroys"
        Effect    = "Deny"
        Principal = "*"
        Action = [
          "kms:ScheduleKeyDeletion",
          "kms:DeleteImportedKeyMaterial",
          "kms:DisableKey",
          "kms:RevokeGrant",
          "kms:DeleteAlias",
          "kms:UpdateAlias",
        ]
        Resource = "*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
            ]
          }
        }
      },
      {
        Sid       = "OnlyDeployChanges"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["kms:PutKeyPolicy", "kms:DisableKeyRotation"]
        Resource  = "*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::444444444444:role/Deploy",
            ]
          }
        }
      },
    ]
  })
  enable_key_rotation     = true
  deletion_window_in_days = 30
  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }

  lifecycle {
    prevent_destroy = true
  }
}

# The name under which IAM documents know the key.
resource "aws_kms_alias" "alias_of_tables_tables" {
  name          = "alias/shop-staging-tables"
  target_key_id = aws_kms_key.key_of_tables_tables.key_id

  lifecycle {
    prevent_destroy = true
  }
}

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
    environment = "staging"
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
    enabled     = true
    kms_key_arn = aws_kms_key.key_of_tables_tables.arn
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
    environment = "staging"
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
    environment = "staging"
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
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
  depends_on = [aws_dynamodb_table.table_cart]
}

resource "aws_appautoscaling_policy" "read_policy_cart" {
  name               = "shop-staging-cart.read"
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
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
  depends_on = [aws_dynamodb_table.table_cart]
}

resource "aws_appautoscaling_policy" "write_policy_cart" {
  name               = "shop-staging-cart.write"
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
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
  depends_on = [aws_dynamodb_table.table_cart]
}

resource "aws_appautoscaling_policy" "index_read_policy_cart_by_customer_3829" {
  name               = "shop-staging-cart.by_customer.read"
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
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
  depends_on = [aws_dynamodb_table.table_cart]
}

resource "aws_appautoscaling_policy" "index_write_policy_cart_by_customer_3829" {
  name               = "shop-staging-cart.by_customer.write"
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
