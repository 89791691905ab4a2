# Written by Holdfast 0.1.0 from environments/dev.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

# AWS Backup restores tables with this role.
resource "aws_iam_role" "role_for_restores" {
  name = "shop-dev-restore-eu-central-1"
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
            "aws:SourceAccount" = "333333333333"
          }
        }
      },
    ]
  })
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
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
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee-*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction-*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart-*",
        ]
      },
      {
        Sid    = "RestoreBackups"
        Effect = "Allow"
        Action = ["dynamodb:RestoreTableFromBackup"]
        Resource = [
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee-*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction-*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart-*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee/backup/*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction/backup/*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart/backup/*",
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
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          StringEquals = {
            "kms:ViaService" = "dynamodb.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "DescribeKeys"
        Effect   = "Allow"
        Action   = ["kms:DescribeKey"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
      },
      {
        Sid      = "GrantKeys"
        Effect   = "Allow"
        Action   = ["kms:CreateGrant"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
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
  name = "shop-dev-restore-machine-eu-central-1"
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
            "aws:SourceAccount" = "333333333333"
          }
          ArnLike = {
            "aws:SourceArn" = "arn:aws:states:eu-central-1:333333333333:stateMachine:shop-dev-restore"
          }
        }
      },
    ]
  })
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
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
          "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-plan-restore",
          "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-restore-table",
          "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-apply-settings",
          "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-verify-restore",
          "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-report-restore",
        ]
      },
    ]
  })
}

# The state machines that run by the clock use this role.
resource "aws_iam_role" "role_of_scheduled_machines" {
  name = "shop-dev-scheduled-machines-eu-central-1"
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
            "aws:SourceAccount" = "333333333333"
          }
          ArnLike = {
            "aws:SourceArn" = [
              "arn:aws:states:eu-central-1:333333333333:stateMachine:shop-dev-settings-snapshot",
              "arn:aws:states:eu-central-1:333333333333:stateMachine:shop-dev-freshness",
              "arn:aws:states:eu-central-1:333333333333:stateMachine:shop-dev-keep-pitr",
            ]
          }
        }
      },
    ]
  })
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_of_scheduled_machines" {
  name = "scheduled-machines"
  role = aws_iam_role.role_of_scheduled_machines.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "CallFunctions"
        Effect = "Allow"
        Action = "lambda:InvokeFunction"
        Resource = [
          "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-settings-snapshot",
          "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-check-freshness",
          "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-keep-pitr",
        ]
      },
      {
        Sid      = "PublishAlerts"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = "arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"
      },
      {
        Sid      = "EncryptAlerts"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-alerts"
          }
          StringEquals = {
            "kms:ViaService" = "sns.eu-central-1.amazonaws.com"
          }
        }
      },
    ]
  })
}

# EventBridge and its Scheduler start state machines with this role.
resource "aws_iam_role" "role_of_schedules" {
  name = "shop-dev-recovery-schedules-eu-central-1"
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
            "aws:SourceAccount" = "333333333333"
          }
          ArnLike = {
            "aws:SourceArn" = "arn:aws:scheduler:eu-central-1:333333333333:schedule-group/default"
          }
        }
      },
      {
        Sid    = "EventBridge"
        Effect = "Allow"
        Principal = {
          Service = "events.amazonaws.com"
        }
        Action = "sts:AssumeRole"
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = "333333333333"
          }
        }
      },
    ]
  })
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_of_schedules" {
  name = "recovery-schedules"
  role = aws_iam_role.role_of_schedules.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "StartMachines"
        Effect = "Allow"
        Action = "states:StartExecution"
        Resource = [
          "arn:aws:states:eu-central-1:333333333333:stateMachine:shop-dev-settings-snapshot",
          "arn:aws:states:eu-central-1:333333333333:stateMachine:shop-dev-freshness",
          "arn:aws:states:eu-central-1:333333333333:stateMachine:shop-dev-keep-pitr",
        ]
      },
      {
        Sid      = "KeepWhatDidNotStart"
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = "arn:aws:sqs:eu-central-1:333333333333:shop-dev-recovery-unstarted"
      },
    ]
  })
}

# The state machine shop-dev-refill runs with this role.
resource "aws_iam_role" "role_of_refill_machine" {
  name = "shop-dev-refill-machine-eu-central-1"
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
            "aws:SourceAccount" = "333333333333"
          }
          ArnLike = {
            "aws:SourceArn" = "arn:aws:states:eu-central-1:333333333333:stateMachine:shop-dev-refill"
          }
        }
      },
    ]
  })
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
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
          "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-plan-refill",
          "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-load-file",
          "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-report-refill",
        ]
      },
      {
        Sid      = "StartChildren"
        Effect   = "Allow"
        Action   = ["states:StartExecution"]
        Resource = "arn:aws:states:eu-central-1:333333333333:stateMachine:shop-dev-refill"
      },
      {
        Sid      = "FollowChildren"
        Effect   = "Allow"
        Action   = ["states:DescribeExecution", "states:StopExecution"]
        Resource = "arn:aws:states:eu-central-1:333333333333:execution:shop-dev-refill/Load:*"
      },
      {
        Sid      = "ReadList"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/work/refills/*"
      },
      {
        Sid    = "WriteResults"
        Effect = "Allow"
        Action = [
          "s3:AbortMultipartUpload",
          "s3:ListMultipartUploadParts",
          "s3:PutObject",
        ]
        Resource = "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/work/refills/*/results/*"
      },
      {
        Sid      = "DecryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "EncryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-central-1.amazonaws.com"
          }
        }
      },
    ]
  })
}

# The state machine shop-dev-undo runs with this role.
resource "aws_iam_role" "role_of_undo_machine" {
  name = "shop-dev-undo-machine-eu-central-1"
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
            "aws:SourceAccount" = "333333333333"
          }
          ArnLike = {
            "aws:SourceArn" = "arn:aws:states:eu-central-1:333333333333:stateMachine:shop-dev-undo"
          }
        }
      },
    ]
  })
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_of_undo_machine" {
  name = "undo-machine"
  role = aws_iam_role.role_of_undo_machine.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "CallFunctions"
        Effect = "Allow"
        Action = "lambda:InvokeFunction"
        Resource = [
          "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-plan-undo",
          "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-undo-keys",
          "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-report-undo",
        ]
      },
      {
        Sid      = "StartChildren"
        Effect   = "Allow"
        Action   = ["states:StartExecution"]
        Resource = "arn:aws:states:eu-central-1:333333333333:stateMachine:shop-dev-undo"
      },
      {
        Sid      = "FollowChildren"
        Effect   = "Allow"
        Action   = ["states:DescribeExecution", "states:StopExecution"]
        Resource = "arn:aws:states:eu-central-1:333333333333:execution:shop-dev-undo/Undo:*"
      },
      {
        Sid      = "ReadList"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/work/undos/*"
      },
      {
        Sid    = "WriteResults"
        Effect = "Allow"
        Action = [
          "s3:AbortMultipartUpload",
          "s3:ListMultipartUploadParts",
          "s3:PutObject",
        ]
        Resource = "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/work/undos/*/map/*"
      },
      {
        Sid      = "DecryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "EncryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-central-1.amazonaws.com"
          }
        }
      },
    ]
  })
}

resource "aws_kms_key" "key_of_catalogue" {
  description = "Objects of the bucket shop-dev-catalog-333333333333-eu-central-1"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "IamOfThisAccountDecides"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::333333333333:root"
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
              "arn:aws:iam::333333333333:role/BreakGlass",
              "arn:aws:iam::333333333333:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
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
              "arn:aws:iam::333333333333:role/BreakGlass",
              "arn:aws:iam::333333333333:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::333333333333:role/Deploy",
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
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "alias_of_catalogue" {
  name          = "alias/shop-dev-catalog"
  target_key_id = aws_kms_key.key_of_catalogue.key_id

  lifecycle {
    prevent_destroy = true
  }
}

# Settings of tables and reports of restores: what a restore needs beside the data.
resource "aws_s3_bucket" "catalogue_bucket" {
  bucket = "shop-dev-catalog-333333333333-eu-central-1"
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
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
          "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1",
          "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/*",
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
        Resource = "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::333333333333:role/BreakGlass",
              "arn:aws:iam::333333333333:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
            ]
          }
        }
      },
      {
        Sid       = "OnlySourcesReplicate"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["s3:ReplicateDelete", "s3:ReplicateObject"]
        Resource  = "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::333333333333:role/BreakGlass",
              "arn:aws:iam::333333333333:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
            ]
          }
        }
      },
      {
        Sid       = "OnlyBreakGlassDestroysBucket"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["s3:DeleteBucket"]
        Resource  = "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::333333333333:role/BreakGlass",
              "arn:aws:iam::333333333333:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
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
        Resource = "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::333333333333:role/BreakGlass",
              "arn:aws:iam::333333333333:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::333333333333:role/Deploy",
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
  name              = "/aws/lambda/shop-dev-plan-restore"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# The function shop-dev-plan-restore runs with this role.
resource "aws_iam_role" "role_for_function_plan_restore" {
  name = "shop-dev-plan-restore-eu-central-1"
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
    environment = "dev"
    owner       = "payments"
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
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee-*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction-*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart-*",
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
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee/backup/*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction/backup/*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart/backup/*",
        ]
      },
      {
        Sid    = "ReadVaults"
        Effect = "Allow"
        Action = ["backup:DescribeBackupVault", "backup:ListRecoveryPointsByBackupVault"]
        Resource = [
          "arn:aws:backup:eu-central-1:333333333333:backup-vault:shop-dev-main",
          "arn:aws:backup:eu-central-1:333333333333:backup-vault:shop-dev-critical",
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
        Resource = "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1"
      },
      {
        Sid    = "ReadCatalogue"
        Effect = "Allow"
        Action = ["s3:GetObject"]
        Resource = [
          "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/catalog/settings/*",
          "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/catalog/exports/*",
          "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/work/chains/*",
          "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/restores/*",
        ]
      },
      {
        Sid      = "DecryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "ResolveAliases"
        Effect   = "Allow"
        Action   = ["kms:DescribeKey"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
      },
      {
        Sid    = "FindOwner"
        Effect = "Allow"
        Action = ["cloudformation:DescribeStackResource"]
        Resource = [
          "arn:aws:cloudformation:eu-central-1:333333333333:stack/shop-dev-recovery/*",
          "arn:aws:cloudformation:eu-central-1:333333333333:stack/shop-dev-tables*/*",
        ]
      },
      {
        Sid      = "WriteLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:eu-central-1:333333333333:log-group:/aws/lambda/shop-dev-plan-restore:*"
      },
    ]
  })
}

