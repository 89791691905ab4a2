variable "tables" {
  type = map(object({ recover = bool, tier = string }))
}

resource "aws_dynamodb_table" "this" {
  for_each     = var.tables
  name         = "shop-${each.key}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }

  point_in_time_recovery {
    enabled = each.value.recover
  }

  tags = {
    Tier = each.value.tier
  }
}

output "arns" {
  value = [for table in aws_dynamodb_table.this : table.arn]
}

output "by_name" {
  value = { for key, table in aws_dynamodb_table.this : key => table.arn }
}
