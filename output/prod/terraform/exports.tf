# Written by Holdfast 0.1.0 from environments/prod.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

# The state machines of exports run with this role.
resource "aws_iam_role" "role_of_exports_machine" {
  name = "shop-prod-exports-machine-eu-central-1"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Service"
        Effect = "Allow"
        Principal = {
          Service = "states.amazonaws.com"
        }
        Action = "sts:AssumeRole"
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = "111111111111"
          }
          ArnLike = {
            "aws:SourceArn" = [
              "arn:aws:states:eu-central-1:111111111111:stateMachine:shop-prod-exports-critical",
            ]
          }
        }
      },
    ]
  })
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_of_exports_machine" {
  name = "exports-machine"
  role = aws_iam_role.role_of_exports_machine.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "CallFunctions"
        Effect = "Allow"
        Action = "lambda:InvokeFunction"
        Resource = [
          "arn:aws:lambda:eu-central-1:111111111111:function:shop-prod-plan-export",
          "arn:aws:lambda:eu-central-1:111111111111:function:shop-prod-export-table",
          "arn:aws:lambda:eu-central-1:111111111111:function:shop-prod-verify-export",
          "arn:aws:lambda:eu-central-1:111111111111:function:shop-prod-report-export",
        ]
      },
      {
        Sid    = "StartChildren"
        Effect = "Allow"
        Action = ["states:StartExecution"]
        Resource = [
          "arn:aws:states:eu-central-1:111111111111:stateMachine:shop-prod-exports-critical",
        ]
      },
      {
        Sid    = "FollowChildren"
        Effect = "Allow"
        Action = ["states:DescribeExecution", "states:StopExecution"]
        Resource = [
          "arn:aws:states:eu-central-1:111111111111:execution:shop-prod-exports-critical/Tables:*",
        ]
      },
    ]
  })
}

# EventBridge Scheduler starts the state machines of exports with this role.
resource "aws_iam_role" "role_of_exports_schedules" {
  name = "shop-prod-exports-schedules-eu-central-1"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Scheduler"
        Effect = "Allow"
        Principal = {
          Service = "scheduler.amazonaws.com"
        }
        Action = "sts:AssumeRole"
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = "111111111111"
          }
          ArnLike = {
            "aws:SourceArn" = "arn:aws:scheduler:eu-central-1:111111111111:schedule-group/default"
          }
        }
      },
    ]
  })
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_of_exports_schedules" {
  name = "exports-schedules"
  role = aws_iam_role.role_of_exports_schedules.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "StartMachines"
        Effect = "Allow"
        Action = "states:StartExecution"
        Resource = [
          "arn:aws:states:eu-central-1:111111111111:stateMachine:shop-prod-exports-critical",
        ]
      },
      {
        Sid      = "KeepWhatDidNotStart"
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = "arn:aws:sqs:eu-central-1:111111111111:shop-prod-exports-unstarted"
      },
    ]
  })
}

# S3 replicates exports with this role.
resource "aws_iam_role" "role_of_export_replication" {
  name = "shop-prod-exports-replication-eu-central-1"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Service"
        Effect = "Allow"
        Principal = {
          Service = "s3.amazonaws.com"
        }
        Action = "sts:AssumeRole"
      },
    ]
  })
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_of_export_replication" {
  name = "exports-replication"
  role = aws_iam_role.role_of_export_replication.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ReadBucket"
        Effect   = "Allow"
        Action   = ["s3:GetReplicationConfiguration", "s3:ListBucket"]
        Resource = "arn:aws:s3:::shop-prod-exports-111111111111-eu-central-1"
      },
      {
        Sid    = "ReadObjects"
        Effect = "Allow"
        Action = [
          "s3:GetObjectVersionAcl",
          "s3:GetObjectVersionForReplication",
          "s3:GetObjectVersionTagging",
        ]
        Resource = "arn:aws:s3:::shop-prod-exports-111111111111-eu-central-1/critical/*"
      },
      {
        Sid    = "WriteReplicas"
        Effect = "Allow"
        Action = ["s3:ReplicateObject", "s3:ReplicateTags"]
        Resource = [
          "arn:aws:s3:::shop-archive-exports-prod-222222222222-eu-central-1/critical/*",
        ]
      },
      {
        Sid      = "DecryptExports"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-central-1:111111111111:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-prod-exports"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "EncryptReplicas"
        Effect   = "Allow"
        Action   = ["kms:Encrypt", "kms:GenerateDataKey"]
        Resource = ["arn:aws:kms:eu-central-1:222222222222:key/*"]
        Condition = {
          StringEquals = {
            "kms:ViaService" = ["s3.eu-central-1.amazonaws.com"]
          }
        }
      },
    ]
  })
}