# Chooses what to restore from, and with which settings; changes nothing.
resource "aws_lambda_function" "function_plan_restore" {
  function_name    = "shop-dev-plan-restore"
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
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_plan_restore,
    aws_iam_role_policy.role_for_function_plan_restore,
  ]
}

resource "aws_cloudwatch_log_group" "log_group_of_function_restore_table" {
  name              = "/aws/lambda/shop-dev-restore-table"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# The function shop-dev-restore-table runs with this role.
resource "aws_iam_role" "role_for_function_restore_table" {
  name = "shop-dev-restore-table-eu-central-1"
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
    environment = "dev"
    owner       = "payments"
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
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee-*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction-*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart-*",
        ]
      },
      {
        Sid    = "RestorePoints"
        Effect = "Allow"
        Action = ["backup:StartRestoreJob", "dynamodb:RestoreTableFromBackup"]
        Resource = [
          "arn:aws:backup:eu-central-1:333333333333:recovery-point:*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee/backup/*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction/backup/*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart/backup/*",
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
        Resource = "arn:aws:iam::333333333333:role/shop-dev-restore-eu-central-1"
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
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          StringEquals = {
            "kms:ViaService" = "dynamodb.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "GrantTableKeys"
        Effect   = "Allow"
        Action   = ["kms:CreateGrant"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          StringEquals = {
            "kms:ViaService" = "dynamodb.eu-central-1.amazonaws.com"
          }
          Bool = {
            "kms:GrantIsForAWSResource" = "true"
          }
        }
      },
      {
        Sid      = "ListCatalogue"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1"
      },
      {
        Sid    = "ReadCatalogue"
        Effect = "Allow"
        Action = ["s3:GetObject"]
        Resource = [
          "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/work/chains/*",
        ]
      },
      {
        Sid      = "DecryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid    = "NoteWork"
        Effect = "Allow"
        Action = ["s3:PutObject"]
        Resource = [
          "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/work/chains/*",
        ]
      },
      {
        Sid      = "EncryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "FollowImports"
        Effect   = "Allow"
        Action   = ["dynamodb:DescribeImport"]
        Resource = "arn:aws:dynamodb:eu-central-1:333333333333:table/*/import/*"
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
          "arn:aws:logs:eu-central-1:333333333333:log-group:/aws-dynamodb/imports",
          "arn:aws:logs:eu-central-1:333333333333:log-group:/aws-dynamodb/imports:*",
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
        Resource = "arn:aws:states:eu-central-1:333333333333:stateMachine:shop-dev-refill"
      },
      {
        Sid      = "FollowRefills"
        Effect   = "Allow"
        Action   = ["states:DescribeExecution"]
        Resource = "arn:aws:states:eu-central-1:333333333333:execution:shop-dev-refill:restore-*"
      },
      {
        Sid      = "WriteLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:eu-central-1:333333333333:log-group:/aws/lambda/shop-dev-restore-table:*"
      },
    ]
  })
}

# Starts a restore, and looks how far it is.
resource "aws_lambda_function" "function_restore_table" {
  function_name    = "shop-dev-restore-table"
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
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_restore_table,
    aws_iam_role_policy.role_for_function_restore_table,
  ]
}

