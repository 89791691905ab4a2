# Written by Holdfast 0.1.0 from environments/archive-west.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

# AWS Backup restores tables with this role.
resource "aws_iam_role" "role_for_restores" {
  name = "shop-archive-west-restore-eu-west-1"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Service"
        Effect = "Allow"
        Principal = {
          Service = "backup.amazonaws.com"
        }
        Action = "sts:AssumeRole"
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = "222222222222"
          }
        }
      },
    ]
  })
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_for_restores" {
  name = "restore"
  role = aws_iam_role.role_for_restores.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "RestoreTables"
        Effect = "Allow"
        Action = [
          "dynamodb:BatchWriteItem",
          "dynamodb:DeleteItem",
          "dynamodb:DescribeTable",
          "dynamodb:GetItem",
          "dynamodb:PutItem",
          "dynamodb:Query",
          "dynamodb:RestoreTableFromAwsBackup",
          "dynamodb:Scan",
          "dynamodb:UpdateItem",
        ]
        Resource = [
          "arn:aws:dynamodb:eu-west-1:222222222222:table/employee",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/employee-*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/order_transaction",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/order_transaction-*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/cart",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/cart-*",
        ]
      },
      {
        Sid    = "RestoreBackups"
        Effect = "Allow"
        Action = ["dynamodb:RestoreTableFromBackup"]
        Resource = [
          "arn:aws:dynamodb:eu-west-1:222222222222:table/employee",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/employee-*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/order_transaction",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/order_transaction-*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/cart",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/cart-*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/employee/backup/*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/order_transaction/backup/*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/cart/backup/*",
        ]
      },
      {
        Sid    = "UseTableKeys"
        Effect = "Allow"
        Action = [
          "kms:Decrypt",
          "kms:Encrypt",
          "kms:GenerateDataKey",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
        ]
        Resource = "arn:aws:kms:eu-west-1:222222222222:key/*"
        Condition = {
          StringEquals = {
            "kms:ViaService" = "dynamodb.eu-west-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "DescribeKeys"
        Effect   = "Allow"
        Action   = ["kms:DescribeKey"]
        Resource = "arn:aws:kms:eu-west-1:222222222222:key/*"
      },
      {
        Sid      = "GrantKeys"
        Effect   = "Allow"
        Action   = ["kms:CreateGrant"]
        Resource = "arn:aws:kms:eu-west-1:222222222222:key/*"
        Condition = {
          Bool = {
            "kms:GrantIsForAWSResource" = "true"
          }
        }
      },
    ]
  })
}

# The state machine that restores runs with this role.
resource "aws_iam_role" "role_of_restore_machine" {
  name = "shop-archive-west-restore-machine-eu-west-1"
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
            "aws:SourceAccount" = "222222222222"
          }
          ArnLike = {
            "aws:SourceArn" = "arn:aws:states:eu-west-1:222222222222:stateMachine:shop-archive-west-restore"
          }
        }
      },
    ]
  })
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_of_restore_machine" {
  name = "restore-machine"
  role = aws_iam_role.role_of_restore_machine.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "CallFunctions"
        Effect = "Allow"
        Action = "lambda:InvokeFunction"
        Resource = [
          "arn:aws:lambda:eu-west-1:222222222222:function:shop-archive-west-plan-restore",
          "arn:aws:lambda:eu-west-1:222222222222:function:shop-archive-west-restore-table",
          "arn:aws:lambda:eu-west-1:222222222222:function:shop-archive-west-apply-settings",
          "arn:aws:lambda:eu-west-1:222222222222:function:shop-archive-west-verify-restore",
          "arn:aws:lambda:eu-west-1:222222222222:function:shop-archive-west-report-restore",
        ]
      },
    ]
  })
}

# The state machine shop-archive-west-refill runs with this role.
resource "aws_iam_role" "role_of_refill_machine" {
  name = "shop-archive-west-refill-machine-eu-west-1"
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
            "aws:SourceAccount" = "222222222222"
          }
          ArnLike = {
            "aws:SourceArn" = "arn:aws:states:eu-west-1:222222222222:stateMachine:shop-archive-west-refill"
          }
        }
      },
    ]
  })
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_of_refill_machine" {
  name = "refill-machine"
  role = aws_iam_role.role_of_refill_machine.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "CallFunctions"
        Effect = "Allow"
        Action = "lambda:InvokeFunction"
        Resource = [
          "arn:aws:lambda:eu-west-1:222222222222:function:shop-archive-west-plan-refill",
          "arn:aws:lambda:eu-west-1:222222222222:function:shop-archive-west-load-file",
          "arn:aws:lambda:eu-west-1:222222222222:function:shop-archive-west-report-refill",
        ]
      },
      {
        Sid      = "StartChildren"
        Effect   = "Allow"
        Action   = ["states:StartExecution"]
        Resource = "arn:aws:states:eu-west-1:222222222222:stateMachine:shop-archive-west-refill"
      },
      {
        Sid      = "FollowChildren"
        Effect   = "Allow"
        Action   = ["states:DescribeExecution", "states:StopExecution"]
        Resource = "arn:aws:states:eu-west-1:222222222222:execution:shop-archive-west-refill/Load:*"
      },
      {
        Sid      = "ReadList"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1/work/refills/*"
      },
      {
        Sid    = "WriteResults"
        Effect = "Allow"
        Action = [
          "s3:AbortMultipartUpload",
          "s3:ListMultipartUploadParts",
          "s3:PutObject",
        ]
        Resource = "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1/work/refills/*/results/*"
      },
      {
        Sid      = "DecryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-west-1:222222222222:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-archive-west-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-west-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "EncryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-west-1:222222222222:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-archive-west-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-west-1.amazonaws.com"
          }
        }
      },
    ]
  })
}

resource "aws_kms_key" "key_of_catalogue" {
  description = "Objects of the bucket shop-archive-west-catalog-222222222222-eu-west-1"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "IamOfThisAccountDecides"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::222222222222:root"
        }
        Action   = "kms:*"
        Resource = "*"
      },
      {
        Sid    = "AllowReplicasFromSources"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::444444444444:root"]
        }
        Action   = ["kms:Encrypt", "kms:GenerateDataKey"]
        Resource = "*"
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/shop-staging-catalog-replication-eu-west-1",
            ]
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-west-1.amazonaws.com"
          }
        }
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
            "aws:PrincipalArn" = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
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
              "arn:aws:iam::222222222222:role/ArchiveBreakGlass",
              "arn:aws:iam::222222222222:role/ArchiveDeploy",
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
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "alias_of_catalogue" {
  name          = "alias/shop-archive-west-catalog"
  target_key_id = aws_kms_key.key_of_catalogue.key_id

  lifecycle {
    prevent_destroy = true
  }
}

# Settings of tables and reports of restores: what a restore needs beside the data.
resource "aws_s3_bucket" "catalogue_bucket" {
  bucket = "shop-archive-west-catalog-222222222222-eu-west-1"
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "catalogue_bucket" {
  bucket = aws_s3_bucket.catalogue_bucket.bucket

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "catalogue_bucket" {
  bucket = aws_s3_bucket.catalogue_bucket.bucket

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.key_of_catalogue.arn
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "catalogue_bucket" {
  bucket = aws_s3_bucket.catalogue_bucket.bucket

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "catalogue_bucket" {
  bucket                  = aws_s3_bucket.catalogue_bucket.bucket
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "policy_of_catalogue_bucket" {
  bucket = aws_s3_bucket.catalogue_bucket.bucket
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "DenyPlainHttp"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource = [
          "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1",
          "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1/*",
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
        Resource = "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1/*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
          }
        }
      },
      {
        Sid       = "OnlySourcesReplicate"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["s3:ReplicateDelete", "s3:ReplicateObject"]
        Resource  = "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1/*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::222222222222:role/ArchiveBreakGlass",
              "arn:aws:iam::444444444444:role/shop-staging-catalog-replication-eu-west-1",
            ]
          }
        }
      },
      {
        Sid       = "OnlyBreakGlassDestroysBucket"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["s3:DeleteBucket"]
        Resource  = "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
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
        Resource = "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::222222222222:role/ArchiveBreakGlass",
              "arn:aws:iam::222222222222:role/ArchiveDeploy",
            ]
          }
        }
      },
      {
        Sid    = "AllowReplicasFromSources"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::444444444444:root"]
        }
        Action   = ["s3:ReplicateObject", "s3:ReplicateTags"]
        Resource = "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1/catalog/*"
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/shop-staging-catalog-replication-eu-west-1",
            ]
          }
        }
      },
    ]
  })

  # S3 takes one change of access at a time.
  depends_on = [aws_s3_bucket_public_access_block.catalogue_bucket]
}

resource "aws_s3_bucket_lifecycle_configuration" "catalogue_bucket" {
  bucket = aws_s3_bucket.catalogue_bucket.bucket

  rule {
    id     = "work"
    status = "Enabled"

    filter {
      prefix = "work/"
    }

    expiration {
      days = 60
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }
  }

  rule {
    id     = "leftovers"
    status = "Enabled"

    filter {
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.catalogue_bucket]
}

resource "aws_cloudwatch_log_group" "log_group_of_function_plan_restore" {
  name              = "/aws/lambda/shop-archive-west-plan-restore"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

# The function shop-archive-west-plan-restore runs with this role.
resource "aws_iam_role" "role_for_function_plan_restore" {
  name = "shop-archive-west-plan-restore-eu-west-1"
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
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_for_function_plan_restore" {
  name = "plan-restore"
  role = aws_iam_role.role_for_function_plan_restore.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ReadTables"
        Effect = "Allow"
        Action = ["dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable"]
        Resource = [
          "arn:aws:dynamodb:eu-west-1:222222222222:table/employee",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/order_transaction",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/cart",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/employee-*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/order_transaction-*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/cart-*",
        ]
      },
      {
        Sid      = "ListBackups"
        Effect   = "Allow"
        Action   = ["dynamodb:ListBackups"]
        Resource = "*"
      },
      {
        Sid    = "ReadBackups"
        Effect = "Allow"
        Action = ["dynamodb:DescribeBackup"]
        Resource = [
          "arn:aws:dynamodb:eu-west-1:222222222222:table/employee/backup/*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/order_transaction/backup/*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/cart/backup/*",
        ]
      },
      {
        Sid    = "ReadVaults"
        Effect = "Allow"
        Action = ["backup:DescribeBackupVault", "backup:ListRecoveryPointsByBackupVault"]
        Resource = [
          "arn:aws:backup:eu-west-1:222222222222:backup-vault:shop-archive-west-archive",
        ]
      },
      {
        Sid      = "ReadJobs"
        Effect   = "Allow"
        Action   = ["backup:GetRestoreJobMetadata", "backup:ListRestoreJobs"]
        Resource = "*"
      },
      {
        Sid      = "ListCatalogue"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1"
      },
      {
        Sid    = "ReadCatalogue"
        Effect = "Allow"
        Action = ["s3:GetObject"]
        Resource = [
          "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1/catalog/settings/*",
          "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1/catalog/exports/*",
          "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1/work/chains/*",
          "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1/restores/*",
        ]
      },
      {
        Sid      = "DecryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-west-1:222222222222:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-archive-west-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-west-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "ResolveAliases"
        Effect   = "Allow"
        Action   = ["kms:DescribeKey"]
        Resource = "arn:aws:kms:eu-west-1:222222222222:key/*"
      },
      {
        Sid    = "FindOwner"
        Effect = "Allow"
        Action = ["cloudformation:DescribeStackResource"]
        Resource = [
          "arn:aws:cloudformation:eu-west-1:222222222222:stack/shop-archive-west-recovery/*",
          "arn:aws:cloudformation:eu-west-1:222222222222:stack/shop-archive-west-tables*/*",
        ]
      },
      {
        Sid      = "WriteLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/shop-archive-west-plan-restore:*"
      },
    ]
  })
}

