resource "aws_iam_role" "machine" {
  name = "machine"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = ["states.amazonaws.com", "scheduler.amazonaws.com"] }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_cloudwatch_log_group" "machine" {
  name              = "/aws/vendedlogs/states/names"
  retention_in_days = 30
}

resource "aws_sfn_state_machine" "names" {
  name     = "names"
  type     = "STANDARD"
  role_arn = aws_iam_role.machine.arn
  tags     = { owner = "payments" }
  definition = jsonencode({
    StartAt = "Name"
    States = {
      Name = {
        Type       = "Task"
        Resource   = "arn:aws:states:::aws-sdk:ssm:putParameter"
        Parameters = { Name = "/example/live", "Value.$" = "$.name", Overwrite = true }
        End        = true
      }
    }
  })
  logging_configuration {
    level                  = "ERROR"
    include_execution_data = false
    log_destination        = "${aws_cloudwatch_log_group.machine.arn}:*"
  }
}

resource "aws_scheduler_schedule" "names" {
  name                         = "names"
  schedule_expression          = "cron(0 3 * * ? *)"
  schedule_expression_timezone = "Europe/Berlin"
  flexible_time_window {
    mode                      = "FLEXIBLE"
    maximum_window_in_minutes = 15
  }
  target {
    arn      = aws_sfn_state_machine.names.arn
    role_arn = aws_iam_role.machine.arn
    input    = jsonencode({ name = "orders" })
  }
}

resource "aws_cloudwatch_event_rule" "names" {
  name          = "names"
  event_pattern = jsonencode({ source = ["aws.dynamodb"] })
}

resource "aws_cloudwatch_event_target" "names" {
  rule      = aws_cloudwatch_event_rule.names.name
  target_id = "machine"
  arn       = aws_sfn_state_machine.names.arn
  role_arn  = aws_iam_role.machine.arn
}

resource "aws_ssm_parameter" "live" {
  name  = "/example/live"
  type  = "String"
  value = "orders"
  tags  = { owner = "payments" }
  lifecycle {
    ignore_changes = [value]
  }
}

resource "aws_s3_bucket" "catalogue" {
  bucket = "catalogue-111111111111"
  tags   = { owner = "payments" }
}

resource "aws_s3_bucket_versioning" "catalogue" {
  bucket = aws_s3_bucket.catalogue.bucket
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "catalogue" {
  bucket = aws_s3_bucket.catalogue.bucket
  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.table.arn
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "catalogue" {
  bucket = aws_s3_bucket.catalogue.bucket
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "catalogue" {
  bucket                  = aws_s3_bucket.catalogue.bucket
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_replication_configuration" "catalogue" {
  bucket = aws_s3_bucket.catalogue.bucket
  role   = aws_iam_role.machine.arn
  rule {
    id       = "archive"
    status   = "Enabled"
    priority = 1
    filter {
      prefix = "catalog/"
    }
    delete_marker_replication {
      status = "Disabled"
    }
    source_selection_criteria {
      sse_kms_encrypted_objects {
        status = "Enabled"
      }
    }
    destination {
      bucket  = "arn:aws:s3:::example-archive"
      account = "222222222222"
      encryption_configuration {
        replica_kms_key_id = "arn:aws:kms:eu-central-1:222222222222:key/11111111-1111-1111-1111-111111111111"
      }
    }
  }
  depends_on = [aws_s3_bucket_versioning.catalogue]
}
