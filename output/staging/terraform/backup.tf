# Written by Holdfast 0.1.0 from environments/staging.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

resource "aws_kms_key" "key_of_vault_main" {
  description = "Recovery points in the backup vault shop-staging-main"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "IamOfThisAccountDecides"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::444444444444:root"
        }
        Action   = "kms:*"
        Resource = "*"
      },
      {
        Sid    = "AllowUseByAwsBackup"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::444444444444:root"]
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
              "arn:aws:iam::444444444444:role/shop-staging-backup-eu-west-1",
              "arn:aws:iam::444444444444:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
            ]
          }
        }
      },
      {
        Sid    = "AllowGrantsByAwsBackup"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::444444444444:root"]
        }
        Action   = "kms:CreateGrant"
        Resource = "*"
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/shop-staging-backup-eu-west-1",
              "arn:aws:iam::444444444444:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
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
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
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
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::444444444444:role/Deploy",
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
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "alias_of_vault_main" {
  name          = "alias/shop-staging-vault-main"
  target_key_id = aws_kms_key.key_of_vault_main.key_id

  lifecycle {
    prevent_destroy = true
  }
}

# Vault main: recovery points of this environment's tables. Locked in governance mode: break-glass can remove the lock.
resource "aws_backup_vault" "vault_main" {
  name        = "shop-staging-main"
  kms_key_arn = aws_kms_key.key_of_vault_main.arn
  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_backup_vault_policy" "vault_main" {
  backup_vault_name = aws_backup_vault.vault_main.name
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
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
            ]
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
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::444444444444:role/Deploy",
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
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
            ]
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
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
            ]
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
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
            ]
          }
          Null = {
            "backup:ChangeableForDays" = "false"
          }
        }
      },
    ]
  })
}

resource "aws_backup_vault_lock_configuration" "vault_main" {
  backup_vault_name  = aws_backup_vault.vault_main.name
  min_retention_days = 7
  max_retention_days = 60
}

resource "aws_kms_key" "key_of_vault_critical" {
  description = "Recovery points in the backup vault shop-staging-critical"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "IamOfThisAccountDecides"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::444444444444:root"
        }
        Action   = "kms:*"
        Resource = "*"
      },
      {
        Sid    = "AllowUseByAwsBackup"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::444444444444:root"]
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
              "arn:aws:iam::444444444444:role/shop-staging-backup-eu-west-1",
              "arn:aws:iam::444444444444:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
            ]
          }
        }
      },
      {
        Sid    = "AllowGrantsByAwsBackup"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::444444444444:root"]
        }
        Action   = "kms:CreateGrant"
        Resource = "*"
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/shop-staging-backup-eu-west-1",
              "arn:aws:iam::444444444444:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
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
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
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
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::444444444444:role/Deploy",
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
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "alias_of_vault_critical" {
  name          = "alias/shop-staging-vault-critical"
  target_key_id = aws_kms_key.key_of_vault_critical.key_id

  lifecycle {
    prevent_destroy = true
  }
}

# Vault critical: recovery points of this environment's tables. Locked in governance mode: break-glass can remove the lock.
resource "aws_backup_vault" "vault_critical" {
  name        = "shop-staging-critical"
  kms_key_arn = aws_kms_key.key_of_vault_critical.arn
  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_backup_vault_policy" "vault_critical" {
  backup_vault_name = aws_backup_vault.vault_critical.name
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
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
            ]
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
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::444444444444:role/Deploy",
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
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
            ]
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
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
            ]
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
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
            ]
          }
          Null = {
            "backup:ChangeableForDays" = "false"
          }
        }
      },
    ]
  })
}

resource "aws_backup_vault_lock_configuration" "vault_critical" {
  backup_vault_name  = aws_backup_vault.vault_critical.name
  min_retention_days = 7
  max_retention_days = 60
}

resource "aws_kms_key" "key_of_vault_long" {
  description = "Recovery points in the backup vault shop-staging-long"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "IamOfThisAccountDecides"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::444444444444:root"
        }
        Action   = "kms:*"
        Resource = "*"
      },
      {
        Sid    = "AllowUseByAwsBackup"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::444444444444:root"]
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
              "arn:aws:iam::444444444444:role/shop-staging-backup-eu-west-1",
              "arn:aws:iam::444444444444:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
            ]
          }
        }
      },
      {
        Sid    = "AllowGrantsByAwsBackup"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::444444444444:root"]
        }
        Action   = "kms:CreateGrant"
        Resource = "*"
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/shop-staging-backup-eu-west-1",
              "arn:aws:iam::444444444444:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
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
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
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
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::444444444444:role/Deploy",
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
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "alias_of_vault_long" {
  name          = "alias/shop-staging-vault-long"
  target_key_id = aws_kms_key.key_of_vault_long.key_id

  lifecycle {
    prevent_destroy = true
  }
}

# Vault long: recovery points of this environment's tables. Locked in governance mode: break-glass can remove the lock.
resource "aws_backup_vault" "vault_long" {
  name        = "shop-staging-long"
  kms_key_arn = aws_kms_key.key_of_vault_long.arn
  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_backup_vault_policy" "vault_long" {
  backup_vault_name = aws_backup_vault.vault_long.name
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
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
            ]
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
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::444444444444:role/Deploy",
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
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
            ]
          }
          NumericLessThan = {
            "backup:MinRetentionDays" = "90"
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
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
            ]
          }
          NumericGreaterThan = {
            "backup:MaxRetentionDays" = "400"
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
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
            ]
          }
          Null = {
            "backup:ChangeableForDays" = "false"
          }
        }
      },
    ]
  })
}

