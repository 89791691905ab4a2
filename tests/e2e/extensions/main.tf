# Every kind of resource that the extensions are for, once; written by hand.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
  backend "s3" {
    bucket = "example-state"
    key    = "example.tfstate"
    region = "eu-central-1"
  }
}

provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["111111111111"]
}

resource "aws_kms_key" "table" {
  description             = "tables"
  tags                    = { project = "example" }
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Account"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111111111111:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "table" {
  name          = "alias/example-table"
  target_key_id = aws_kms_key.table.key_id
}

resource "aws_dynamodb_table" "orders" {
  name                        = "orders"
  billing_mode                = "PROVISIONED"
  hash_key                    = "order_id"
  range_key                   = "item_id"
  read_capacity               = 5
  write_capacity              = 5
  stream_enabled              = true
  stream_view_type            = "NEW_AND_OLD_IMAGES"
  table_class                 = "STANDARD_INFREQUENT_ACCESS"
  deletion_protection_enabled = true
  tags                        = { owner = "payments", project = "example" }
  attribute {
    name = "order_id"
    type = "S"
  }
  attribute {
    name = "item_id"
    type = "S"
  }
  attribute {
    name = "customer"
    type = "S"
  }
  attribute {
    name = "placed"
    type = "N"
  }
  global_secondary_index {
    name               = "by_customer"
    hash_key           = "customer"
    range_key          = "placed"
    projection_type    = "INCLUDE"
    non_key_attributes = ["total"]
    read_capacity      = 5
    write_capacity     = 5
  }
  local_secondary_index {
    name            = "by_date"
    range_key       = "placed"
    projection_type = "KEYS_ONLY"
  }
  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = 21
  }
  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.table.arn
  }
  ttl {
    enabled        = true
    attribute_name = "expires"
  }
  lifecycle {
    prevent_destroy = true
    ignore_changes  = [read_capacity, write_capacity]
  }
}

resource "aws_dynamodb_table" "sessions" {
  name         = "sessions"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "B"
  }
  attribute {
    name = "user"
    type = "S"
  }
  global_secondary_index {
    name            = "by_user"
    hash_key        = "user"
    projection_type = "ALL"
    on_demand_throughput {
      max_read_request_units  = 50
      max_write_request_units = 60
    }
  }
  on_demand_throughput {
    max_read_request_units  = 100
    max_write_request_units = 200
  }
  server_side_encryption {
    enabled = true
  }
}

resource "aws_dynamodb_resource_policy" "orders" {
  resource_arn = aws_dynamodb_table.orders.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111111111111:root" }
      Action    = "dynamodb:GetItem"
      Resource  = "arn:aws:dynamodb:eu-central-1:111111111111:table/orders"
    }]
  })
}

resource "aws_dynamodb_contributor_insights" "orders" {
  table_name = aws_dynamodb_table.orders.name
}

resource "aws_dynamodb_contributor_insights" "orders_by_customer" {
  table_name = aws_dynamodb_table.orders.name
  index_name = "by_customer"
}

resource "aws_dynamodb_kinesis_streaming_destination" "orders" {
  table_name                               = aws_dynamodb_table.orders.name
  stream_arn                               = "arn:aws:kinesis:eu-central-1:111111111111:stream/changes"
  approximate_creation_date_time_precision = "MICROSECOND"
}

resource "aws_appautoscaling_target" "orders_read" {
  service_namespace  = "dynamodb"
  resource_id        = "table/${aws_dynamodb_table.orders.name}"
  scalable_dimension = "dynamodb:table:ReadCapacityUnits"
  tags               = { owner = "payments" }
  min_capacity       = 5
  max_capacity       = 100
}

resource "aws_appautoscaling_policy" "orders_read" {
  name               = "orders-read"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.orders_read.service_namespace
  resource_id        = aws_appautoscaling_target.orders_read.resource_id
  scalable_dimension = aws_appautoscaling_target.orders_read.scalable_dimension
  target_tracking_scaling_policy_configuration {
    target_value       = 70
    scale_in_cooldown  = 60
    scale_out_cooldown = 0
    predefined_metric_specification {
      predefined_metric_type = "DynamoDBReadCapacityUtilization"
    }
  }
}

resource "aws_appautoscaling_target" "by_customer_write" {
  service_namespace  = "dynamodb"
  resource_id        = "table/${aws_dynamodb_table.orders.name}/index/by_customer"
  scalable_dimension = "dynamodb:index:WriteCapacityUnits"
  min_capacity       = 5
  max_capacity       = 50
}

resource "aws_appautoscaling_policy" "by_customer_write" {
  name               = "by-customer-write"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.by_customer_write.service_namespace
  resource_id        = aws_appautoscaling_target.by_customer_write.resource_id
  scalable_dimension = aws_appautoscaling_target.by_customer_write.scalable_dimension
  target_tracking_scaling_policy_configuration {
    target_value = 70
    predefined_metric_specification {
      predefined_metric_type = "DynamoDBWriteCapacityUtilization"
    }
  }
}