# Chooses what to restore from, and with which settings; changes nothing.
resource "aws_lambda_function" "function_plan_restore" {
  function_name    = "shop-archive-west-plan-restore"
  filename         = "${path.module}/../functions/plan_restore.zip"
  source_code_hash = "l8FOjpRyUjhd4wenM/lNR24Qh+PRd+PXDOWr7YDSJIM="
  handler          = "blueprints.functions.plan_restore.handler.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = 256
  timeout          = 300
  role             = aws_iam_role.role_for_function_plan_restore.arn
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_plan_restore,
    aws_iam_role_policy.role_for_function_plan_restore,
  ]
}

resource "aws_cloudwatch_log_group" "log_group_of_function_restore_table" {
  name              = "/aws/lambda/shop-archive-west-restore-table"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

# The function shop-archive-west-restore-table runs with this role.
resource "aws_iam_role" "role_for_function_restore_table" {
  name = "shop-archive-west-restore-table-eu-west-1"
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
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_for_function_restore_table" {
  name = "restore-table"
  role = aws_iam_role.role_for_function_restore_table.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "RestoreTables"
        Effect = "Allow"
        Action = [
          "dynamodb:BatchWriteItem",
          "dynamodb:CreateTable",
          "dynamodb:DeleteItem",
          "dynamodb:DescribeTable",
          "dynamodb:GetItem",
          "dynamodb:ImportTable",
          "dynamodb:ListTagsOfResource",
          "dynamodb:PutItem",
          "dynamodb:Query",
          "dynamodb:RestoreTableFromBackup",
          "dynamodb:RestoreTableToPointInTime",
          "dynamodb:Scan",
          "dynamodb:TagResource",
          "dynamodb:UntagResource",
          "dynamodb:UpdateItem",
        ]
        Resource = [
          "arn:aws:dynamodb:eu-west-1:222222222222:table/employee",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/order_transaction",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/cart",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/employee-*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/order_transaction-*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/cart-*",
        ]
      },
      {
        Sid    = "RestorePoints"
        Effect = "Allow"
        Action = ["backup:StartRestoreJob", "dynamodb:RestoreTableFromBackup"]
        Resource = [
          "arn:aws:backup:eu-west-1:222222222222:recovery-point:*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/employee/backup/*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/order_transaction/backup/*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/cart/backup/*",
        ]
      },
      {
        Sid    = "FollowRestores"
        Effect = "Allow"
        Action = [
          "backup:DescribeRestoreJob",
          "backup:GetRestoreJobMetadata",
          "backup:ListRestoreJobs",
        ]
        Resource = "*"
      },
      {
        Sid      = "PassRestoreRole"
        Effect   = "Allow"
        Action   = ["iam:PassRole"]
        Resource = "arn:aws:iam::222222222222:role/shop-archive-west-restore-eu-west-1"
        Condition = {
          StringEquals = {
            "iam:PassedToService" = "backup.amazonaws.com"
          }
        }
      },
      {
        Sid    = "UseTableKeys"
        Effect = "Allow"
        Action = [
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:Encrypt",
          "kms:GenerateDataKey",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
        ]
        Resource = "arn:aws:kms:eu-west-1:222222222222:key/*"
        Condition = {
          StringEquals = {
            "kms:ViaService" = "dynamodb.eu-west-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "GrantTableKeys"
        Effect   = "Allow"
        Action   = ["kms:CreateGrant"]
        Resource = "arn:aws:kms:eu-west-1:222222222222:key/*"
        Condition = {
          StringEquals = {
            "kms:ViaService" = "dynamodb.eu-west-1.amazonaws.com"
          }
          Bool = {
            "kms:GrantIsForAWSResource" = "true"
          }
        }
      },
      {
        Sid    = "ReadExports"
        Effect = "Allow"
        Action = ["s3:GetObject"]
        Resource = [
          "arn:aws:s3:::shop-archive-west-exports-staging-222222222222-eu-west-1/critical/*",
        ]
      },
      {
        Sid    = "ToldFromForbidden"
        Effect = "Allow"
        Action = ["s3:ListBucket"]
        Resource = [
          "arn:aws:s3:::shop-archive-west-exports-staging-222222222222-eu-west-1",
        ]
      },
      {
        Sid      = "DecryptExports"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-west-1:222222222222:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = ["alias/shop-archive-west-exports-staging"]
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-west-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "ListCatalogue"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1"
      },
      {
        Sid    = "ReadCatalogue"
        Effect = "Allow"
        Action = ["s3:GetObject"]
        Resource = [
          "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1/work/chains/*",
        ]
      },
      {
        Sid      = "DecryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-west-1:222222222222:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-archive-west-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-west-1.amazonaws.com"
          }
        }
      },
      {
        Sid    = "NoteWork"
        Effect = "Allow"
        Action = ["s3:PutObject"]
        Resource = [
          "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1/work/chains/*",
        ]
      },
      {
        Sid      = "EncryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-west-1:222222222222:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-archive-west-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-west-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "FollowImports"
        Effect   = "Allow"
        Action   = ["dynamodb:DescribeImport"]
        Resource = "arn:aws:dynamodb:eu-west-1:222222222222:table/*/import/*"
      },
      {
        Sid    = "LogImports"
        Effect = "Allow"
        Action = [
          "logs:CreateLogGroup",
          "logs:CreateLogStream",
          "logs:DescribeLogStreams",
          "logs:PutLogEvents",
          "logs:PutRetentionPolicy",
        ]
        Resource = [
          "arn:aws:logs:eu-west-1:222222222222:log-group:/aws-dynamodb/imports",
          "arn:aws:logs:eu-west-1:222222222222:log-group:/aws-dynamodb/imports:*",
        ]
      },
      {
        Sid      = "FindImports"
        Effect   = "Allow"
        Action   = ["dynamodb:ListImports", "logs:DescribeLogGroups"]
        Resource = "*"
      },
      {
        Sid      = "OrderRefills"
        Effect   = "Allow"
        Action   = ["states:StartExecution"]
        Resource = "arn:aws:states:eu-west-1:222222222222:stateMachine:shop-archive-west-refill"
      },
      {
        Sid      = "FollowRefills"
        Effect   = "Allow"
        Action   = ["states:DescribeExecution"]
        Resource = "arn:aws:states:eu-west-1:222222222222:execution:shop-archive-west-refill:restore-*"
      },
      {
        Sid      = "WriteLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/shop-archive-west-restore-table:*"
      },
    ]
  })
}

