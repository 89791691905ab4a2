# Written by Holdfast 0.1.0 from environments/dev.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

# Table employee: protection class standard.
resource "aws_dynamodb_table" "table_employee" {
  name                        = "employee"
  hash_key                    = "employeeId"
  billing_mode                = "PROVISIONED"
  read_capacity               = 10
  write_capacity              = 20
  table_class                 = "STANDARD"
  deletion_protection_enabled = false
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }

  attribute {
    name = "employeeId"
    type = "S"
  }

  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = 7
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
  deletion_protection_enabled = false
  tags = {
    project     = "shop"
    environment = "dev"
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
    recovery_period_in_days = 7
  }

  server_side_encryption {
    enabled = false
  }

  lifecycle {
    prevent_destroy = true
  }
}

# Table cart: protection class standard.
resource "aws_dynamodb_table" "table_cart" {
  name                        = "cart"
  hash_key                    = "cart_id"
  range_key                   = "line"
  billing_mode                = "PAY_PER_REQUEST"
  table_class                 = "STANDARD"
  deletion_protection_enabled = false
  stream_enabled              = true
  stream_view_type            = "NEW_AND_OLD_IMAGES"
  tags = {
    project     = "shop"
    environment = "dev"
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
  }

  global_secondary_index {
    name            = "by_product"
    hash_key        = "product"
    projection_type = "KEYS_ONLY"
  }

  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = 7
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
  }
}
