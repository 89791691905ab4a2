# Written by Holdfast 0.1.0 from environments/archive-west.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

resource "aws_kms_key" "key_of_vault_archive" {
  description = "Recovery points in the backup vault shop-archive-west-archive"
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
        Sid    = "AllowUseByAwsBackup"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::222222222222:root"]
        }
        Action = [
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:Encrypt",
          "kms:GenerateDataKey",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
        ]
        Resource = "*"
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::222222222222:role/shop-archive-west-copy-back-eu-west-1",
              "arn:aws:iam::222222222222:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
            ]
          }
        }
      },
      {
        Sid    = "AllowGrantsByAwsBackup"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::222222222222:root"]
        }
        Action   = "kms:CreateGrant"
        Resource = "*"
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::222222222222:role/shop-archive-west-copy-back-eu-west-1",
              "arn:aws:iam::222222222222:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
            ]
          }
          Bool = {
            "kms:GrantIsForAWSResource" = "true"
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

resource "aws_kms_alias" "alias_of_vault_archive" {
  name          = "alias/shop-archive-west-vault-archive"
  target_key_id = aws_kms_key.key_of_vault_archive.key_id

  lifecycle {
    prevent_destroy = true
  }
}

# Vault archive: takes copies from other environments. Locked in governance mode: break-glass can remove the lock.
resource "aws_backup_vault" "vault_archive" {
  name        = "shop-archive-west-archive"
  kms_key_arn = aws_kms_key.key_of_vault_archive.arn
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

resource "aws_backup_vault_policy" "vault_archive" {
  backup_vault_name = aws_backup_vault.vault_archive.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyBreakGlassDestroys"
        Effect    = "Deny"
        Principal = "*"
        Action = [
          "backup:DeleteBackupVault",
          "backup:DeleteBackupVaultLockConfiguration",
          "backup:DeleteRecoveryPoint",
          "backup:DisassociateRecoveryPoint",
          "backup:UpdateRecoveryPointLifecycle",
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
        Action = [
          "backup:PutBackupVaultAccessPolicy",
          "backup:DeleteBackupVaultAccessPolicy",
          "backup:PutBackupVaultLockConfiguration",
          "backup:PutBackupVaultNotifications",
          "backup:DeleteBackupVaultNotifications",
        ]
        Resource = "*"
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
        Sid       = "OnlyBreakGlassLocksShorter"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["backup:PutBackupVaultLockConfiguration"]
        Resource  = "*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
          }
          NumericLessThan = {
            "backup:MinRetentionDays" = "7"
          }
        }
      },
      {
        Sid       = "OnlyBreakGlassLocksLonger"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["backup:PutBackupVaultLockConfiguration"]
        Resource  = "*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
          }
          NumericGreaterThan = {
            "backup:MaxRetentionDays" = "60"
          }
        }
      },
      {
        Sid       = "OnlyBreakGlassLocksForEver"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["backup:PutBackupVaultLockConfiguration"]
        Resource  = "*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
          }
          Null = {
            "backup:ChangeableForDays" = "false"
          }
        }
      },
    ]
  })
}

resource "aws_backup_vault_lock_configuration" "vault_archive" {
  backup_vault_name  = aws_backup_vault.vault_archive.name
  min_retention_days = 7
  max_retention_days = 60
}

# AWS Backup copies recovery points back to the source accounts with this role.
resource "aws_iam_role" "role_for_copy_back" {
  name = "shop-archive-west-copy-back-eu-west-1"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AwsBackupOfThisAccount"
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

resource "aws_iam_role_policy" "role_for_copy_back" {
  name = "copy-back"
  role = aws_iam_role.role_for_copy_back.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ReadThroughTableKeys"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = "arn:aws:kms:*:*:key/*"
        Condition = {
          StringEquals = {
            "kms:ViaService" = "dynamodb.eu-west-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "DescribeKeys"
        Effect   = "Allow"
        Action   = "kms:DescribeKey"
        Resource = "arn:aws:kms:*:*:key/*"
      },
      {
        Sid      = "GrantVaultKeys"
        Effect   = "Allow"
        Action   = "kms:CreateGrant"
        Resource = "arn:aws:kms:*:*:key/*"
        Condition = {
          Bool = {
            "kms:GrantIsForAWSResource" = "true"
          }
        }
      },
    ]
  })
}

# Break-glass, and restores of known sources, list copies and copy them back.
resource "aws_iam_role" "role_for_recovery" {
  name = "shop-archive-west-recovery-eu-west-1"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "BreakGlassAndRestores"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::222222222222:root", "arn:aws:iam::444444444444:root"]
        }
        Action = "sts:AssumeRole"
        Condition = {
          ArnLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::222222222222:role/ArchiveBreakGlass",
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::444444444444:role/shop-staging-plan-restore-eu-west-1",
              "arn:aws:iam::444444444444:role/shop-staging-fetch-copy-eu-west-1",
            ]
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

resource "aws_iam_role_policy" "role_for_recovery" {
  name = "recovery"
  role = aws_iam_role.role_for_recovery.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ListCopies"
        Effect = "Allow"
        Action = ["backup:DescribeBackupVault", "backup:ListRecoveryPointsByBackupVault"]
        Resource = [
          "arn:aws:backup:eu-west-1:222222222222:backup-vault:shop-archive-west-archive",
        ]
      },
      {
        Sid    = "CopyBack"
        Effect = "Allow"
        Action = [
          "backup:DescribeRecoveryPoint",
          "backup:GetRecoveryPointRestoreMetadata",
          "backup:StartCopyJob",
        ]
        Resource = "*"
      },
      {
        Sid      = "FollowCopies"
        Effect   = "Allow"
        Action   = ["backup:DescribeCopyJob", "backup:ListCopyJobs"]
        Resource = "*"
      },
      {
        Sid      = "PassCopyBackRole"
        Effect   = "Allow"
        Action   = "iam:PassRole"
        Resource = "arn:aws:iam::222222222222:role/shop-archive-west-copy-back-eu-west-1"
        Condition = {
          StringEquals = {
            "iam:PassedToService" = "backup.amazonaws.com"
          }
        }
      },
      {
        Sid      = "ListChains"
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1"
        Condition = {
          StringLike = {
            "s3:prefix" = "catalog/exports/*"
          }
        }
      },
      {
        Sid      = "ReadChains"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1/catalog/exports/*"
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
    ]
  })
}