# Starts a restore, and looks how far it is.
resource "aws_lambda_function" "function_restore_table" {
  function_name    = "shop-archive-west-restore-table"
  filename         = "${path.module}/../functions/restore_table.zip"
  source_code_hash = "pBReBAVvPkAXInXFQBnFxkb2ZQ2TNKfuNOORiNjBYos="
  handler          = "blueprints.functions.restore_table.handler.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = 256
  timeout          = 300
  role             = aws_iam_role.role_for_function_restore_table.arn
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_restore_table,
    aws_iam_role_policy.role_for_function_restore_table,
  ]
}

resource "aws_cloudwatch_log_group" "log_group_of_function_apply_settings" {
  name              = "/aws/lambda/shop-archive-west-apply-settings"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

# The function shop-archive-west-apply-settings runs with this role.
resource "aws_iam_role" "role_for_function_apply_settings" {
  name = "shop-archive-west-apply-settings-eu-west-1"
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
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_for_function_apply_settings" {
  name = "apply-settings"
  role = aws_iam_role.role_for_function_apply_settings.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ReadTables"
        Effect = "Allow"
        Action = [
          "dynamodb:DescribeContinuousBackups",
          "dynamodb:DescribeContributorInsights",
          "dynamodb:DescribeKinesisStreamingDestination",
          "dynamodb:DescribeTable",
          "dynamodb:DescribeTimeToLive",
          "dynamodb:GetResourcePolicy",
          "dynamodb:ListTagsOfResource",
        ]
        Resource = [
          "arn:aws:dynamodb:eu-west-1:222222222222:table/employee",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/employee/index/*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/employee-*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/order_transaction",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/order_transaction/index/*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/order_transaction-*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/cart",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/cart/index/*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/cart-*",
        ]
      },
      {
        Sid    = "ReadScaling"
        Effect = "Allow"
        Action = [
          "application-autoscaling:DescribeScalableTargets",
          "application-autoscaling:DescribeScalingPolicies",
          "application-autoscaling:DescribeScheduledActions",
        ]
        Resource = "*"
      },
      {
        Sid      = "ReadAlarms"
        Effect   = "Allow"
        Action   = ["cloudwatch:DescribeAlarms"]
        Resource = "arn:aws:cloudwatch:eu-west-1:222222222222:alarm:*"
      },
      {
        Sid      = "ReadStreams"
        Effect   = "Allow"
        Action   = ["kinesis:DescribeStream", "kinesis:DescribeStreamSummary"]
        Resource = ["arn:aws:kinesis:eu-west-1:222222222222:stream/*"]
      },
      {
        Sid    = "SetTables"
        Effect = "Allow"
        Action = [
          "dynamodb:EnableKinesisStreamingDestination",
          "dynamodb:PutResourcePolicy",
          "dynamodb:TagResource",
          "dynamodb:UpdateContinuousBackups",
          "dynamodb:UpdateContributorInsights",
          "dynamodb:UpdateTable",
          "dynamodb:UpdateTimeToLive",
        ]
        Resource = [
          "arn:aws:dynamodb:eu-west-1:222222222222:table/employee",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/employee/index/*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/employee-*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/order_transaction",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/order_transaction/index/*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/order_transaction-*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/cart",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/cart/index/*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/cart-*",
        ]
      },
      {
        Sid    = "SetScaling"
        Effect = "Allow"
        Action = [
          "application-autoscaling:PutScalingPolicy",
          "application-autoscaling:PutScheduledAction",
          "application-autoscaling:RegisterScalableTarget",
        ]
        Resource = "arn:aws:application-autoscaling:eu-west-1:222222222222:scalable-target/*"
      },
      {
        Sid      = "ScaleByAlarms"
        Effect   = "Allow"
        Action   = ["cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm"]
        Resource = "arn:aws:cloudwatch:eu-west-1:222222222222:alarm:TargetTracking-*"
      },
      {
        Sid      = "LetScalingWork"
        Effect   = "Allow"
        Action   = ["iam:CreateServiceLinkedRole"]
        Resource = "arn:aws:iam::222222222222:role/aws-service-role/dynamodb.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_DynamoDBTable"
        Condition = {
          StringEquals = {
            "iam:AWSServiceName" = "dynamodb.application-autoscaling.amazonaws.com"
          }
        }
      },
      {
        Sid      = "LetStreamsWork"
        Effect   = "Allow"
        Action   = ["iam:CreateServiceLinkedRole"]
        Resource = "arn:aws:iam::222222222222:role/aws-service-role/kinesisreplication.dynamodb.amazonaws.com/AWSServiceRoleForDynamoDBKinesisDataStreamsReplication"
        Condition = {
          StringEquals = {
            "iam:AWSServiceName" = "kinesisreplication.dynamodb.amazonaws.com"
          }
        }
      },
      {
        Sid      = "SetAlarms"
        Effect   = "Allow"
        Action   = ["cloudwatch:PutMetricAlarm"]
        Resource = "arn:aws:cloudwatch:eu-west-1:222222222222:alarm:*"
      },
      {
        Sid      = "FeedStreams"
        Effect   = "Allow"
        Action   = ["kinesis:PutRecords"]
        Resource = ["arn:aws:kinesis:eu-west-1:222222222222:stream/*"]
      },
      {
        Sid      = "ListStreams"
        Effect   = "Allow"
        Action   = ["kinesis:ListStreams"]
        Resource = "*"
      },
      {
        Sid      = "WriteLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/shop-archive-west-apply-settings:*"
      },
    ]
  })
}

# Sets again what AWS does not restore.
resource "aws_lambda_function" "function_apply_settings" {
  function_name    = "shop-archive-west-apply-settings"
  filename         = "${path.module}/../functions/apply_settings.zip"
  source_code_hash = "A2WPd/ILxDA/D4en/A9R6RtWBhBrQO2nPD4mBO3u74M="
  handler          = "blueprints.functions.apply_settings.handler.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = 256
  timeout          = 300
  role             = aws_iam_role.role_for_function_apply_settings.arn
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_apply_settings,
    aws_iam_role_policy.role_for_function_apply_settings,
  ]
}

resource "aws_cloudwatch_log_group" "log_group_of_function_verify_restore" {
  name              = "/aws/lambda/shop-archive-west-verify-restore"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

# The function shop-archive-west-verify-restore runs with this role.
resource "aws_iam_role" "role_for_function_verify_restore" {
  name = "shop-archive-west-verify-restore-eu-west-1"
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
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_for_function_verify_restore" {
  name = "verify-restore"
  role = aws_iam_role.role_for_function_verify_restore.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ReadTables"
        Effect = "Allow"
        Action = [
          "dynamodb:DescribeContinuousBackups",
          "dynamodb:DescribeContributorInsights",
          "dynamodb:DescribeKinesisStreamingDestination",
          "dynamodb:DescribeTable",
          "dynamodb:DescribeTimeToLive",
          "dynamodb:GetResourcePolicy",
          "dynamodb:ListTagsOfResource",
        ]
        Resource = [
          "arn:aws:dynamodb:eu-west-1:222222222222:table/employee",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/employee/index/*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/employee-*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/order_transaction",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/order_transaction/index/*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/order_transaction-*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/cart",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/cart/index/*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/cart-*",
        ]
      },
      {
        Sid    = "ReadScaling"
        Effect = "Allow"
        Action = [
          "application-autoscaling:DescribeScalableTargets",
          "application-autoscaling:DescribeScalingPolicies",
          "application-autoscaling:DescribeScheduledActions",
        ]
        Resource = "*"
      },
      {
        Sid      = "ReadAlarms"
        Effect   = "Allow"
        Action   = ["cloudwatch:DescribeAlarms"]
        Resource = "arn:aws:cloudwatch:eu-west-1:222222222222:alarm:*"
      },
      {
        Sid      = "ReadStreams"
        Effect   = "Allow"
        Action   = ["kinesis:DescribeStream", "kinesis:DescribeStreamSummary"]
        Resource = ["arn:aws:kinesis:eu-west-1:222222222222:stream/*"]
      },
      {
        Sid    = "Sample"
        Effect = "Allow"
        Action = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"]
        Resource = [
          "arn:aws:dynamodb:eu-west-1:222222222222:table/employee",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/employee/index/*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/employee-*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/order_transaction",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/order_transaction/index/*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/order_transaction-*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/cart",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/cart/index/*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/cart-*",
        ]
      },
      {
        Sid      = "ReadThroughTableKeys"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-west-1:222222222222:key/*"
        Condition = {
          StringEquals = {
            "kms:ViaService" = "dynamodb.eu-west-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "WriteLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/shop-archive-west-verify-restore:*"
      },
    ]
  })
}

# Compares the restored table with what was asked for.
resource "aws_lambda_function" "function_verify_restore" {
  function_name    = "shop-archive-west-verify-restore"
  filename         = "${path.module}/../functions/verify_restore.zip"
  source_code_hash = "WeHWK3N92ghQVSLlJAEZqnRD2Xq58VL1VPwqlk9QawQ="
  handler          = "blueprints.functions.verify_restore.handler.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = 256
  timeout          = 300
  role             = aws_iam_role.role_for_function_verify_restore.arn
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_verify_restore,
    aws_iam_role_policy.role_for_function_verify_restore,
  ]
}

resource "aws_cloudwatch_log_group" "log_group_of_function_report_restore" {
  name              = "/aws/lambda/shop-archive-west-report-restore"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

# The function shop-archive-west-report-restore runs with this role.
resource "aws_iam_role" "role_for_function_report_restore" {
  name = "shop-archive-west-report-restore-eu-west-1"
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
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_for_function_report_restore" {
  name = "report-restore"
  role = aws_iam_role.role_for_function_report_restore.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteReport"
        Effect   = "Allow"
        Action   = ["s3:PutObject"]
        Resource = "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1/restores/*"
      },
      {
        Sid      = "EncryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-west-1:222222222222:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-archive-west-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-west-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "PublishAlerts"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"
      },
      {
        Sid      = "EncryptAlerts"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-west-1:222222222222:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-archive-west-alerts"
          }
          StringEquals = {
            "kms:ViaService" = "sns.eu-west-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "WriteLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/shop-archive-west-report-restore:*"
      },
    ]
  })
}

# Writes the report of a restore, and tells of it.
resource "aws_lambda_function" "function_report_restore" {
  function_name    = "shop-archive-west-report-restore"
  filename         = "${path.module}/../functions/report_restore.zip"
  source_code_hash = "BFiA3EzcoZaJE4AFGhBPQE+KQgTowQePBMuezU3SuR8="
  handler          = "blueprints.functions.report_restore.handler.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = 256
  timeout          = 300
  role             = aws_iam_role.role_for_function_report_restore.arn
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_report_restore,
    aws_iam_role_policy.role_for_function_report_restore,
  ]
}

resource "aws_cloudwatch_log_group" "log_group_of_function_plan_refill" {
  name              = "/aws/lambda/shop-archive-west-plan-refill"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

# The function shop-archive-west-plan-refill runs with this role.
resource "aws_iam_role" "role_for_function_plan_refill" {
  name = "shop-archive-west-plan-refill-eu-west-1"
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
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_for_function_plan_refill" {
  name = "plan-refill"
  role = aws_iam_role.role_for_function_plan_refill.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ReadTables"
        Effect = "Allow"
        Action = ["dynamodb:DescribeTable"]
        Resource = [
          "arn:aws:dynamodb:eu-west-1:222222222222:table/employee",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/order_transaction",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/cart",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/employee-*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/order_transaction-*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/cart-*",
        ]
      },
      {
        Sid    = "ReadExports"
        Effect = "Allow"
        Action = ["s3:GetObject"]
        Resource = [
          "arn:aws:s3:::shop-archive-west-exports-staging-222222222222-eu-west-1/critical/*",
        ]
      },
      {
        Sid    = "ToldFromForbidden"
        Effect = "Allow"
        Action = ["s3:ListBucket"]
        Resource = [
          "arn:aws:s3:::shop-archive-west-exports-staging-222222222222-eu-west-1",
        ]
      },
      {
        Sid      = "DecryptExports"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-west-1:222222222222:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = ["alias/shop-archive-west-exports-staging"]
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-west-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "ListCatalogue"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1"
        Condition = {
          StringLike = {
            "s3:prefix" = ["catalog/exports/*", "work/refills/*"]
          }
        }
      },
      {
        Sid    = "ReadCatalogue"
        Effect = "Allow"
        Action = ["s3:GetObject"]
        Resource = [
          "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1/catalog/exports/*",
          "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1/work/refills/*",
        ]
      },
      {
        Sid      = "DecryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-west-1:222222222222:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-archive-west-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-west-1.amazonaws.com"
          }
        }
      },
      {
        Sid    = "NoteWork"
        Effect = "Allow"
        Action = ["s3:PutObject"]
        Resource = [
          "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1/work/refills/*",
        ]
      },
      {
        Sid      = "EncryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-west-1:222222222222:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-archive-west-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-west-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "WriteLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/shop-archive-west-plan-refill:*"
      },
    ]
  })
}

# Lists the files that a refill writes next; writes nothing to the table.
resource "aws_lambda_function" "function_plan_refill" {
  function_name    = "shop-archive-west-plan-refill"
  filename         = "${path.module}/../functions/plan_refill.zip"
  source_code_hash = "Wg+dRQTBUKW8El18MZfDVX5ZEWyhH+Lq5HOipWEII8Y="
  handler          = "blueprints.functions.plan_refill.handler.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = 512
  timeout          = 900
  role             = aws_iam_role.role_for_function_plan_refill.arn
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_plan_refill,
    aws_iam_role_policy.role_for_function_plan_refill,
  ]
}

resource "aws_cloudwatch_log_group" "log_group_of_function_load_file" {
  name              = "/aws/lambda/shop-archive-west-load-file"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

# The function shop-archive-west-load-file runs with this role.
resource "aws_iam_role" "role_for_function_load_file" {
  name = "shop-archive-west-load-file-eu-west-1"
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
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_for_function_load_file" {
  name = "load-file"
  role = aws_iam_role.role_for_function_load_file.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ReadExports"
        Effect = "Allow"
        Action = ["s3:GetObject"]
        Resource = [
          "arn:aws:s3:::shop-archive-west-exports-staging-222222222222-eu-west-1/critical/*",
        ]
      },
      {
        Sid    = "ToldFromForbidden"
        Effect = "Allow"
        Action = ["s3:ListBucket"]
        Resource = [
          "arn:aws:s3:::shop-archive-west-exports-staging-222222222222-eu-west-1",
        ]
      },
      {
        Sid      = "DecryptExports"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-west-1:222222222222:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = ["alias/shop-archive-west-exports-staging"]
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-west-1.amazonaws.com"
          }
        }
      },
      {
        Sid    = "WriteItems"
        Effect = "Allow"
        Action = ["dynamodb:BatchWriteItem"]
        Resource = [
          "arn:aws:dynamodb:eu-west-1:222222222222:table/employee",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/order_transaction",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/cart",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/employee-*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/order_transaction-*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/cart-*",
        ]
      },
      {
        Sid    = "UseTableKeys"
        Effect = "Allow"
        Action = [
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:Encrypt",
          "kms:GenerateDataKey",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
        ]
        Resource = "arn:aws:kms:eu-west-1:222222222222:key/*"
        Condition = {
          StringEquals = {
            "kms:ViaService" = "dynamodb.eu-west-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "ListCatalogue"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1"
      },
      {
        Sid    = "ReadCatalogue"
        Effect = "Allow"
        Action = ["s3:GetObject"]
        Resource = [
          "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1/work/refills/*",
        ]
      },
      {
        Sid      = "DecryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-west-1:222222222222:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-archive-west-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-west-1.amazonaws.com"
          }
        }
      },
      {
        Sid    = "NoteWork"
        Effect = "Allow"
        Action = ["s3:PutObject"]
        Resource = [
          "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1/work/refills/*",
        ]
      },
      {
        Sid      = "EncryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-west-1:222222222222:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-archive-west-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-west-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "WriteLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/shop-archive-west-load-file:*"
      },
    ]
  })
}

# Writes the items of files into a table, and says how far it got.
resource "aws_lambda_function" "function_load_file" {
  function_name    = "shop-archive-west-load-file"
  filename         = "${path.module}/../functions/load_file.zip"
  source_code_hash = "0tsUjbF5MaxDwUYOnThon+LGWXYe4kOhYyVTHC83H1Q="
  handler          = "blueprints.functions.load_file.handler.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = 512
  timeout          = 900
  role             = aws_iam_role.role_for_function_load_file.arn
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_load_file,
    aws_iam_role_policy.role_for_function_load_file,
  ]
}

resource "aws_cloudwatch_log_group" "log_group_of_function_report_refill" {
  name              = "/aws/lambda/shop-archive-west-report-refill"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

# The function shop-archive-west-report-refill runs with this role.
resource "aws_iam_role" "role_for_function_report_refill" {
  name = "shop-archive-west-report-refill-eu-west-1"
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
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_for_function_report_refill" {
  name = "report-refill"
  role = aws_iam_role.role_for_function_report_refill.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ListCatalogue"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1"
        Condition = {
          StringLike = {
            "s3:prefix" = ["work/refills/*"]
          }
        }
      },
      {
        Sid    = "ReadCatalogue"
        Effect = "Allow"
        Action = ["s3:GetObject"]
        Resource = [
          "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1/work/refills/*",
        ]
      },
      {
        Sid      = "DecryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-west-1:222222222222:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-archive-west-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-west-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "WriteReport"
        Effect   = "Allow"
        Action   = ["s3:PutObject"]
        Resource = "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1/refills/*"
      },
      {
        Sid      = "EncryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-west-1:222222222222:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-archive-west-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-west-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "PublishAlerts"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"
      },
      {
        Sid      = "EncryptAlerts"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-west-1:222222222222:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-archive-west-alerts"
          }
          StringEquals = {
            "kms:ViaService" = "sns.eu-west-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "WriteLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/shop-archive-west-report-refill:*"
      },
    ]
  })
}

# Writes the report of a refill, and tells of it.
resource "aws_lambda_function" "function_report_refill" {
  function_name    = "shop-archive-west-report-refill"
  filename         = "${path.module}/../functions/report_refill.zip"
  source_code_hash = "/NyfRvFkuXwG6ibX6cJy0MiPThLm7s5oxH52GGeT3YA="
  handler          = "blueprints.functions.report_refill.handler.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = 512
  timeout          = 900
  role             = aws_iam_role.role_for_function_report_refill.arn
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_report_refill,
    aws_iam_role_policy.role_for_function_report_refill,
  ]
}

# Brings one table back, by holdfast restore or by the commands of the README.
resource "aws_sfn_state_machine" "state_machine_restore" {
  name = "shop-archive-west-restore"
  type = "STANDARD"
  definition = jsonencode({
    Comment        = "Brings one table back: choose the point, restore it, settings, proof, report."
    StartAt        = "Accept"
    TimeoutSeconds = 432000
    States = {
      Accept = {
        Type = "Pass"
        Parameters = {
          "request.$"  = "$"
          copy         = {}
          restore      = {}
          settings     = {}
          verification = {}
          pointer      = {}
        }
        Next = "Plan"
      }
      Plan = {
        Comment  = "Chooses the point, the target's name and the settings; changes nothing."
        Type     = "Task"
        Resource = "arn:aws:lambda:eu-west-1:222222222222:function:shop-archive-west-plan-restore"
        Parameters = {
          "request.$" = "$.request"
          place = {
            project     = "shop"
            environment = "archive-west"
            partition   = "aws"
            account_id  = "222222222222"
            region      = "eu-west-1"
            vaults = [
              {
                name       = "shop-archive-west-archive"
                account_id = "222222222222"
                region     = "eu-west-1"
              },
            ]
            restore_role_arn    = "arn:aws:iam::222222222222:role/shop-archive-west-restore-eu-west-1"
            catalogue_bucket    = "shop-archive-west-catalog-222222222222-eu-west-1"
            recovery_stack_name = "shop-archive-west-recovery"
            is_destination      = true
            refill_machine_arn  = "arn:aws:states:eu-west-1:222222222222:stateMachine:shop-archive-west-refill"
            export_buckets = [
              {
                name       = "shop-archive-west-exports-staging-222222222222-eu-west-1"
                account_id = "222222222222"
                region     = "eu-west-1"
              },
            ]
            topic_arn = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"
          }
          execution = {
            "arn.$"        = "$$.Execution.Id"
            "name.$"       = "$$.Execution.Name"
            "started_at.$" = "$$.Execution.StartTime"
          }
        }
        ResultPath = "$.plan"
        Retry = [
          {
            ErrorEquals = ["RefusedError"]
            MaxAttempts = 0
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
        Next = "RestoreTable"
      }
      RestoreTable = {
        Comment  = "Starts the restore, or looks how far it is."
        Type     = "Task"
        Resource = "arn:aws:lambda:eu-west-1:222222222222:function:shop-archive-west-restore-table"
        Parameters = {
          "plan.$"     = "$.plan"
          "copy.$"     = "$.copy"
          "previous.$" = "$.restore"
        }
        ResultPath = "$.restore"
        Retry = [
          {
            ErrorEquals = ["RefusedError"]
            MaxAttempts = 0
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
        Next = "IsRestored"
      }
      IsRestored = {
        Type = "Choice"
        Choices = [
          {
            Variable      = "$.restore.done"
            BooleanEquals = true
            Next          = "ApplySettings"
          },
        ]
        Default = "WaitForRestore"
      }
      WaitForRestore = {
        Type        = "Wait"
        SecondsPath = "$.restore.wait_seconds"
        Next        = "RestoreTable"
      }
      ApplySettings = {
        Comment  = "Sets what AWS does not restore; DynamoDB takes some changes one at a time only."
        Type     = "Task"
        Resource = "arn:aws:lambda:eu-west-1:222222222222:function:shop-archive-west-apply-settings"
        Parameters = {
          "plan.$"     = "$.plan"
          "previous.$" = "$.settings"
        }
        ResultPath = "$.settings"
        Retry = [
          {
            ErrorEquals = ["RefusedError"]
            MaxAttempts = 0
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
        Next = "AreSettingsApplied"
      }
      AreSettingsApplied = {
        Type = "Choice"
        Choices = [
          {
            Variable      = "$.settings.done"
            BooleanEquals = true
            Next          = "Verify"
          },
        ]
        Default = "WaitForSettings"
      }
      WaitForSettings = {
        Type        = "Wait"
        SecondsPath = "$.settings.wait_seconds"
        Next        = "ApplySettings"
      }
      Verify = {
        Comment  = "Compares what is there with what was asked for; what it cannot tell fails."
        Type     = "Task"
        Resource = "arn:aws:lambda:eu-west-1:222222222222:function:shop-archive-west-verify-restore"
        Parameters = {
          "plan.$"     = "$.plan"
          "settings.$" = "$.settings"
          "restore.$"  = "$.restore"
          "previous.$" = "$.verification"
        }
        ResultPath = "$.verification"
        Retry = [
          {
            ErrorEquals = ["RefusedError"]
            MaxAttempts = 0
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
        Next = "IsVerified"
      }
      IsVerified = {
        Type = "Choice"
        Choices = [
          {
            Variable      = "$.verification.done"
            BooleanEquals = true
            Next          = "IsPointerWanted"
          },
        ]
        Default = "WaitForVerification"
      }
      WaitForVerification = {
        Type        = "Wait"
        SecondsPath = "$.verification.wait_seconds"
        Next        = "Verify"
      }
      IsPointerWanted = {
        Type = "Choice"
        Choices = [
          {
            And = [
              {
                Variable      = "$.plan.repoint"
                BooleanEquals = true
              },
              {
                Variable      = "$.verification.passed"
                BooleanEquals = true
              },
            ]
            Next = "Repoint"
          },
        ]
        Default = "Report"
      }
      Repoint = {
        Comment  = "Points whoever reads the parameter at the restored table, after it was proven."
        Type     = "Task"
        Resource = "arn:aws:states:::aws-sdk:ssm:putParameter"
        Parameters = {
          "Name.$"  = "$.plan.pointer.parameter_name"
          "Value.$" = "$.plan.target.name"
          Overwrite = true
        }
        ResultPath = "$.pointer"
        Retry = [
          {
            ErrorEquals = ["RefusedError"]
            MaxAttempts = 0
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
        Next = "Report"
      }
      Report = {
        Type     = "Task"
        Resource = "arn:aws:lambda:eu-west-1:222222222222:function:shop-archive-west-report-restore"
        Parameters = {
          "state.$" = "$"
          place = {
            project     = "shop"
            environment = "archive-west"
            partition   = "aws"
            account_id  = "222222222222"
            region      = "eu-west-1"
            vaults = [
              {
                name       = "shop-archive-west-archive"
                account_id = "222222222222"
                region     = "eu-west-1"
              },
            ]
            restore_role_arn    = "arn:aws:iam::222222222222:role/shop-archive-west-restore-eu-west-1"
            catalogue_bucket    = "shop-archive-west-catalog-222222222222-eu-west-1"
            recovery_stack_name = "shop-archive-west-recovery"
            is_destination      = true
            refill_machine_arn  = "arn:aws:states:eu-west-1:222222222222:stateMachine:shop-archive-west-refill"
            export_buckets = [
              {
                name       = "shop-archive-west-exports-staging-222222222222-eu-west-1"
                account_id = "222222222222"
                region     = "eu-west-1"
              },
            ]
            topic_arn = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"
          }
          execution = {
            "arn.$"        = "$$.Execution.Id"
            "name.$"       = "$$.Execution.Name"
            "started_at.$" = "$$.Execution.StartTime"
            "entered_at.$" = "$$.State.EnteredTime"
          }
        }
        ResultPath = "$.report"
        Retry = [
          {
            ErrorEquals = ["RefusedError"]
            MaxAttempts = 0
          },
          {
            ErrorEquals     = ["States.ALL"]
            IntervalSeconds = 2
            BackoffRate     = 3
            MaxAttempts     = 4
          },
        ]
        Next = "IsRight"
      }
      IsRight = {
        Type = "Choice"
        Choices = [
          {
            Variable     = "$.report.status"
            StringEquals = "SUCCEEDED"
            Next         = "Restored"
          },
        ]
        Default = "Failed"
      }
      Restored = {
        Type = "Pass"
        Parameters = {
          "status.$" = "$.report.status"
          "bucket.$" = "$.report.bucket"
          "key.$"    = "$.report.key"
        }
        End = true
      }
      Failed = {
        Type  = "Fail"
        Error = "RestoreFailed"
        Cause = "The report in the catalogue bucket, under restores/TABLE/EXECUTION.json, says what is not right."
      }
    }
  })
  role_arn = aws_iam_role.role_of_restore_machine.arn
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }

  # Its first run would lack its permissions.
  depends_on = [aws_iam_role_policy.role_of_restore_machine]
}

# Writes exports, chains of them and older dumps into a table.
resource "aws_sfn_state_machine" "state_machine_refill" {
  name = "shop-archive-west-refill"
  type = "STANDARD"
  definition = jsonencode({
    Comment        = "Writes the items of files in S3 into a table: an export, a chain of them, or an older dump."
    StartAt        = "Accept"
    TimeoutSeconds = 1209600
    States = {
      Accept = {
        Type = "Pass"
        Parameters = {
          "request.$" = "$"
          plan        = {}
        }
        Next = "Plan"
      }
      Plan = {
        Comment  = "Lists the files of the next round; windows that follow each other are rounds of their own."
        Type     = "Task"
        Resource = "arn:aws:lambda:eu-west-1:222222222222:function:shop-archive-west-plan-refill"
        Parameters = {
          "request.$" = "$.request"
          place = {
            project            = "shop"
            environment        = "archive-west"
            partition          = "aws"
            account_id         = "222222222222"
            region             = "eu-west-1"
            catalogue_bucket   = "shop-archive-west-catalog-222222222222-eu-west-1"
            topic_arn          = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"
            is_destination     = true
            refill_machine_arn = "arn:aws:states:eu-west-1:222222222222:stateMachine:shop-archive-west-refill"
            export_buckets = [
              {
                name       = "shop-archive-west-exports-staging-222222222222-eu-west-1"
                account_id = "222222222222"
                region     = "eu-west-1"
              },
            ]
            dump_buckets = []
          }
          execution = {
            "arn.$"        = "$$.Execution.Id"
            "name.$"       = "$$.Execution.Name"
            "started_at.$" = "$$.Execution.StartTime"
          }
          "previous.$" = "$.plan"
        }
        ResultPath = "$.plan"
        Retry = [
          {
            ErrorEquals = ["RefusedError"]
            MaxAttempts = 0
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
        Next = "WhatIsNext"
      }
      WhatIsNext = {
        Type = "Choice"
        Choices = [
          {
            Variable     = "$.plan.action"
            StringEquals = "load"
            Next         = "Load"
          },
          {
            Variable     = "$.plan.action"
            StringEquals = "wait"
            Next         = "Wait"
          },
        ]
        Default = "Report"
      }
      Wait = {
        Comment     = "Objects of a deep storage class are being thawed."
        Type        = "Wait"
        SecondsPath = "$.plan.wait_seconds"
        Next        = "Plan"
      }
      Load = {
        Comment = "One execution for each entry of the list; what fails stops no other, and the plan sees it."
        Type    = "Map"
        Label   = "Load"
        ItemReader = {
          Resource = "arn:aws:states:::s3:getObject"
          ReaderConfig = {
            InputType = "JSON"
          }
          Parameters = {
            "Bucket.$" = "$.plan.list.bucket"
            "Key.$"    = "$.plan.list.key"
          }
        }
        ItemSelector = {
          "item.$" = "$$.Map.Item.Value"
          "load.$" = "$.plan.load"
          loaded   = {}
        }
        MaxConcurrencyPath         = "$.plan.children"
        ToleratedFailurePercentage = 100
        ResultWriter = {
          Resource = "arn:aws:states:::s3:putObject"
          Parameters = {
            "Bucket.$" = "$.plan.list.bucket"
            "Prefix.$" = "$.plan.list.results_prefix"
          }
        }
        ItemProcessor = {
          ProcessorConfig = {
            Mode          = "DISTRIBUTED"
            ExecutionType = "STANDARD"
          }
          StartAt = "LoadFiles"
          States = {
            LoadFiles = {
              Comment        = "Writes until it is done or its time is nearly over, and says where to go on."
              Type           = "Task"
              Resource       = "arn:aws:lambda:eu-west-1:222222222222:function:shop-archive-west-load-file"
              TimeoutSeconds = 960
              Parameters = {
                "item.$" = "$.item"
                "load.$" = "$.load"
                place = {
                  project            = "shop"
                  environment        = "archive-west"
                  partition          = "aws"
                  account_id         = "222222222222"
                  region             = "eu-west-1"
                  catalogue_bucket   = "shop-archive-west-catalog-222222222222-eu-west-1"
                  topic_arn          = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"
                  is_destination     = true
                  refill_machine_arn = "arn:aws:states:eu-west-1:222222222222:stateMachine:shop-archive-west-refill"
                  export_buckets = [
                    {
                      name       = "shop-archive-west-exports-staging-222222222222-eu-west-1"
                      account_id = "222222222222"
                      region     = "eu-west-1"
                    },
                  ]
                  dump_buckets = []
                }
                "previous.$" = "$.loaded"
              }
              ResultPath = "$.loaded"
              Retry = [
                {
                  ErrorEquals = ["RefusedError", "BadDataError"]
                  MaxAttempts = 0
                },
                {
                  ErrorEquals     = ["Lambda.TooManyRequestsException"]
                  IntervalSeconds = 5
                  BackoffRate     = 1.5
                  MaxDelaySeconds = 60
                  JitterStrategy  = "FULL"
                  MaxAttempts     = 60
                },
                {
                  ErrorEquals = [
                    "Lambda.AWSLambdaException",
                    "Lambda.ClientExecutionTimeoutException",
                    "Lambda.SdkClientException",
                    "Lambda.ServiceException",
                    "Lambda.Unknown",
                    "States.Timeout",
                  ]
                  IntervalSeconds = 900
                  BackoffRate     = 1
                  MaxAttempts     = 4
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
                  Next        = "NotLoaded"
                },
              ]
              Next = "IsLoaded"
            }
            IsLoaded = {
              Type = "Choice"
              Choices = [
                {
                  Variable      = "$.loaded.done"
                  BooleanEquals = true
                  Next          = "Loaded"
                },
                {
                  Variable           = "$.loaded.wait_seconds"
                  NumericGreaterThan = 0
                  Next               = "WaitForUnits"
                },
              ]
              Default = "LoadFiles"
            }
            WaitForUnits = {
              Type        = "Wait"
              SecondsPath = "$.loaded.wait_seconds"
              Next        = "LoadFiles"
            }
            Loaded = {
              Type = "Pass"
              Parameters = {
                "index.$" = "$.item.index"
                status    = "LOADED"
              }
              End = true
            }
            NotLoaded = {
              Comment = "Why is in the work folder, or, where not even that could be written, here."
              Type    = "Pass"
              Parameters = {
                "index.$" = "$.item.index"
                status    = "FAILED"
                "error.$" = "$.error"
              }
              End = true
            }
          }
        }
        ResultPath = "$.map_run"
        Catch = [
          {
            ErrorEquals = ["States.ALL"]
            ResultPath  = "$.error"
            Next        = "Report"
          },
        ]
        Next = "Plan"
      }
      Report = {
        Type     = "Task"
        Resource = "arn:aws:lambda:eu-west-1:222222222222:function:shop-archive-west-report-refill"
        Parameters = {
          "state.$" = "$"
          place = {
            project            = "shop"
            environment        = "archive-west"
            partition          = "aws"
            account_id         = "222222222222"
            region             = "eu-west-1"
            catalogue_bucket   = "shop-archive-west-catalog-222222222222-eu-west-1"
            topic_arn          = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"
            is_destination     = true
            refill_machine_arn = "arn:aws:states:eu-west-1:222222222222:stateMachine:shop-archive-west-refill"
            export_buckets = [
              {
                name       = "shop-archive-west-exports-staging-222222222222-eu-west-1"
                account_id = "222222222222"
                region     = "eu-west-1"
              },
            ]
            dump_buckets = []
          }
          execution = {
            "arn.$"        = "$$.Execution.Id"
            "name.$"       = "$$.Execution.Name"
            "started_at.$" = "$$.Execution.StartTime"
            "entered_at.$" = "$$.State.EnteredTime"
          }
        }
        ResultPath = "$.report"
        Retry = [
          {
            ErrorEquals = ["RefusedError"]
            MaxAttempts = 0
          },
          {
            ErrorEquals     = ["States.ALL"]
            IntervalSeconds = 2
            BackoffRate     = 3
            MaxAttempts     = 4
          },
        ]
        Next = "IsRight"
      }
      IsRight = {
        Type = "Choice"
        Choices = [
          {
            Variable     = "$.report.status"
            StringEquals = "SUCCEEDED"
            Next         = "Refilled"
          },
        ]
        Default = "Failed"
      }
      Refilled = {
        Type = "Pass"
        Parameters = {
          "status.$"  = "$.report.status"
          "bucket.$"  = "$.report.bucket"
          "key.$"     = "$.report.key"
          "written.$" = "$.report.written"
          "deleted.$" = "$.report.deleted"
        }
        End = true
      }
      Failed = {
        Type  = "Fail"
        Error = "RefillFailed"
        Cause = "The report in the catalogue bucket, under refills/TABLE/EXECUTION.json, says what is not right."
      }
    }
  })
  role_arn = aws_iam_role.role_of_refill_machine.arn
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }

  # Its first run would lack its permissions.
  depends_on = [aws_iam_role_policy.role_of_refill_machine]
}