resource "aws_cloudwatch_log_group" "log_group_of_function_apply_settings" {
  name              = "/aws/lambda/shop-dev-apply-settings"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# The function shop-dev-apply-settings runs with this role.
resource "aws_iam_role" "role_for_function_apply_settings" {
  name = "shop-dev-apply-settings-eu-central-1"
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
    environment = "dev"
    owner       = "payments"
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
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee/index/*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee-*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction/index/*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction-*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart/index/*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart-*",
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
        Resource = "arn:aws:cloudwatch:eu-central-1:333333333333:alarm:*"
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
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee/index/*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee-*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction/index/*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction-*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart/index/*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart-*",
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
        Resource = "arn:aws:application-autoscaling:eu-central-1:333333333333:scalable-target/*"
      },
      {
        Sid      = "ScaleByAlarms"
        Effect   = "Allow"
        Action   = ["cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm"]
        Resource = "arn:aws:cloudwatch:eu-central-1:333333333333:alarm:TargetTracking-*"
      },
      {
        Sid      = "LetScalingWork"
        Effect   = "Allow"
        Action   = ["iam:CreateServiceLinkedRole"]
        Resource = "arn:aws:iam::333333333333:role/aws-service-role/dynamodb.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_DynamoDBTable"
        Condition = {
          StringEquals = {
            "iam:AWSServiceName" = "dynamodb.application-autoscaling.amazonaws.com"
          }
        }
      },
      {
        Sid      = "SetAlarms"
        Effect   = "Allow"
        Action   = ["cloudwatch:PutMetricAlarm"]
        Resource = "arn:aws:cloudwatch:eu-central-1:333333333333:alarm:*"
      },
      {
        Sid      = "WriteLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:eu-central-1:333333333333:log-group:/aws/lambda/shop-dev-apply-settings:*"
      },
    ]
  })
}

# Sets again what AWS does not restore.
resource "aws_lambda_function" "function_apply_settings" {
  function_name    = "shop-dev-apply-settings"
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
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_apply_settings,
    aws_iam_role_policy.role_for_function_apply_settings,
  ]
}

resource "aws_cloudwatch_log_group" "log_group_of_function_verify_restore" {
  name              = "/aws/lambda/shop-dev-verify-restore"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# The function shop-dev-verify-restore runs with this role.
resource "aws_iam_role" "role_for_function_verify_restore" {
  name = "shop-dev-verify-restore-eu-central-1"
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
    environment = "dev"
    owner       = "payments"
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
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee/index/*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee-*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction/index/*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction-*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart/index/*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart-*",
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
        Resource = "arn:aws:cloudwatch:eu-central-1:333333333333:alarm:*"
      },
      {
        Sid    = "Sample"
        Effect = "Allow"
        Action = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"]
        Resource = [
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee/index/*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee-*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction/index/*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction-*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart/index/*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart-*",
        ]
      },
      {
        Sid      = "ReadThroughTableKeys"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
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
        Resource = "arn:aws:logs:eu-central-1:333333333333:log-group:/aws/lambda/shop-dev-verify-restore:*"
      },
    ]
  })
}

# Compares the restored table with what was asked for.
resource "aws_lambda_function" "function_verify_restore" {
  function_name    = "shop-dev-verify-restore"
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
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_verify_restore,
    aws_iam_role_policy.role_for_function_verify_restore,
  ]
}

resource "aws_cloudwatch_log_group" "log_group_of_function_report_restore" {
  name              = "/aws/lambda/shop-dev-report-restore"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# The function shop-dev-report-restore runs with this role.
resource "aws_iam_role" "role_for_function_report_restore" {
  name = "shop-dev-report-restore-eu-central-1"
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
    environment = "dev"
    owner       = "payments"
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
        Resource = "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/restores/*"
      },
      {
        Sid      = "EncryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-catalog"
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
        Resource = "arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"
      },
      {
        Sid      = "EncryptAlerts"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-alerts"
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
        Resource = "arn:aws:logs:eu-central-1:333333333333:log-group:/aws/lambda/shop-dev-report-restore:*"
      },
    ]
  })
}

# Writes the report of a restore, and tells of it.
resource "aws_lambda_function" "function_report_restore" {
  function_name    = "shop-dev-report-restore"
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
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_report_restore,
    aws_iam_role_policy.role_for_function_report_restore,
  ]
}

resource "aws_cloudwatch_log_group" "log_group_of_function_plan_refill" {
  name              = "/aws/lambda/shop-dev-plan-refill"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# The function shop-dev-plan-refill runs with this role.
resource "aws_iam_role" "role_for_function_plan_refill" {
  name = "shop-dev-plan-refill-eu-central-1"
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
    environment = "dev"
    owner       = "payments"
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
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee-*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction-*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart-*",
        ]
      },
      {
        Sid      = "ListCatalogue"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1"
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
          "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/catalog/exports/*",
          "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/work/refills/*",
        ]
      },
      {
        Sid      = "DecryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid    = "NoteWork"
        Effect = "Allow"
        Action = ["s3:PutObject"]
        Resource = [
          "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/work/refills/*",
        ]
      },
      {
        Sid      = "EncryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-catalog"
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
        Resource = "arn:aws:logs:eu-central-1:333333333333:log-group:/aws/lambda/shop-dev-plan-refill:*"
      },
    ]
  })
}

# Lists the files that a refill writes next; writes nothing to the table.
resource "aws_lambda_function" "function_plan_refill" {
  function_name    = "shop-dev-plan-refill"
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
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_plan_refill,
    aws_iam_role_policy.role_for_function_plan_refill,
  ]
}

resource "aws_cloudwatch_log_group" "log_group_of_function_load_file" {
  name              = "/aws/lambda/shop-dev-load-file"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# The function shop-dev-load-file runs with this role.
resource "aws_iam_role" "role_for_function_load_file" {
  name = "shop-dev-load-file-eu-central-1"
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
    environment = "dev"
    owner       = "payments"
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
        Sid    = "WriteItems"
        Effect = "Allow"
        Action = ["dynamodb:BatchWriteItem"]
        Resource = [
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee-*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction-*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart-*",
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
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          StringEquals = {
            "kms:ViaService" = "dynamodb.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "ListCatalogue"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1"
      },
      {
        Sid    = "ReadCatalogue"
        Effect = "Allow"
        Action = ["s3:GetObject"]
        Resource = [
          "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/work/refills/*",
        ]
      },
      {
        Sid      = "DecryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid    = "NoteWork"
        Effect = "Allow"
        Action = ["s3:PutObject"]
        Resource = [
          "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/work/refills/*",
        ]
      },
      {
        Sid      = "EncryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-catalog"
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
        Resource = "arn:aws:logs:eu-central-1:333333333333:log-group:/aws/lambda/shop-dev-load-file:*"
      },
    ]
  })
}

# Writes the items of files into a table, and says how far it got.
resource "aws_lambda_function" "function_load_file" {
  function_name    = "shop-dev-load-file"
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
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_load_file,
    aws_iam_role_policy.role_for_function_load_file,
  ]
}

resource "aws_cloudwatch_log_group" "log_group_of_function_report_refill" {
  name              = "/aws/lambda/shop-dev-report-refill"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# The function shop-dev-report-refill runs with this role.
resource "aws_iam_role" "role_for_function_report_refill" {
  name = "shop-dev-report-refill-eu-central-1"
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
    environment = "dev"
    owner       = "payments"
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
        Resource = "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1"
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
          "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/work/refills/*",
        ]
      },
      {
        Sid      = "DecryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "WriteReport"
        Effect   = "Allow"
        Action   = ["s3:PutObject"]
        Resource = "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/refills/*"
      },
      {
        Sid      = "EncryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-catalog"
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
        Resource = "arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"
      },
      {
        Sid      = "EncryptAlerts"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-alerts"
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
        Resource = "arn:aws:logs:eu-central-1:333333333333:log-group:/aws/lambda/shop-dev-report-refill:*"
      },
    ]
  })
}

# Writes the report of a refill, and tells of it.
resource "aws_lambda_function" "function_report_refill" {
  function_name    = "shop-dev-report-refill"
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
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_report_refill,
    aws_iam_role_policy.role_for_function_report_refill,
  ]
}

resource "aws_cloudwatch_log_group" "log_group_of_function_plan_undo" {
  name              = "/aws/lambda/shop-dev-plan-undo"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# The function shop-dev-plan-undo runs with this role.
resource "aws_iam_role" "role_for_function_plan_undo" {
  name = "shop-dev-plan-undo-eu-central-1"
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
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_for_function_plan_undo" {
  name = "plan-undo"
  role = aws_iam_role.role_for_function_plan_undo.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ReadTables"
        Effect = "Allow"
        Action = ["dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable"]
        Resource = [
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart",
        ]
      },
      {
        Sid    = "Export"
        Effect = "Allow"
        Action = ["dynamodb:ExportTableToPointInTime"]
        Resource = [
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart",
        ]
      },
      {
        Sid    = "FollowExports"
        Effect = "Allow"
        Action = ["dynamodb:DescribeExport"]
        Resource = [
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee/export/*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction/export/*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart/export/*",
        ]
      },
      {
        Sid      = "ListCatalogue"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1"
      },
      {
        Sid      = "ReadCatalogue"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = ["arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/work/undos/*"]
      },
      {
        Sid      = "DecryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "NoteWork"
        Effect   = "Allow"
        Action   = ["s3:PutObject"]
        Resource = ["arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/work/undos/*"]
      },
      {
        Sid      = "EncryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "WriteExports"
        Effect   = "Allow"
        Action   = ["s3:AbortMultipartUpload", "s3:PutObjectAcl"]
        Resource = "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/work/undos/*"
      },
      {
        Sid      = "ResolveAlias"
        Effect   = "Allow"
        Action   = ["kms:DescribeKey"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
      },
      {
        Sid      = "ReadThroughTableKeys"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
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
        Resource = "arn:aws:logs:eu-central-1:333333333333:log-group:/aws/lambda/shop-dev-plan-undo:*"
      },
    ]
  })
}

# Exports the window that is undone; writes nothing to the table.
resource "aws_lambda_function" "function_plan_undo" {
  function_name    = "shop-dev-plan-undo"
  filename         = "${path.module}/../functions/plan_undo.zip"
  source_code_hash = "l6onIFDOoKB2arP2osqMwQFZnEG4495EEgga0CZ3R4U="
  handler          = "blueprints.functions.plan_undo.handler.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = 512
  timeout          = 900
  role             = aws_iam_role.role_for_function_plan_undo.arn
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_plan_undo,
    aws_iam_role_policy.role_for_function_plan_undo,
  ]
}

resource "aws_cloudwatch_log_group" "log_group_of_function_undo_keys" {
  name              = "/aws/lambda/shop-dev-undo-keys"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# The function shop-dev-undo-keys runs with this role.
resource "aws_iam_role" "role_for_function_undo_keys" {
  name = "shop-dev-undo-keys-eu-central-1"
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
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_for_function_undo_keys" {
  name = "undo-keys"
  role = aws_iam_role.role_for_function_undo_keys.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "PutBack"
        Effect = "Allow"
        Action = [
          "dynamodb:BatchGetItem",
          "dynamodb:DeleteItem",
          "dynamodb:DescribeTable",
          "dynamodb:PutItem",
          "dynamodb:UpdateItem",
        ]
        Resource = [
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart",
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
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          StringEquals = {
            "kms:ViaService" = "dynamodb.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "ListCatalogue"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1"
      },
      {
        Sid      = "ReadCatalogue"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = ["arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/work/undos/*"]
      },
      {
        Sid      = "DecryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "NoteWork"
        Effect   = "Allow"
        Action   = ["s3:PutObject"]
        Resource = ["arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/work/undos/*"]
      },
      {
        Sid      = "EncryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-catalog"
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
        Resource = "arn:aws:logs:eu-central-1:333333333333:log-group:/aws/lambda/shop-dev-undo-keys:*"
      },
    ]
  })
}

# Puts back items of a window where nobody wrote later.
resource "aws_lambda_function" "function_undo_keys" {
  function_name    = "shop-dev-undo-keys"
  filename         = "${path.module}/../functions/undo_keys.zip"
  source_code_hash = "NfZ4IA9nEiejjUinCKLMJX6F3jm2jW1tmvMHKoDCerc="
  handler          = "blueprints.functions.undo_keys.handler.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = 1024
  timeout          = 900
  role             = aws_iam_role.role_for_function_undo_keys.arn
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_undo_keys,
    aws_iam_role_policy.role_for_function_undo_keys,
  ]
}

resource "aws_cloudwatch_log_group" "log_group_of_function_report_undo" {
  name              = "/aws/lambda/shop-dev-report-undo"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# The function shop-dev-report-undo runs with this role.
resource "aws_iam_role" "role_for_function_report_undo" {
  name = "shop-dev-report-undo-eu-central-1"
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
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_for_function_report_undo" {
  name = "report-undo"
  role = aws_iam_role.role_for_function_report_undo.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ListCatalogue"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1"
        Condition = {
          StringLike = {
            "s3:prefix" = ["work/undos/*"]
          }
        }
      },
      {
        Sid      = "ReadCatalogue"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = ["arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/work/undos/*"]
      },
      {
        Sid      = "DecryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "WriteReport"
        Effect   = "Allow"
        Action   = ["s3:PutObject"]
        Resource = "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/undos/*"
      },
      {
        Sid      = "EncryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-catalog"
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
        Resource = "arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"
      },
      {
        Sid      = "EncryptAlerts"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-alerts"
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
        Resource = "arn:aws:logs:eu-central-1:333333333333:log-group:/aws/lambda/shop-dev-report-undo:*"
      },
    ]
  })
}

# Writes the report of an undo, and tells of it.
resource "aws_lambda_function" "function_report_undo" {
  function_name    = "shop-dev-report-undo"
  filename         = "${path.module}/../functions/report_undo.zip"
  source_code_hash = "qexl2wttrpRo59ZA6yWXH/sjM4JpleG5nzGGSfVf9U4="
  handler          = "blueprints.functions.report_undo.handler.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = 512
  timeout          = 900
  role             = aws_iam_role.role_for_function_report_undo.arn
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_report_undo,
    aws_iam_role_policy.role_for_function_report_undo,
  ]
}

resource "aws_cloudwatch_log_group" "log_group_of_function_settings_snapshot" {
  name              = "/aws/lambda/shop-dev-settings-snapshot"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# The function shop-dev-settings-snapshot runs with this role.
resource "aws_iam_role" "role_for_function_settings_snapshot" {
  name = "shop-dev-settings-snapshot-eu-central-1"
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
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_for_function_settings_snapshot" {
  name = "settings-snapshot"
  role = aws_iam_role.role_for_function_settings_snapshot.name
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
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee/index/*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction/index/*",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart/index/*",
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
        Resource = "arn:aws:cloudwatch:eu-central-1:333333333333:alarm:*"
      },
      {
        Sid      = "WriteSettings"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/catalog/settings/*"
      },
      {
        Sid      = "ListSettings"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1"
        Condition = {
          StringLike = {
            "s3:prefix" = "catalog/settings/*"
          }
        }
      },
      {
        Sid      = "EncryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-catalog"
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
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-catalog"
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
        Resource = "arn:aws:logs:eu-central-1:333333333333:log-group:/aws/lambda/shop-dev-settings-snapshot:*"
      },
    ]
  })
}

# Keeps settings of tables in the catalogue.
resource "aws_lambda_function" "function_settings_snapshot" {
  function_name    = "shop-dev-settings-snapshot"
  filename         = "${path.module}/../functions/settings_snapshot.zip"
  source_code_hash = "PdhnynoxlmBoH6rw65ZwwBSHgTCD3/WnnmITuhEgOcc="
  handler          = "blueprints.functions.settings_snapshot.handler.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = 256
  timeout          = 900
  role             = aws_iam_role.role_for_function_settings_snapshot.arn
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_settings_snapshot,
    aws_iam_role_policy.role_for_function_settings_snapshot,
  ]
}

resource "aws_cloudwatch_log_group" "log_group_of_function_check_freshness" {
  name              = "/aws/lambda/shop-dev-check-freshness"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# The function shop-dev-check-freshness runs with this role.
resource "aws_iam_role" "role_for_function_check_freshness" {
  name = "shop-dev-check-freshness-eu-central-1"
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
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_for_function_check_freshness" {
  name = "check-freshness"
  role = aws_iam_role.role_for_function_check_freshness.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ReadTables"
        Effect = "Allow"
        Action = ["dynamodb:DescribeContinuousBackups"]
        Resource = [
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart",
        ]
      },
      {
        Sid      = "ListBackups"
        Effect   = "Allow"
        Action   = ["dynamodb:ListBackups"]
        Resource = "*"
      },
      {
        Sid    = "ReadVaults"
        Effect = "Allow"
        Action = ["backup:ListRecoveryPointsByBackupVault"]
        Resource = [
          "arn:aws:backup:eu-central-1:333333333333:backup-vault:shop-dev-main",
          "arn:aws:backup:eu-central-1:333333333333:backup-vault:shop-dev-critical",
        ]
      },
      {
        Sid      = "ListExports"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1"
        Condition = {
          StringLike = {
            "s3:prefix" = ["catalog/exports/*", "catalog/freshness.json"]
          }
        }
      },
      {
        Sid      = "ReadExports"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/catalog/exports/*"
      },
      {
        Sid      = "Remember"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = "arn:aws:s3:::shop-dev-catalog-333333333333-eu-central-1/catalog/freshness.json"
      },
      {
        Sid      = "EncryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey"]
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-catalog"
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
        Resource = "arn:aws:kms:eu-central-1:333333333333:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-dev-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-central-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "Measure"
        Effect   = "Allow"
        Action   = ["cloudwatch:PutMetricData"]
        Resource = "*"
        Condition = {
          StringEquals = {
            "cloudwatch:namespace" = "Holdfast"
          }
        }
      },
      {
        Sid      = "WriteLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:eu-central-1:333333333333:log-group:/aws/lambda/shop-dev-check-freshness:*"
      },
    ]
  })
}

# Looks whether each table has points that are new enough.
resource "aws_lambda_function" "function_check_freshness" {
  function_name    = "shop-dev-check-freshness"
  filename         = "${path.module}/../functions/check_freshness.zip"
  source_code_hash = "+dy+2+8jTAnXr/vYAQRcP0nJvwtih3ZzD2WCVoCDOI4="
  handler          = "blueprints.functions.check_freshness.handler.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = 256
  timeout          = 900
  role             = aws_iam_role.role_for_function_check_freshness.arn
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_check_freshness,
    aws_iam_role_policy.role_for_function_check_freshness,
  ]
}

resource "aws_cloudwatch_log_group" "log_group_of_function_keep_pitr" {
  name              = "/aws/lambda/shop-dev-keep-pitr"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# The function shop-dev-keep-pitr runs with this role.
resource "aws_iam_role" "role_for_function_keep_pitr" {
  name = "shop-dev-keep-pitr-eu-central-1"
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
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_for_function_keep_pitr" {
  name = "keep-pitr"
  role = aws_iam_role.role_for_function_keep_pitr.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ReadTables"
        Effect = "Allow"
        Action = ["dynamodb:DescribeContinuousBackups"]
        Resource = [
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart",
        ]
      },
      {
        Sid    = "PutRight"
        Effect = "Allow"
        Action = ["dynamodb:UpdateContinuousBackups"]
        Resource = [
          "arn:aws:dynamodb:eu-central-1:333333333333:table/employee",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction",
          "arn:aws:dynamodb:eu-central-1:333333333333:table/cart",
        ]
      },
      {
        Sid      = "WriteLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:eu-central-1:333333333333:log-group:/aws/lambda/shop-dev-keep-pitr:*"
      },
    ]
  })
}

# Keeps point-in-time recovery on, with the period of the environment file.
resource "aws_lambda_function" "function_keep_pitr" {
  function_name    = "shop-dev-keep-pitr"
  filename         = "${path.module}/../functions/keep_pitr.zip"
  source_code_hash = "/2zWwTB/F/OYI2onvVfXv3uN/f8EUcDo6Fwa/s0dAP8="
  handler          = "blueprints.functions.keep_pitr.handler.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = 256
  timeout          = 900
  role             = aws_iam_role.role_for_function_keep_pitr.arn
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_keep_pitr,
    aws_iam_role_policy.role_for_function_keep_pitr,
  ]
}

resource "aws_cloudwatch_log_group" "log_group_of_function_region_settings" {
  name              = "/aws/lambda/shop-dev-region-settings"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# The function shop-dev-region-settings runs with this role.
resource "aws_iam_role" "role_for_function_region_settings" {
  name = "shop-dev-region-settings-eu-central-1"
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
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_for_function_region_settings" {
  name = "region-settings"
  role = aws_iam_role.role_for_function_region_settings.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "MergeRegionSettings"
        Effect   = "Allow"
        Action   = ["backup:DescribeRegionSettings", "backup:UpdateRegionSettings"]
        Resource = "*"
      },
      {
        Sid      = "WriteLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:eu-central-1:333333333333:log-group:/aws/lambda/shop-dev-region-settings:*"
      },
    ]
  })
}

# Adds DynamoDB to AWS Backup's settings of the Region; other services stay.
resource "aws_lambda_function" "function_region_settings" {
  function_name    = "shop-dev-region-settings"
  filename         = "${path.module}/../functions/region_settings.zip"
  source_code_hash = "R9vyyEyF+tpm3Y9n35SiQF8fG16VHtY6UunyrkvuDtk="
  handler          = "blueprints.functions.region_settings.handler.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = 256
  timeout          = 120
  role             = aws_iam_role.role_for_function_region_settings.arn
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_region_settings,
    aws_iam_role_policy.role_for_function_region_settings,
  ]
}

# Brings one table back, by holdfast restore or by the commands of the README.
resource "aws_sfn_state_machine" "state_machine_restore" {
  name = "shop-dev-restore"
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
        Resource = "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-plan-restore"
        Parameters = {
          "request.$" = "$.request"
          place = {
            project     = "shop"
            environment = "dev"
            partition   = "aws"
            account_id  = "333333333333"
            region      = "eu-central-1"
            vaults = [
              {
                name       = "shop-dev-main"
                account_id = "333333333333"
                region     = "eu-central-1"
              },
              {
                name       = "shop-dev-critical"
                account_id = "333333333333"
                region     = "eu-central-1"
              },
            ]
            restore_role_arn    = "arn:aws:iam::333333333333:role/shop-dev-restore-eu-central-1"
            catalogue_bucket    = "shop-dev-catalog-333333333333-eu-central-1"
            recovery_stack_name = "shop-dev-recovery"
            is_destination      = false
            refill_machine_arn  = "arn:aws:states:eu-central-1:333333333333:stateMachine:shop-dev-refill"
            export_buckets      = []
            topic_arn           = "arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"
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
        Resource = "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-restore-table"
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
        Resource = "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-apply-settings"
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
        Resource = "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-verify-restore"
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
        Resource = "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-report-restore"
        Parameters = {
          "state.$" = "$"
          place = {
            project     = "shop"
            environment = "dev"
            partition   = "aws"
            account_id  = "333333333333"
            region      = "eu-central-1"
            vaults = [
              {
                name       = "shop-dev-main"
                account_id = "333333333333"
                region     = "eu-central-1"
              },
              {
                name       = "shop-dev-critical"
                account_id = "333333333333"
                region     = "eu-central-1"
              },
            ]
            restore_role_arn    = "arn:aws:iam::333333333333:role/shop-dev-restore-eu-central-1"
            catalogue_bucket    = "shop-dev-catalog-333333333333-eu-central-1"
            recovery_stack_name = "shop-dev-recovery"
            is_destination      = false
            refill_machine_arn  = "arn:aws:states:eu-central-1:333333333333:stateMachine:shop-dev-refill"
            export_buckets      = []
            topic_arn           = "arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"
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
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }

  # Its first run would lack its permissions.
  depends_on = [aws_iam_role_policy.role_of_restore_machine]
}

# Keeps the settings of every protected table, daily and after each change.
resource "aws_sfn_state_machine" "state_machine_settings_snapshot" {
  name = "shop-dev-settings-snapshot"
  type = "STANDARD"
  definition = jsonencode({
    Comment        = "Keeps the settings of every protected table, daily and after each change."
    StartAt        = "Run"
    TimeoutSeconds = 5100
    States = {
      Run = {
        Type     = "Task"
        Resource = "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-settings-snapshot"
        Parameters = {
          tables = [
            {
              name = "employee"
              arn  = "arn:aws:dynamodb:eu-central-1:333333333333:table/employee"
            },
            {
              name = "order_transaction"
              arn  = "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction"
            },
            {
              name = "cart"
              arn  = "arn:aws:dynamodb:eu-central-1:333333333333:table/cart"
            },
          ]
          bucket    = "shop-dev-catalog-333333333333-eu-central-1"
          "event.$" = "$"
        }
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
            ErrorEquals = ["SettingsSnapshotsFailedError"]
            ResultPath  = "$.error"
            Next        = "ReadError"
          },
          {
            ErrorEquals = ["States.ALL"]
            ResultPath  = "$.error"
            Next        = "Alert"
          },
        ]
        End = true
      }
      ReadError = {
        Comment = "Our own errors are written to be read; Lambda wraps them in JSON."
        Type    = "Pass"
        Parameters = {
          "lambda.$" = "States.StringToJson($.error.Cause)"
        }
        Next = "TakeMessage"
      }
      TakeMessage = {
        Type = "Pass"
        Parameters = {
          error = {
            "Cause.$" = "$.lambda.errorMessage"
          }
        }
        Next = "Alert"
      }
      Alert = {
        Type     = "Task"
        Resource = "arn:aws:states:::sns:publish"
        Parameters = {
          TopicArn    = "arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"
          Subject     = "Holdfast: settings of tables not kept in dev"
          "Message.$" = "$.error.Cause"
        }
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
        Next = "Failed"
      }
      Failed = {
        Type  = "Fail"
        Error = "RunFailed"
        Cause = "See the state Run of this execution."
      }
    }
  })
  role_arn = aws_iam_role.role_of_scheduled_machines.arn
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }

  # Its first run would lack its permissions.
  depends_on = [aws_iam_role_policy.role_of_scheduled_machines]
}

# Names tables whose newest point is too old, and measures the age of all.
resource "aws_sfn_state_machine" "state_machine_freshness" {
  name = "shop-dev-freshness"
  type = "STANDARD"
  definition = jsonencode({
    Comment        = "Names tables whose newest point is too old, and measures the age of all."
    StartAt        = "Run"
    TimeoutSeconds = 5100
    States = {
      Run = {
        Comment  = "Looks, and puts right what it may; its answer says whether there is something to tell."
        Type     = "Task"
        Resource = "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-check-freshness"
        Parameters = {
          place = {
            project          = "shop"
            environment      = "dev"
            partition        = "aws"
            account_id       = "333333333333"
            region           = "eu-central-1"
            catalogue_bucket = "shop-dev-catalog-333333333333-eu-central-1"
            topic_arn        = "arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"
          }
          classes = {
            standard = [
              {
                name = "employee"
                arn  = "arn:aws:dynamodb:eu-central-1:333333333333:table/employee"
              },
              {
                name = "cart"
                arn  = "arn:aws:dynamodb:eu-central-1:333333333333:table/cart"
              },
            ]
            critical = [
              {
                name = "order_transaction"
                arn  = "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction"
              },
            ]
          }
          rules = [
            {
              name            = "standard.point_in_time_recovery"
              class           = "standard"
              source          = "point_in_time"
              allowed_minutes = 60
            },
            {
              name              = "standard.backups.daily"
              class             = "standard"
              source            = "aws_backup"
              allowed_minutes   = 2220
              vault             = "shop-dev-main"
              delete_after_days = 7
            },
            {
              name            = "critical.point_in_time_recovery"
              class           = "critical"
              source          = "point_in_time"
              allowed_minutes = 60
            },
            {
              name              = "critical.backups.daily"
              class             = "critical"
              source            = "aws_backup"
              allowed_minutes   = 2220
              vault             = "shop-dev-critical"
              delete_after_days = 7
            },
          ]
          "scheduled_at.$" = "$.scheduled_at"
        }
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
            Next        = "Alert"
          },
        ]
        Next = "IsThereSomethingToTell"
      }
      IsThereSomethingToTell = {
        Type = "Choice"
        Choices = [
          {
            Variable      = "$.tell"
            BooleanEquals = true
            Next          = "Tell"
          },
        ]
        Default = "Well"
      }
      Tell = {
        Type     = "Task"
        Resource = "arn:aws:states:::sns:publish"
        Parameters = {
          TopicArn    = "arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"
          "Subject.$" = "$.subject"
          "Message.$" = "$.message"
        }
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
        End = true
      }
      Well = {
        Type = "Succeed"
      }
      Alert = {
        Type     = "Task"
        Resource = "arn:aws:states:::sns:publish"
        Parameters = {
          TopicArn    = "arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"
          Subject     = "Holdfast: freshness not known in dev"
          "Message.$" = "$.error.Cause"
        }
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
        Next = "Failed"
      }
      Failed = {
        Type  = "Fail"
        Error = "RunFailed"
        Cause = "See the state Run of this execution."
      }
    }
  })
  role_arn = aws_iam_role.role_of_scheduled_machines.arn
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }

  # Its first run would lack its permissions.
  depends_on = [aws_iam_role_policy.role_of_scheduled_machines]
}

# Keeps point-in-time recovery on, hourly and after each change of it.
resource "aws_sfn_state_machine" "state_machine_keep_pitr" {
  name = "shop-dev-keep-pitr"
  type = "STANDARD"
  definition = jsonencode({
    Comment        = "Keeps point-in-time recovery on, hourly and after each change of it."
    StartAt        = "Run"
    TimeoutSeconds = 5100
    States = {
      Run = {
        Comment  = "Looks, and puts right what it may; its answer says whether there is something to tell."
        Type     = "Task"
        Resource = "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-keep-pitr"
        Parameters = {
          place = {
            project          = "shop"
            environment      = "dev"
            partition        = "aws"
            account_id       = "333333333333"
            region           = "eu-central-1"
            catalogue_bucket = "shop-dev-catalog-333333333333-eu-central-1"
            topic_arn        = "arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"
          }
          tables = [
            {
              name                 = "employee"
              arn                  = "arn:aws:dynamodb:eu-central-1:333333333333:table/employee"
              recovery_period_days = 7
              managed              = true
            },
            {
              name                 = "order_transaction"
              arn                  = "arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction"
              recovery_period_days = 7
              managed              = true
            },
            {
              name                 = "cart"
              arn                  = "arn:aws:dynamodb:eu-central-1:333333333333:table/cart"
              recovery_period_days = 7
              managed              = true
            },
          ]
          "event.$" = "$"
        }
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
            Next        = "Alert"
          },
        ]
        Next = "IsThereSomethingToTell"
      }
      IsThereSomethingToTell = {
        Type = "Choice"
        Choices = [
          {
            Variable      = "$.tell"
            BooleanEquals = true
            Next          = "Tell"
          },
        ]
        Default = "Well"
      }
      Tell = {
        Type     = "Task"
        Resource = "arn:aws:states:::sns:publish"
        Parameters = {
          TopicArn    = "arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"
          "Subject.$" = "$.subject"
          "Message.$" = "$.message"
        }
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
        End = true
      }
      Well = {
        Type = "Succeed"
      }
      Alert = {
        Type     = "Task"
        Resource = "arn:aws:states:::sns:publish"
        Parameters = {
          TopicArn    = "arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"
          Subject     = "Holdfast: point-in-time recovery not looked at in dev"
          "Message.$" = "$.error.Cause"
        }
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
        Next = "Failed"
      }
      Failed = {
        Type  = "Fail"
        Error = "RunFailed"
        Cause = "See the state Run of this execution."
      }
    }
  })
  role_arn = aws_iam_role.role_of_scheduled_machines.arn
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }

  # Its first run would lack its permissions.
  depends_on = [aws_iam_role_policy.role_of_scheduled_machines]
}

# Writes exports, chains of them and older dumps into a table.
resource "aws_sfn_state_machine" "state_machine_refill" {
  name = "shop-dev-refill"
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
        Resource = "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-plan-refill"
        Parameters = {
          "request.$" = "$.request"
          place = {
            project            = "shop"
            environment        = "dev"
            partition          = "aws"
            account_id         = "333333333333"
            region             = "eu-central-1"
            catalogue_bucket   = "shop-dev-catalog-333333333333-eu-central-1"
            topic_arn          = "arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"
            is_destination     = false
            refill_machine_arn = "arn:aws:states:eu-central-1:333333333333:stateMachine:shop-dev-refill"
            export_buckets     = []
            dump_buckets       = []
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
              Resource       = "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-load-file"
              TimeoutSeconds = 960
              Parameters = {
                "item.$" = "$.item"
                "load.$" = "$.load"
                place = {
                  project            = "shop"
                  environment        = "dev"
                  partition          = "aws"
                  account_id         = "333333333333"
                  region             = "eu-central-1"
                  catalogue_bucket   = "shop-dev-catalog-333333333333-eu-central-1"
                  topic_arn          = "arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"
                  is_destination     = false
                  refill_machine_arn = "arn:aws:states:eu-central-1:333333333333:stateMachine:shop-dev-refill"
                  export_buckets     = []
                  dump_buckets       = []
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
        Resource = "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-report-refill"
        Parameters = {
          "state.$" = "$"
          place = {
            project            = "shop"
            environment        = "dev"
            partition          = "aws"
            account_id         = "333333333333"
            region             = "eu-central-1"
            catalogue_bucket   = "shop-dev-catalog-333333333333-eu-central-1"
            topic_arn          = "arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"
            is_destination     = false
            refill_machine_arn = "arn:aws:states:eu-central-1:333333333333:stateMachine:shop-dev-refill"
            export_buckets     = []
            dump_buckets       = []
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
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }

  # Its first run would lack its permissions.
  depends_on = [aws_iam_role_policy.role_of_refill_machine]
}

# Takes back what a window of time has written to a table, in place.
resource "aws_sfn_state_machine" "state_machine_undo" {
  name = "shop-dev-undo"
  type = "STANDARD"
  definition = jsonencode({
    Comment        = "Puts back what was written to a table in a window of time, where nobody wrote later."
    StartAt        = "Accept"
    TimeoutSeconds = 259200
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
        Comment  = "Exports exactly the window with both images, or looks how far that is; writes nothing to the table."
        Type     = "Task"
        Resource = "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-plan-undo"
        Parameters = {
          "request.$" = "$.request"
          place = {
            project                 = "shop"
            environment             = "dev"
            partition               = "aws"
            account_id              = "333333333333"
            region                  = "eu-central-1"
            catalogue_bucket        = "shop-dev-catalog-333333333333-eu-central-1"
            topic_arn               = "arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"
            is_destination          = false
            catalogue_key_alias_arn = "arn:aws:kms:eu-central-1:333333333333:alias/shop-dev-catalog"
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
            StringEquals = "undo"
            Next         = "Undo"
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
        Comment     = "The window is not exported yet."
        Type        = "Wait"
        SecondsPath = "$.plan.wait_seconds"
        Next        = "Plan"
      }
      Undo = {
        Comment = "One execution for each share of the keys."
        Type    = "Map"
        Label   = "Undo"
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
          "undo.$" = "$.plan.undo"
          undone   = {}
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
          StartAt = "UndoKeys"
          States = {
            UndoKeys = {
              Comment        = "Compares each key's live item with the window, and writes only what the window changed."
              Type           = "Task"
              Resource       = "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-undo-keys"
              TimeoutSeconds = 960
              Parameters = {
                "item.$" = "$.item"
                "undo.$" = "$.undo"
                place = {
                  project                 = "shop"
                  environment             = "dev"
                  partition               = "aws"
                  account_id              = "333333333333"
                  region                  = "eu-central-1"
                  catalogue_bucket        = "shop-dev-catalog-333333333333-eu-central-1"
                  topic_arn               = "arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"
                  is_destination          = false
                  catalogue_key_alias_arn = "arn:aws:kms:eu-central-1:333333333333:alias/shop-dev-catalog"
                }
                "previous.$" = "$.undone"
              }
              ResultPath = "$.undone"
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
                  Next        = "NotUndone"
                },
              ]
              Next = "AreAllUndone"
            }
            AreAllUndone = {
              Type = "Choice"
              Choices = [
                {
                  Variable      = "$.undone.done"
                  BooleanEquals = true
                  Next          = "Undone"
                },
              ]
              Default = "UndoKeys"
            }
            Undone = {
              Type = "Pass"
              Parameters = {
                "index.$" = "$.item.index"
                status    = "UNDONE"
              }
              End = true
            }
            NotUndone = {
              Type = "Pass"
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
        Next = "Report"
      }
      Report = {
        Type     = "Task"
        Resource = "arn:aws:lambda:eu-central-1:333333333333:function:shop-dev-report-undo"
        Parameters = {
          "state.$" = "$"
          place = {
            project                 = "shop"
            environment             = "dev"
            partition               = "aws"
            account_id              = "333333333333"
            region                  = "eu-central-1"
            catalogue_bucket        = "shop-dev-catalog-333333333333-eu-central-1"
            topic_arn               = "arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"
            is_destination          = false
            catalogue_key_alias_arn = "arn:aws:kms:eu-central-1:333333333333:alias/shop-dev-catalog"
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
            Next         = "AllUndone"
          },
        ]
        Default = "Failed"
      }
      AllUndone = {
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
        Error = "UndoFailed"
        Cause = "The report in the catalogue bucket, under undos/TABLE/EXECUTION.json, says what is not right."
      }
    }
  })
  role_arn = aws_iam_role.role_of_undo_machine.arn
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }

  # Its first run would lack its permissions.
  depends_on = [aws_iam_role_policy.role_of_undo_machine]
}

# Takes what schedules could not start, for 14 days; an alarm watches it.
resource "aws_sqs_queue" "queue_of_unstarted_recovery" {
  name                      = "shop-dev-recovery-unstarted"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# All settings, once a day: a change that no event told of is kept all the same.
resource "aws_scheduler_schedule" "recovery_schedule_settings_snapshot" {
  name                         = "shop-dev-settings-snapshot"
  schedule_expression          = "cron(30 2 * * ? *)"
  schedule_expression_timezone = "Etc/UTC"

  flexible_time_window {
    mode                      = "FLEXIBLE"
    maximum_window_in_minutes = 15
  }

  target {
    arn      = aws_sfn_state_machine.state_machine_settings_snapshot.arn
    role_arn = aws_iam_role.role_of_schedules.arn
    input    = "{}"

    dead_letter_config {
      arn = aws_sqs_queue.queue_of_unstarted_recovery.arn
    }

    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 10
    }
  }
}

# Looks every hour whether each table has points that are new enough.
resource "aws_scheduler_schedule" "recovery_schedule_freshness" {
  name                         = "shop-dev-freshness"
  schedule_expression          = "rate(1 hour)"
  schedule_expression_timezone = "Etc/UTC"

  flexible_time_window {
    mode                      = "FLEXIBLE"
    maximum_window_in_minutes = 15
  }

  target {
    arn      = aws_sfn_state_machine.state_machine_freshness.arn
    role_arn = aws_iam_role.role_of_schedules.arn
    input    = "{\"scheduled_at\": \"<aws.scheduler.scheduled-time>\"}"

    dead_letter_config {
      arn = aws_sqs_queue.queue_of_unstarted_recovery.arn
    }

    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 10
    }
  }
}

# Looks every hour whether point-in-time recovery is on; an event may get lost.
resource "aws_scheduler_schedule" "recovery_schedule_keep_pitr" {
  name                         = "shop-dev-keep-pitr"
  schedule_expression          = "rate(1 hour)"
  schedule_expression_timezone = "Etc/UTC"

  flexible_time_window {
    mode                      = "FLEXIBLE"
    maximum_window_in_minutes = 15
  }

  target {
    arn      = aws_sfn_state_machine.state_machine_keep_pitr.arn
    role_arn = aws_iam_role.role_of_schedules.arn
    input    = "{\"scheduled_at\": \"<aws.scheduler.scheduled-time>\"}"

    dead_letter_config {
      arn = aws_sqs_queue.queue_of_unstarted_recovery.arn
    }

    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 10
    }
  }
}

# Keeps the settings of a table as soon as they changed; needs CloudTrail.
resource "aws_cloudwatch_event_rule" "rule_for_changed_tables" {
  name        = "shop-dev-table-changed"
  description = "Calls that change settings of DynamoDB tables"
  state       = "ENABLED"
  event_pattern = jsonencode({
    detail-type = ["AWS API Call via CloudTrail"]
    account     = ["333333333333"]
    region      = ["eu-central-1"]
    detail = {
      eventSource = ["dynamodb.amazonaws.com", "autoscaling.amazonaws.com"]
      eventName = [
        "CreateTable",
        "DeleteResourcePolicy",
        "DisableKinesisStreamingDestination",
        "EnableKinesisStreamingDestination",
        "PutResourcePolicy",
        "TagResource",
        "UntagResource",
        "UpdateContinuousBackups",
        "UpdateContributorInsights",
        "UpdateKinesisStreamingDestination",
        "UpdateTable",
        "UpdateTimeToLive",
        "DeleteScheduledAction",
        "DeleteScalingPolicy",
        "DeregisterScalableTarget",
        "PutScalingPolicy",
        "PutScheduledAction",
        "RegisterScalableTarget",
      ]
      errorCode = [
        {
          exists = false
        },
      ]
    }
  })
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_cloudwatch_event_target" "rule_for_changed_tables" {
  rule      = aws_cloudwatch_event_rule.rule_for_changed_tables.name
  target_id = "settings-snapshot"
  arn       = aws_sfn_state_machine.state_machine_settings_snapshot.arn
  role_arn  = aws_iam_role.role_of_schedules.arn
}

# Puts point-in-time recovery right as soon as it was changed; needs CloudTrail.
resource "aws_cloudwatch_event_rule" "rule_for_point_in_time_recovery" {
  name        = "shop-dev-pitr-changed"
  description = "Calls that change point-in-time recovery"
  state       = "ENABLED"
  event_pattern = jsonencode({
    detail-type = ["AWS API Call via CloudTrail"]
    account     = ["333333333333"]
    region      = ["eu-central-1"]
    detail = {
      eventSource = ["dynamodb.amazonaws.com"]
      eventName   = ["UpdateContinuousBackups"]
      errorCode = [
        {
          exists = false
        },
      ]
    }
  })
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_cloudwatch_event_target" "rule_for_point_in_time_recovery" {
  rule      = aws_cloudwatch_event_rule.rule_for_point_in_time_recovery.name
  target_id = "keep-pitr"
  arn       = aws_sfn_state_machine.state_machine_keep_pitr.arn
  role_arn  = aws_iam_role.role_of_schedules.arn
}

# Calls the function once, and again when its code changes.
resource "aws_lambda_invocation" "call_of_function_region_settings" {
  function_name = aws_lambda_function.function_region_settings.function_name
  input         = jsonencode({ CodeSha256 = "R9vyyEyF+tpm3Y9n35SiQF8fG16VHtY6UunyrkvuDtk=" })
}
