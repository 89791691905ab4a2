terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "testing"
  secret_key                  = "testing"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  skip_region_validation      = true
}

provider "aws" {
  alias                       = "west"
  region                      = "us-west-2"
  access_key                  = "testing"
  secret_key                  = "testing"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  skip_region_validation      = true
}

resource "aws_dynamodb_table" "orders" {
  name                        = "orders"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "id"
  stream_enabled              = true
  stream_view_type            = "NEW_AND_OLD_IMAGES"
  deletion_protection_enabled = true

  attribute {
    name = "id"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }

  replica {
    region_name            = "eu-west-1"
    point_in_time_recovery = true
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_dynamodb_table" "events" {
  count        = 2
  name         = "events-${count.index}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_dynamodb_table_replica" "orders" {
  provider         = aws.west
  global_table_arn = aws_dynamodb_table.orders.arn
}

resource "aws_backup_vault" "main" {
  name          = "main"
  force_destroy = true
}

resource "aws_backup_vault" "west" {
  provider = aws.west
  name     = "west"
}

resource "aws_backup_plan" "nightly" {
  name = "nightly"

  rule {
    rule_name                = "nightly"
    target_vault_name        = aws_backup_vault.main.name
    schedule                 = "cron(0 3 * * ? *)"
    enable_continuous_backup = true

    lifecycle {
      cold_storage_after = 30
      delete_after       = 120
    }

    copy_action {
      destination_vault_arn = aws_backup_vault.west.arn
    }
  }
}

resource "aws_backup_selection" "nightly" {
  name         = "nightly"
  plan_id      = aws_backup_plan.nightly.id
  iam_role_arn = "arn:aws:iam::111111111111:role/Backup"
  resources    = [aws_dynamodb_table.orders.arn, aws_dynamodb_table.events[0].arn]
}

resource "aws_backup_selection" "tagged" {
  name         = "tagged"
  plan_id      = aws_backup_plan.nightly.id
  iam_role_arn = "arn:aws:iam::111111111111:role/Backup"

  selection_tag {
    type  = "STRINGEQUALS"
    key   = "backup"
    value = "nightly"
  }
}
