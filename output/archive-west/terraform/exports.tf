# Written by Holdfast 0.1.0 from environments/archive-west.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

resource "aws_kms_key" "held_key_of_exports_shop_staging" {
  description = "Objects of the bucket shop-archive-west-exports-staging-222222222222-eu-west-1"
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
        Sid    = "AllowExports"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::444444444444:root"]
        }
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = "*"
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = ["arn:aws:iam::444444444444:role/shop-staging-export-table-eu-west-1"]
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-west-1.amazonaws.com"
          }
        }
      },
      {
        Sid    = "AllowVerification"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::444444444444:root"]
        }
        Action   = ["kms:Decrypt"]
        Resource = "*"
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = ["arn:aws:iam::444444444444:role/shop-staging-verify-export-eu-west-1"]
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-west-1.amazonaws.com"
          }
        }
      },
      {
        Sid    = "AllowReading"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::444444444444:root"]
        }
        Action   = ["kms:Decrypt"]
        Resource = "*"
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/shop-staging-restore-table-eu-west-1",
              "arn:aws:iam::444444444444:role/shop-staging-plan-refill-eu-west-1",
              "arn:aws:iam::444444444444:role/shop-staging-load-file-eu-west-1",
            ]
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-west-1.amazonaws.com"
          }
        }
      },
      {
        Sid    = "AllowToResolveAlias"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::444444444444:root"]
        }
        Action   = "kms:DescribeKey"
        Resource = "*"
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = ["arn:aws:iam::444444444444:role/shop-staging-export-table-eu-west-1"]
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

resource "aws_kms_alias" "held_alias_of_exports_shop_staging" {
  name          = "alias/shop-archive-west-exports-staging"
  target_key_id = aws_kms_key.held_key_of_exports_shop_staging.key_id

  lifecycle {
    prevent_destroy = true
  }
}

# Exports of staging.
resource "aws_s3_bucket" "held_export_bucket_shop_staging" {
  bucket = "shop-archive-west-exports-staging-222222222222-eu-west-1"
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

resource "aws_s3_bucket_versioning" "held_export_bucket_shop_staging" {
  bucket = aws_s3_bucket.held_export_bucket_shop_staging.bucket

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "held_export_bucket_shop_staging" {
  bucket = aws_s3_bucket.held_export_bucket_shop_staging.bucket

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.held_key_of_exports_shop_staging.arn
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "held_export_bucket_shop_staging" {
  bucket = aws_s3_bucket.held_export_bucket_shop_staging.bucket

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "held_export_bucket_shop_staging" {
  bucket                  = aws_s3_bucket.held_export_bucket_shop_staging.bucket
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "held_policy_of_export_bucket_shop_staging" {
  bucket = aws_s3_bucket.held_export_bucket_shop_staging.bucket
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "DenyPlainHttp"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource = [
          "arn:aws:s3:::shop-archive-west-exports-staging-222222222222-eu-west-1",
          "arn:aws:s3:::shop-archive-west-exports-staging-222222222222-eu-west-1/*",
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
        Resource = "arn:aws:s3:::shop-archive-west-exports-staging-222222222222-eu-west-1/*"
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
        Resource  = "arn:aws:s3:::shop-archive-west-exports-staging-222222222222-eu-west-1/*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
          }
        }
      },
      {
        Sid       = "OnlyBreakGlassDestroysBucket"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["s3:DeleteBucket"]
        Resource  = "arn:aws:s3:::shop-archive-west-exports-staging-222222222222-eu-west-1"
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
        Resource = "arn:aws:s3:::shop-archive-west-exports-staging-222222222222-eu-west-1"
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
        Sid    = "AllowExports"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::444444444444:root"]
        }
        Action = ["s3:AbortMultipartUpload", "s3:PutObject", "s3:PutObjectAcl"]
        Resource = [
          "arn:aws:s3:::shop-archive-west-exports-staging-222222222222-eu-west-1/critical/*",
        ]
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = ["arn:aws:iam::444444444444:role/shop-staging-export-table-eu-west-1"]
          }
        }
      },
      {
        Sid    = "AllowVerification"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::444444444444:root"]
        }
        Action = ["s3:GetObject"]
        Resource = [
          "arn:aws:s3:::shop-archive-west-exports-staging-222222222222-eu-west-1/critical/*",
        ]
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = ["arn:aws:iam::444444444444:role/shop-staging-verify-export-eu-west-1"]
          }
        }
      },
      {
        Sid    = "AllowToTellMissing"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::444444444444:root"]
        }
        Action   = ["s3:ListBucket"]
        Resource = "arn:aws:s3:::shop-archive-west-exports-staging-222222222222-eu-west-1"
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = ["arn:aws:iam::444444444444:role/shop-staging-verify-export-eu-west-1"]
          }
        }
      },
      {
        Sid    = "AllowReading"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::444444444444:root"]
        }
        Action = ["s3:GetObject"]
        Resource = [
          "arn:aws:s3:::shop-archive-west-exports-staging-222222222222-eu-west-1/critical/*",
        ]
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/shop-staging-restore-table-eu-west-1",
              "arn:aws:iam::444444444444:role/shop-staging-plan-refill-eu-west-1",
              "arn:aws:iam::444444444444:role/shop-staging-load-file-eu-west-1",
            ]
          }
        }
      },
      {
        Sid    = "AllowReadersToTellMissing"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::444444444444:root"]
        }
        Action   = ["s3:ListBucket"]
        Resource = "arn:aws:s3:::shop-archive-west-exports-staging-222222222222-eu-west-1"
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/shop-staging-restore-table-eu-west-1",
              "arn:aws:iam::444444444444:role/shop-staging-plan-refill-eu-west-1",
              "arn:aws:iam::444444444444:role/shop-staging-load-file-eu-west-1",
            ]
          }
        }
      },
    ]
  })

  # S3 takes one change of access at a time.
  depends_on = [aws_s3_bucket_public_access_block.held_export_bucket_shop_staging]
}

resource "aws_s3_bucket_lifecycle_configuration" "held_export_bucket_shop_staging" {
  bucket = aws_s3_bucket.held_export_bucket_shop_staging.bucket

  rule {
    id     = "critical-full"
    status = "Enabled"

    filter {
      prefix = "critical/full/"
    }

    expiration {
      days = 153
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

    expiration {
      days = 153
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

  depends_on = [aws_s3_bucket_versioning.held_export_bucket_shop_staging]
}