resource "aws_backup_vault_lock_configuration" "vault_long" {
  backup_vault_name  = aws_backup_vault.vault_long.name
  min_retention_days = 90
  max_retention_days = 400
}

# AWS Backup takes the backups of this environment with this role.
resource "aws_iam_role" "role_for_backup" {
  name = "shop-staging-backup-eu-west-1"
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
            "aws:SourceAccount" = "444444444444"
          }
        }
      },
    ]
  })
  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_for_backup" {
  name = "backup"
  role = aws_iam_role.role_for_backup.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "BackUpTables"
        Effect = "Allow"
        Action = [
          "dynamodb:CreateBackup",
          "dynamodb:DescribeTable",
          "dynamodb:ListTagsOfResource",
          "dynamodb:StartAwsBackupJob",
        ]
        Resource = "arn:aws:dynamodb:eu-west-1:444444444444:table/*"
      },
      {
        Sid      = "ExpireBackups"
        Effect   = "Allow"
        Action   = ["dynamodb:DeleteBackup", "dynamodb:DescribeBackup"]
        Resource = "arn:aws:dynamodb:eu-west-1:444444444444:table/*/backup/*"
      },
      {
        Sid    = "FindVaults"
        Effect = "Allow"
        Action = "backup:DescribeBackupVault"
        Resource = [
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-main",
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-critical",
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-long",
        ]
      },
      {
        Sid      = "TagRecoveryPoints"
        Effect   = "Allow"
        Action   = "backup:TagResource"
        Resource = "arn:aws:backup:*:444444444444:*"
      },
      {
        Sid      = "FindTags"
        Effect   = "Allow"
        Action   = "tag:GetResources"
        Resource = "*"
      },
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

# Class standard into vault main: daily.
resource "aws_backup_plan" "plan_standard_main" {
  name = "shop-staging-standard.main"

  rule {
    rule_name                    = "daily"
    target_vault_name            = aws_backup_vault.vault_main.name
    schedule                     = "cron(0 3 * * ? *)"
    schedule_expression_timezone = "Europe/Berlin"
    start_window                 = 60
    completion_window            = 720
    recovery_point_tags = {
      project     = "shop"
      environment = "staging"
      owner       = "payments"
      cost_center = "4711"
      rule        = "daily"
    }

    lifecycle {
      delete_after = 35
    }
  }

  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_backup_selection" "selection_standard_main_tables" {
  name         = "shop-staging-standard.main.tables"
  plan_id      = aws_backup_plan.plan_standard_main.id
  iam_role_arn = aws_iam_role.role_for_backup.arn
  resources = [
    "arn:aws:dynamodb:eu-west-1:444444444444:table/employee",
    "arn:aws:dynamodb:eu-west-1:444444444444:table/cart",
  ]

  # The role must hold its permissions before the first job runs.
  depends_on = [aws_iam_role_policy.role_for_backup]
}

# Class critical into vault critical: daily.
resource "aws_backup_plan" "plan_critical_critical" {
  name = "shop-staging-critical.critical"

  rule {
    rule_name                    = "daily"
    target_vault_name            = aws_backup_vault.vault_critical.name
    schedule                     = "cron(0 3 * * ? *)"
    schedule_expression_timezone = "Etc/UTC"
    start_window                 = 60
    completion_window            = 720
    recovery_point_tags = {
      project     = "shop"
      environment = "staging"
      owner       = "payments"
      cost_center = "4711"
      rule        = "daily"
    }

    lifecycle {
      delete_after = 31
    }
  }

  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_backup_selection" "selection_critical_critical_tables" {
  name         = "shop-staging-critical.critical.tables"
  plan_id      = aws_backup_plan.plan_critical_critical.id
  iam_role_arn = aws_iam_role.role_for_backup.arn
  resources    = ["arn:aws:dynamodb:eu-west-1:444444444444:table/order_transaction"]

  # The role must hold its permissions before the first job runs.
  depends_on = [aws_iam_role_policy.role_for_backup]
}

# Class critical into vault long: monthly.
resource "aws_backup_plan" "plan_critical_long" {
  name = "shop-staging-critical.long"

  rule {
    rule_name                    = "monthly"
    target_vault_name            = aws_backup_vault.vault_long.name
    schedule                     = "cron(0 4 1 * ? *)"
    schedule_expression_timezone = "Etc/UTC"
    start_window                 = 60
    completion_window            = 720
    recovery_point_tags = {
      project     = "shop"
      environment = "staging"
      owner       = "payments"
      cost_center = "4711"
      rule        = "monthly"
    }

    lifecycle {
      delete_after       = 366
      cold_storage_after = 31
    }
  }

  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_backup_selection" "selection_critical_long_tables" {
  name         = "shop-staging-critical.long.tables"
  plan_id      = aws_backup_plan.plan_critical_long.id
  iam_role_arn = aws_iam_role.role_for_backup.arn
  resources    = ["arn:aws:dynamodb:eu-west-1:444444444444:table/order_transaction"]

  # The role must hold its permissions before the first job runs.
  depends_on = [aws_iam_role_policy.role_for_backup]
}