resource "aws_kms_key" "key_of_exports" {
  description = "Objects of the bucket shop-prod-exports-111111111111-eu-central-1"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "IamOfThisAccountDecides"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111111111111:root"
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
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
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
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::111111111111:role/Deploy",
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
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "alias_of_exports" {
  name          = "alias/shop-prod-exports"
  target_key_id = aws_kms_key.key_of_exports.key_id

  lifecycle {
    prevent_destroy = true
  }
}

# Exports of prod.
resource "aws_s3_bucket" "export_bucket" {
  bucket = "shop-prod-exports-111111111111-eu-central-1"
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "export_bucket" {
  bucket = aws_s3_bucket.export_bucket.bucket

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "export_bucket" {
  bucket = aws_s3_bucket.export_bucket.bucket

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.key_of_exports.arn
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "export_bucket" {
  bucket = aws_s3_bucket.export_bucket.bucket

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "export_bucket" {
  bucket                  = aws_s3_bucket.export_bucket.bucket
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "policy_of_export_bucket" {
  bucket = aws_s3_bucket.export_bucket.bucket
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "DenyPlainHttp"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource = [
          "arn:aws:s3:::shop-prod-exports-111111111111-eu-central-1",
          "arn:aws:s3:::shop-prod-exports-111111111111-eu-central-1/*",
        ]
        Condition = {
          Bool = {
            "aws:SecureTransport" = "false"
          }
        }
      },
      {
        Sid       = "OnlyBreakGlassDestroysObjects"
        Effect    = "Deny"
        Principal = "*"
        Action = [
          "s3:DeleteObject",
          "s3:DeleteObjectVersion",
          "s3:BypassGovernanceRetention",
          "s3:PutObjectRetention",
          "s3:PutObjectLegalHold",
          "s3:UpdateObjectEncryption",
        ]
        Resource = "arn:aws:s3:::shop-prod-exports-111111111111-eu-central-1/*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
            ]
          }
        }
      },
      {
        Sid       = "OnlySourcesReplicate"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["s3:ReplicateDelete", "s3:ReplicateObject"]
        Resource  = "arn:aws:s3:::shop-prod-exports-111111111111-eu-central-1/*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
            ]
          }
        }
      },
      {
        Sid       = "OnlyBreakGlassDestroysBucket"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["s3:DeleteBucket"]
        Resource  = "arn:aws:s3:::shop-prod-exports-111111111111-eu-central-1"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
            ]
          }
        }
      },
      {
        Sid       = "OnlyDeployChanges"
        Effect    = "Deny"
        Principal = "*"
        Action = [
          "s3:PutBucketVersioning",
          "s3:PutBucketObjectLockConfiguration",
          "s3:PutLifecycleConfiguration",
          "s3:PutBucketPolicy",
          "s3:DeleteBucketPolicy",
          "s3:PutReplicationConfiguration",
          "s3:PutEncryptionConfiguration",
          "s3:PutBucketPublicAccessBlock",
          "s3:PutBucketOwnershipControls",
          "s3:PutBucketAcl",
          "s3:PutBucketNotification",
        ]
        Resource = "arn:aws:s3:::shop-prod-exports-111111111111-eu-central-1"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::111111111111:role/Deploy",
            ]
          }
        }
      },
    ]
  })

  # S3 takes one change of access at a time.
  depends_on = [aws_s3_bucket_public_access_block.export_bucket]
}

