terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "region" {
  type    = string
  default = "eu-west-1"
}

provider "aws" {
  region                      = var.region
  access_key                  = "testing"
  secret_key                  = "testing"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  skip_region_validation      = true
}

locals {
  tables = {
    carts    = { recover = true, tier = "gold" }
    wishes   = { recover = false, tier = "gold" }
    visitors = { recover = true, tier = "none" }
  }
}

module "tables" {
  source = "./modules/tables"
  tables = local.tables
}

module "backup" {
  source       = "./modules/backup"
  count        = 1
  table_arns   = module.tables.arns
  one_arn      = module.tables.by_name["carts"]
  archive_name = "offsite"
}