resource "aws_s3_bucket_lifecycle_configuration" "export_bucket" {
  bucket = aws_s3_bucket.export_bucket.bucket

  rule {
    id     = "critical-full"
    status = "Enabled"

    filter {
      prefix = "critical/full/"
    }

    transition {
      storage_class = "STANDARD_IA"
      days          = 30
    }

    transition {
      storage_class = "GLACIER_IR"
      days          = 90
    }

    expiration {
      days = 2572
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }
  }

  rule {
    id     = "critical-incremental"
    status = "Enabled"

    filter {
      prefix = "critical/incremental/"
    }

    transition {
      storage_class = "STANDARD_IA"
      days          = 30
    }

    transition {
      storage_class = "GLACIER_IR"
      days          = 90
    }

    expiration {
      days = 2572
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }
  }

  rule {
    id     = "leftovers"
    status = "Enabled"

    filter {
    }

    expiration {
      expired_object_delete_marker = true
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.export_bucket]
}

resource "aws_s3_bucket_replication_configuration" "export_bucket" {
  bucket = aws_s3_bucket.export_bucket.bucket
  role   = aws_iam_role.role_of_export_replication.arn

  rule {
    id       = "critical-to-archive"
    status   = "Enabled"
    priority = 1

    filter {
      prefix = "critical/"
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
      bucket  = "arn:aws:s3:::shop-archive-exports-prod-222222222222-eu-central-1"
      account = "222222222222"

      encryption_configuration {
        replica_kms_key_id = "arn:aws:kms:eu-central-1:222222222222:alias/shop-archive-exports-prod"
      }
    }
  }

  depends_on = [
    aws_iam_role_policy.role_of_export_replication,
    aws_s3_bucket_versioning.export_bucket,
  ]
}

resource "aws_cloudwatch_log_group" "log_group_of_function_plan_export" {
  name              = "/aws/lambda/shop-prod-plan-export"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }
}

# The function shop-prod-plan-export runs with this role.
resource "aws_iam_role" "role_for_function_plan_export" {
  name = "shop-prod-plan-export-eu-central-1"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Lambda"
        Effect = "Allow"
        Principal = {
          Service = "lambda.amazonaws.com"
        }
        Action = "sts:AssumeRole"
      },
    ]
  })
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_for_function_plan_export" {
  name = "plan-export"
  role = aws_iam_role.role_for_function_plan_export.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ReadTables"
        Effect   = "Allow"
        Action   = ["dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable"]
        Resource = ["arn:aws:dynamodb:eu-central-1:111111111111:table/order_transaction"]
      },
      {
        Sid      = "ListChains"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = "arn:aws:s3:::shop-prod-catalog-111111111111-eu-central-1"
        Condition = {
          StringLike = {
            "s3:prefix" = ["catalog/exports/*", "catalog/attempts/*"]
          }
        }
      },
      {
        Sid    = "ReadChains"
        Effect = "Allow"
        Action = ["s3:GetObject"]
        Resource = [
          "arn:aws:s3:::shop-prod-catalog-111111111111-eu-central-1/catalog/exports/*",
          "arn:aws:s3:::shop-prod-catalog-111111111111-eu-central-1/catalog/attempts/*",
        ]
      },
      {
        Sid      = "WriteAttempts"
        Effect   = "Allow"
        Action   = ["s3:PutObject"]
        Resource = "arn:aws:s3:::shop-prod-catalog-111111111111-eu-central-1/catalog/attempts/*"
      },
      {
        Sid      = "EncryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-central-1:111111111111:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-prod-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "DecryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-central-1:111111111111:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-prod-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "WriteLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:eu-central-1:111111111111:log-group:/aws/lambda/shop-prod-plan-export:*"
      },
    ]
  })
}

# Decides what a table's next export covers.
resource "aws_lambda_function" "function_plan_export" {
  function_name    = "shop-prod-plan-export"
  filename         = "${path.module}/../functions/plan_export.zip"
  source_code_hash = "1/vNHmQQ65+FYZ6eK/xjF/dNaCgnIP0Mppaed9lN148="
  handler          = "blueprints.functions.plan_export.handler.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = 256
  timeout          = 120
  role             = aws_iam_role.role_for_function_plan_export.arn
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_plan_export,
    aws_iam_role_policy.role_for_function_plan_export,
  ]
}

resource "aws_cloudwatch_log_group" "log_group_of_function_export_table" {
  name              = "/aws/lambda/shop-prod-export-table"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }
}

# The function shop-prod-export-table runs with this role.
resource "aws_iam_role" "role_for_function_export_table" {
  name = "shop-prod-export-table-eu-central-1"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Lambda"
        Effect = "Allow"
        Principal = {
          Service = "lambda.amazonaws.com"
        }
        Action = "sts:AssumeRole"
      },
    ]
  })
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_for_function_export_table" {
  name = "export-table"
  role = aws_iam_role.role_for_function_export_table.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Export"
        Effect   = "Allow"
        Action   = ["dynamodb:ExportTableToPointInTime"]
        Resource = ["arn:aws:dynamodb:eu-central-1:111111111111:table/order_transaction"]
      },
      {
        Sid    = "FollowExports"
        Effect = "Allow"
        Action = ["dynamodb:DescribeExport"]
        Resource = [
          "arn:aws:dynamodb:eu-central-1:111111111111:table/order_transaction/export/*",
        ]
      },
      {
        Sid      = "WriteExports"
        Effect   = "Allow"
        Action   = ["s3:AbortMultipartUpload", "s3:PutObject", "s3:PutObjectAcl"]
        Resource = ["arn:aws:s3:::shop-prod-exports-111111111111-eu-central-1/critical/*"]
      },
      {
        Sid      = "EncryptExports"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-central-1:111111111111:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-prod-exports"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "ResolveAlias"
        Effect   = "Allow"
        Action   = ["kms:DescribeKey"]
        Resource = "arn:aws:kms:eu-central-1:111111111111:key/*"
      },
      {
        Sid      = "ReadThroughTableKeys"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-central-1:111111111111:key/*"
        Condition = {
          StringEquals = {
            "kms:ViaService" = "dynamodb.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "WriteLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:eu-central-1:111111111111:log-group:/aws/lambda/shop-prod-export-table:*"
      },
    ]
  })
}

# Starts an export, and looks how far it is.
resource "aws_lambda_function" "function_export_table" {
  function_name    = "shop-prod-export-table"
  filename         = "${path.module}/../functions/export_table.zip"
  source_code_hash = "G5eMuIe1Ltcq+mUrVHB7aLgtoWuKZ9hcSUXwu9EkW+M="
  handler          = "blueprints.functions.export_table.handler.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = 256
  timeout          = 120
  role             = aws_iam_role.role_for_function_export_table.arn
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_export_table,
    aws_iam_role_policy.role_for_function_export_table,
  ]
}

resource "aws_cloudwatch_log_group" "log_group_of_function_verify_export" {
  name              = "/aws/lambda/shop-prod-verify-export"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }
}

# The function shop-prod-verify-export runs with this role.
resource "aws_iam_role" "role_for_function_verify_export" {
  name = "shop-prod-verify-export-eu-central-1"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Lambda"
        Effect = "Allow"
        Principal = {
          Service = "lambda.amazonaws.com"
        }
        Action = "sts:AssumeRole"
      },
    ]
  })
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_for_function_verify_export" {
  name = "verify-export"
  role = aws_iam_role.role_for_function_verify_export.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ReadExports"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = ["arn:aws:s3:::shop-prod-exports-111111111111-eu-central-1/critical/*"]
      },
      {
        Sid      = "ToldFromForbidden"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = "arn:aws:s3:::shop-prod-exports-111111111111-eu-central-1"
      },
      {
        Sid      = "DecryptExports"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-central-1:111111111111:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-prod-exports"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "Record"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = "arn:aws:s3:::shop-prod-catalog-111111111111-eu-central-1/catalog/exports/*"
      },
      {
        Sid      = "EncryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-central-1:111111111111:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-prod-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "DecryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-central-1:111111111111:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-prod-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "WriteLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:eu-central-1:111111111111:log-group:/aws/lambda/shop-prod-verify-export:*"
      },
    ]
  })
}

# Proves that an export is whole, and records it.
resource "aws_lambda_function" "function_verify_export" {
  function_name    = "shop-prod-verify-export"
  filename         = "${path.module}/../functions/verify_export.zip"
  source_code_hash = "9u493rZ89vWJmEP20EjmHJeGik5sdN8K4f8XX7yBAdo="
  handler          = "blueprints.functions.verify_export.handler.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = 256
  timeout          = 900
  role             = aws_iam_role.role_for_function_verify_export.arn
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_verify_export,
    aws_iam_role_policy.role_for_function_verify_export,
  ]
}

resource "aws_cloudwatch_log_group" "log_group_of_function_report_export" {
  name              = "/aws/lambda/shop-prod-report-export"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }
}

# The function shop-prod-report-export runs with this role.
resource "aws_iam_role" "role_for_function_report_export" {
  name = "shop-prod-report-export-eu-central-1"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Lambda"
        Effect = "Allow"
        Principal = {
          Service = "lambda.amazonaws.com"
        }
        Action = "sts:AssumeRole"
      },
    ]
  })
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_for_function_report_export" {
  name = "report-export"
  role = aws_iam_role.role_for_function_report_export.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ListChains"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = "arn:aws:s3:::shop-prod-catalog-111111111111-eu-central-1"
        Condition = {
          StringLike = {
            "s3:prefix" = "catalog/exports/*"
          }
        }
      },
      {
        Sid    = "ReadChains"
        Effect = "Allow"
        Action = ["s3:GetObject"]
        Resource = [
          "arn:aws:s3:::shop-prod-catalog-111111111111-eu-central-1/catalog/exports/*",
          "arn:aws:s3:::shop-prod-catalog-111111111111-eu-central-1/catalog/attempts/*",
        ]
      },
      {
        Sid      = "WriteFailures"
        Effect   = "Allow"
        Action   = ["s3:PutObject"]
        Resource = "arn:aws:s3:::shop-prod-catalog-111111111111-eu-central-1/catalog/attempts/*"
      },
      {
        Sid      = "EncryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-central-1:111111111111:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-prod-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "DecryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-central-1:111111111111:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-prod-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "PublishAlerts"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = "arn:aws:sns:eu-central-1:111111111111:shop-prod-alerts"
      },
      {
        Sid      = "EncryptAlerts"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-central-1:111111111111:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-prod-alerts"
          }
          StringEquals = {
            "kms:ViaService" = "sns.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "WriteLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:eu-central-1:111111111111:log-group:/aws/lambda/shop-prod-report-export:*"
      },
    ]
  })
}

# Tells of exports that failed, and of chains that had to begin anew.
resource "aws_lambda_function" "function_report_export" {
  function_name    = "shop-prod-report-export"
  filename         = "${path.module}/../functions/report_export.zip"
  source_code_hash = "ws3W8EJ3T+Vj9KLYTnvvie6YrLepJKoIGv10lnnRdKY="
  handler          = "blueprints.functions.report_export.handler.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = 256
  timeout          = 120
  role             = aws_iam_role.role_for_function_report_export.arn
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_report_export,
    aws_iam_role_policy.role_for_function_report_export,
  ]
}

# Exports tables of class critical to S3, full and incremental.
resource "aws_sfn_state_machine" "state_machine_exports_critical" {
  name = "shop-prod-exports-critical"
  type = "STANDARD"
  definition = jsonencode({
    Comment        = "Exports tables of class critical, each in an execution of its own."
    StartAt        = "Accept"
    TimeoutSeconds = 172800
    States = {
      Accept = {
        Type = "Pass"
        Parameters = {
          "kind.$"         = "$.kind"
          "scheduled_at.$" = "$.scheduled_at"
          tables           = ["order_transaction"]
        }
        Next = "Tables"
      }
      Tables = {
        Comment   = "One execution for each table; one that fails stops no other."
        Type      = "Map"
        Label     = "Tables"
        ItemsPath = "$.tables"
        ItemSelector = {
          request = {
            table = {
              "name.$" = "$$.Map.Item.Value"
              "arn.$"  = "States.Format('arn:aws:dynamodb:eu-central-1:111111111111:table/{}', $$.Map.Item.Value)"
            }
            "kind.$"         = "$.kind"
            "scheduled_at.$" = "$.scheduled_at"
          }
          plan     = {}
          exported = {}
        }
        MaxConcurrency             = 40
        ToleratedFailurePercentage = 100
        ItemProcessor = {
          ProcessorConfig = {
            Mode          = "DISTRIBUTED"
            ExecutionType = "STANDARD"
          }
          StartAt = "Plan"
          States = {
            Plan = {
              Comment  = "Decides the next window: where the last one ended; nothing when all is exported."
              Type     = "Task"
              Resource = "arn:aws:lambda:eu-central-1:111111111111:function:shop-prod-plan-export"
              Parameters = {
                "request.$" = "$.request"
                export = {
                  class            = "critical"
                  format           = "DYNAMODB_JSON"
                  interval_minutes = 360
                  most_windows     = 7
                  bucket           = "shop-prod-exports-111111111111-eu-central-1"
                  bucket_owner     = "111111111111"
                  bucket_region    = "eu-central-1"
                  key_alias_arn    = "arn:aws:kms:eu-central-1:111111111111:alias/shop-prod-exports"
                  prefix           = "critical"
                  keep_days        = 2572
                  replicas         = ["shop-archive-exports-prod-222222222222-eu-central-1"]
                  machine_arn      = "arn:aws:states:eu-central-1:111111111111:stateMachine:shop-prod-exports-critical"
                }
                place = {
                  project          = "shop"
                  environment      = "prod"
                  partition        = "aws"
                  account_id       = "111111111111"
                  region           = "eu-central-1"
                  catalogue_bucket = "shop-prod-catalog-111111111111-eu-central-1"
                  topic_arn        = "arn:aws:sns:eu-central-1:111111111111:shop-prod-alerts"
                }
                "previous.$" = "$.plan"
              }
              ResultPath = "$.plan"
              Retry = [
                {
                  ErrorEquals = ["RefusedError", "ExportFailedError", "VerificationFailedError"]
                  MaxAttempts = 0
                },
                {
                  ErrorEquals     = ["LimitExceededException"]
                  IntervalSeconds = 60
                  BackoffRate     = 2
                  MaxDelaySeconds = 600
                  MaxAttempts     = 75
                },
                {
                  ErrorEquals     = ["States.ALL"]
                  IntervalSeconds = 2
                  BackoffRate     = 3
                  MaxAttempts     = 4
                },
              ]
              Catch = [
                {
                  ErrorEquals = ["States.ALL"]
                  ResultPath  = "$.error"
                  Next        = "Report"
                },
              ]
              Next = "IsThereAWindow"
            }
            IsThereAWindow = {
              Type = "Choice"
              Choices = [
                {
                  Variable     = "$.plan.action"
                  StringEquals = "nothing"
                  Next         = "Exported"
                },
                {
                  Variable      = "$.plan.tell"
                  BooleanEquals = true
                  Next          = "Tell"
                },
              ]
              Default = "Export"
            }
            Tell = {
              Comment  = "A chain begins anew: moments in between are in no export."
              Type     = "Task"
              Resource = "arn:aws:lambda:eu-central-1:111111111111:function:shop-prod-report-export"
              Parameters = {
                "state.$" = "$"
                export = {
                  class            = "critical"
                  format           = "DYNAMODB_JSON"
                  interval_minutes = 360
                  most_windows     = 7
                  bucket           = "shop-prod-exports-111111111111-eu-central-1"
                  bucket_owner     = "111111111111"
                  bucket_region    = "eu-central-1"
                  key_alias_arn    = "arn:aws:kms:eu-central-1:111111111111:alias/shop-prod-exports"
                  prefix           = "critical"
                  keep_days        = 2572
                  replicas         = ["shop-archive-exports-prod-222222222222-eu-central-1"]
                  machine_arn      = "arn:aws:states:eu-central-1:111111111111:stateMachine:shop-prod-exports-critical"
                }
                place = {
                  project          = "shop"
                  environment      = "prod"
                  partition        = "aws"
                  account_id       = "111111111111"
                  region           = "eu-central-1"
                  catalogue_bucket = "shop-prod-catalog-111111111111-eu-central-1"
                  topic_arn        = "arn:aws:sns:eu-central-1:111111111111:shop-prod-alerts"
                }
                execution = {
                  "arn.$"        = "$$.Execution.Id"
                  "name.$"       = "$$.Execution.Name"
                  "entered_at.$" = "$$.State.EnteredTime"
                }
                occasion = "chain"
              }
              ResultPath = "$.report"
              Retry = [
                {
                  ErrorEquals = ["RefusedError", "ExportFailedError", "VerificationFailedError"]
                  MaxAttempts = 0
                },
                {
                  ErrorEquals     = ["LimitExceededException"]
                  IntervalSeconds = 60
                  BackoffRate     = 2
                  MaxDelaySeconds = 600
                  MaxAttempts     = 75
                },
                {
                  ErrorEquals     = ["States.ALL"]
                  IntervalSeconds = 2
                  BackoffRate     = 3
                  MaxAttempts     = 4
                },
              ]
              Catch = [
                {
                  ErrorEquals = ["States.ALL"]
                  ResultPath  = "$.untold"
                  Next        = "Export"
                },
              ]
              Next = "Export"
            }
            Export = {
              Comment  = "Starts the export, or looks how far it is."
              Type     = "Task"
              Resource = "arn:aws:lambda:eu-central-1:111111111111:function:shop-prod-export-table"
              Parameters = {
                "request.$" = "$.request"
                "plan.$"    = "$.plan"
                export = {
                  class            = "critical"
                  format           = "DYNAMODB_JSON"
                  interval_minutes = 360
                  most_windows     = 7
                  bucket           = "shop-prod-exports-111111111111-eu-central-1"
                  bucket_owner     = "111111111111"
                  bucket_region    = "eu-central-1"
                  key_alias_arn    = "arn:aws:kms:eu-central-1:111111111111:alias/shop-prod-exports"
                  prefix           = "critical"
                  keep_days        = 2572
                  replicas         = ["shop-archive-exports-prod-222222222222-eu-central-1"]
                  machine_arn      = "arn:aws:states:eu-central-1:111111111111:stateMachine:shop-prod-exports-critical"
                }
                place = {
                  project          = "shop"
                  environment      = "prod"
                  partition        = "aws"
                  account_id       = "111111111111"
                  region           = "eu-central-1"
                  catalogue_bucket = "shop-prod-catalog-111111111111-eu-central-1"
                  topic_arn        = "arn:aws:sns:eu-central-1:111111111111:shop-prod-alerts"
                }
                "previous.$" = "$.exported"
              }
              ResultPath = "$.exported"
              Retry = [
                {
                  ErrorEquals = ["RefusedError", "ExportFailedError", "VerificationFailedError"]
                  MaxAttempts = 0
                },
                {
                  ErrorEquals     = ["LimitExceededException"]
                  IntervalSeconds = 60
                  BackoffRate     = 2
                  MaxDelaySeconds = 600
                  MaxAttempts     = 75
                },
                {
                  ErrorEquals     = ["States.ALL"]
                  IntervalSeconds = 2
                  BackoffRate     = 3
                  MaxAttempts     = 4
                },
              ]
              Catch = [
                {
                  ErrorEquals = ["States.ALL"]
                  ResultPath  = "$.error"
                  Next        = "Report"
                },
              ]
              Next = "IsWritten"
            }
            IsWritten = {
              Type = "Choice"
              Choices = [
                {
                  Variable      = "$.exported.done"
                  BooleanEquals = true
                  Next          = "Verify"
                },
              ]
              Default = "Wait"
            }
            Wait = {
              Type        = "Wait"
              SecondsPath = "$.exported.wait_seconds"
              Next        = "Export"
            }
            Verify = {
              Comment  = "Proves that every file is there, and records the export; another window may be left."
              Type     = "Task"
              Resource = "arn:aws:lambda:eu-central-1:111111111111:function:shop-prod-verify-export"
              Parameters = {
                "request.$" = "$.request"
                "plan.$"    = "$.plan"
                export = {
                  class            = "critical"
                  format           = "DYNAMODB_JSON"
                  interval_minutes = 360
                  most_windows     = 7
                  bucket           = "shop-prod-exports-111111111111-eu-central-1"
                  bucket_owner     = "111111111111"
                  bucket_region    = "eu-central-1"
                  key_alias_arn    = "arn:aws:kms:eu-central-1:111111111111:alias/shop-prod-exports"
                  prefix           = "critical"
                  keep_days        = 2572
                  replicas         = ["shop-archive-exports-prod-222222222222-eu-central-1"]
                  machine_arn      = "arn:aws:states:eu-central-1:111111111111:stateMachine:shop-prod-exports-critical"
                }
                place = {
                  project          = "shop"
                  environment      = "prod"
                  partition        = "aws"
                  account_id       = "111111111111"
                  region           = "eu-central-1"
                  catalogue_bucket = "shop-prod-catalog-111111111111-eu-central-1"
                  topic_arn        = "arn:aws:sns:eu-central-1:111111111111:shop-prod-alerts"
                }
                "exported.$" = "$.exported"
              }
              ResultPath = "$.verified"
              Retry = [
                {
                  ErrorEquals = ["RefusedError", "ExportFailedError", "VerificationFailedError"]
                  MaxAttempts = 0
                },
                {
                  ErrorEquals     = ["LimitExceededException"]
                  IntervalSeconds = 60
                  BackoffRate     = 2
                  MaxDelaySeconds = 600
                  MaxAttempts     = 75
                },
                {
                  ErrorEquals     = ["States.ALL"]
                  IntervalSeconds = 2
                  BackoffRate     = 3
                  MaxAttempts     = 4
                },
              ]
              Catch = [
                {
                  ErrorEquals = ["States.ALL"]
                  ResultPath  = "$.error"
                  Next        = "Report"
                },
              ]
              Next = "Plan"
            }
            Exported = {
              Type = "Pass"
              Parameters = {
                status = "EXPORTED"
              }
              End = true
            }
            Report = {
              Comment  = "Says what is not exported, what that puts at risk, and what to do."
              Type     = "Task"
              Resource = "arn:aws:lambda:eu-central-1:111111111111:function:shop-prod-report-export"
              Parameters = {
                "state.$" = "$"
                export = {
                  class            = "critical"
                  format           = "DYNAMODB_JSON"
                  interval_minutes = 360
                  most_windows     = 7
                  bucket           = "shop-prod-exports-111111111111-eu-central-1"
                  bucket_owner     = "111111111111"
                  bucket_region    = "eu-central-1"
                  key_alias_arn    = "arn:aws:kms:eu-central-1:111111111111:alias/shop-prod-exports"
                  prefix           = "critical"
                  keep_days        = 2572
                  replicas         = ["shop-archive-exports-prod-222222222222-eu-central-1"]
                  machine_arn      = "arn:aws:states:eu-central-1:111111111111:stateMachine:shop-prod-exports-critical"
                }
                place = {
                  project          = "shop"
                  environment      = "prod"
                  partition        = "aws"
                  account_id       = "111111111111"
                  region           = "eu-central-1"
                  catalogue_bucket = "shop-prod-catalog-111111111111-eu-central-1"
                  topic_arn        = "arn:aws:sns:eu-central-1:111111111111:shop-prod-alerts"
                }
                execution = {
                  "arn.$"        = "$$.Execution.Id"
                  "name.$"       = "$$.Execution.Name"
                  "entered_at.$" = "$$.State.EnteredTime"
                }
                occasion = "failure"
              }
              ResultPath = "$.report"
              Retry = [
                {
                  ErrorEquals = ["RefusedError", "ExportFailedError", "VerificationFailedError"]
                  MaxAttempts = 0
                },
                {
                  ErrorEquals     = ["LimitExceededException"]
                  IntervalSeconds = 60
                  BackoffRate     = 2
                  MaxDelaySeconds = 600
                  MaxAttempts     = 75
                },
                {
                  ErrorEquals     = ["States.ALL"]
                  IntervalSeconds = 2
                  BackoffRate     = 3
                  MaxAttempts     = 4
                },
              ]
              Next = "Failed"
            }
            Failed = {
              Type = "Pass"
              Parameters = {
                status = "FAILED"
              }
              End = true
            }
          }
        }
        End = true
      }
    }
  })
  role_arn = aws_iam_role.role_of_exports_machine.arn
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }

  # Its first run would lack its permissions.
  depends_on = [aws_iam_role_policy.role_of_exports_machine]
}

# Takes what schedules could not start, for 14 days; an alarm watches it.
resource "aws_sqs_queue" "queue_of_unstarted_exports" {
  name                      = "shop-prod-exports-unstarted"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }
}

# Full exports of class critical.
resource "aws_scheduler_schedule" "export_schedule_critical_full" {
  name                         = "shop-prod-exports-critical-full"
  schedule_expression          = "cron(0 1 ? * SUN *)"
  schedule_expression_timezone = "Europe/Berlin"

  flexible_time_window {
    mode                      = "FLEXIBLE"
    maximum_window_in_minutes = 15
  }

  target {
    arn      = aws_sfn_state_machine.state_machine_exports_critical.arn
    role_arn = aws_iam_role.role_of_exports_schedules.arn
    input    = "{\"kind\": \"full\", \"scheduled_at\": \"<aws.scheduler.scheduled-time>\"}"

    dead_letter_config {
      arn = aws_sqs_queue.queue_of_unstarted_exports.arn
    }

    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 10
    }
  }
}

# Incremental exports of class critical.
resource "aws_scheduler_schedule" "export_schedule_critical_incremental" {
  name                         = "shop-prod-exports-critical-incremental"
  schedule_expression          = "rate(6 hours)"
  schedule_expression_timezone = "Etc/UTC"

  flexible_time_window {
    mode                      = "FLEXIBLE"
    maximum_window_in_minutes = 15
  }

  target {
    arn      = aws_sfn_state_machine.state_machine_exports_critical.arn
    role_arn = aws_iam_role.role_of_exports_schedules.arn
    input    = "{\"kind\": \"incremental\", \"scheduled_at\": \"<aws.scheduler.scheduled-time>\"}"

    dead_letter_config {
      arn = aws_sqs_queue.queue_of_unstarted_exports.arn
    }

    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 10
    }
  }
}
