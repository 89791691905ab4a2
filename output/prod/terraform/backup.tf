# Written by Holdfast 0.1.0 from environments/prod.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

resource "aws_kms_key" "key_of_vault_main" {
  description = "Recovery points in the backup vault shop-prod-main"
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
        Sid    = "AllowUseByAwsBackup"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::111111111111:root"]
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
              "arn:aws:iam::111111111111:role/shop-prod-backup-eu-central-1",
              "arn:aws:iam::111111111111:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
            ]
          }
        }
      },
      {
        Sid    = "AllowGrantsByAwsBackup"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::111111111111:root"]
        }
        Action   = "kms:CreateGrant"
        Resource = "*"
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::111111111111:role/shop-prod-backup-eu-central-1",
              "arn:aws:iam::111111111111:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
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

resource "aws_kms_alias" "alias_of_vault_main" {
  name          = "alias/shop-prod-vault-main"
  target_key_id = aws_kms_key.key_of_vault_main.key_id

  lifecycle {
    prevent_destroy = true
  }
}

# Vault main: recovery points of this environment's tables. Locked in governance mode: break-glass can remove the lock.
resource "aws_backup_vault" "vault_main" {
  name        = "shop-prod-main"
  kms_key_arn = aws_kms_key.key_of_vault_main.arn
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
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::111111111111:role/Deploy",
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
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
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
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
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
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
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
  description = "Recovery points in the backup vault shop-prod-critical"
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
        Sid    = "AllowUseByAwsBackup"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:root"]
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
              "arn:aws:iam::111111111111:role/shop-prod-backup-eu-central-1",
              "arn:aws:iam::222222222222:role/shop-archive-copy-back-eu-central-1",
              "arn:aws:iam::111111111111:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
              "arn:aws:iam::222222222222:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
            ]
          }
        }
      },
      {
        Sid    = "AllowGrantsByAwsBackup"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:root"]
        }
        Action   = "kms:CreateGrant"
        Resource = "*"
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::111111111111:role/shop-prod-backup-eu-central-1",
              "arn:aws:iam::222222222222:role/shop-archive-copy-back-eu-central-1",
              "arn:aws:iam::111111111111:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
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

resource "aws_kms_alias" "alias_of_vault_critical" {
  name          = "alias/shop-prod-vault-critical"
  target_key_id = aws_kms_key.key_of_vault_critical.key_id

  lifecycle {
    prevent_destroy = true
  }
}

# Vault critical: recovery points of this environment's tables. Locked in governance mode: break-glass can remove the lock.
resource "aws_backup_vault" "vault_critical" {
  name        = "shop-prod-critical"
  kms_key_arn = aws_kms_key.key_of_vault_critical.arn
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
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::111111111111:role/Deploy",
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
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
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
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
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
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
            ]
          }
          Null = {
            "backup:ChangeableForDays" = "false"
          }
        }
      },
      {
        Sid    = "AllowCopiesFromPeers"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::222222222222:root"]
        }
        Action   = "backup:CopyIntoBackupVault"
        Resource = "*"
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
  description = "Recovery points in the backup vault shop-prod-long"
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
        Sid    = "AllowUseByAwsBackup"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::111111111111:root"]
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
              "arn:aws:iam::111111111111:role/shop-prod-backup-eu-central-1",
              "arn:aws:iam::111111111111:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
            ]
          }
        }
      },
      {
        Sid    = "AllowGrantsByAwsBackup"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::111111111111:root"]
        }
        Action   = "kms:CreateGrant"
        Resource = "*"
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::111111111111:role/shop-prod-backup-eu-central-1",
              "arn:aws:iam::111111111111:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
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

resource "aws_kms_alias" "alias_of_vault_long" {
  name          = "alias/shop-prod-vault-long"
  target_key_id = aws_kms_key.key_of_vault_long.key_id

  lifecycle {
    prevent_destroy = true
  }
}

# Vault long: recovery points of this environment's tables. Locked in governance mode: break-glass can remove the lock.
resource "aws_backup_vault" "vault_long" {
  name        = "shop-prod-long"
  kms_key_arn = aws_kms_key.key_of_vault_long.arn
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
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::111111111111:role/Deploy",
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
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
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
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
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
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
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
  name = "shop-prod-backup-eu-central-1"
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
            "aws:SourceAccount" = "111111111111"
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
        Resource = "arn:aws:dynamodb:eu-central-1:111111111111:table/*"
      },
      {
        Sid      = "ExpireBackups"
        Effect   = "Allow"
        Action   = ["dynamodb:DeleteBackup", "dynamodb:DescribeBackup"]
        Resource = "arn:aws:dynamodb:eu-central-1:111111111111:table/*/backup/*"
      },
      {
        Sid    = "FindVaults"
        Effect = "Allow"
        Action = "backup:DescribeBackupVault"
        Resource = [
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-main",
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-critical",
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-long",
          "arn:aws:backup:eu-central-1:222222222222:backup-vault:shop-archive-archive",
        ]
      },
      {
        Sid      = "TagRecoveryPoints"
        Effect   = "Allow"
        Action   = "backup:TagResource"
        Resource = "arn:aws:backup:*:111111111111:*"
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
            "kms:ViaService" = "dynamodb.eu-central-1.amazonaws.com"
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
      {
        Sid    = "CopyIntoVaults"
        Effect = "Allow"
        Action = "backup:CopyIntoBackupVault"
        Resource = [
          "arn:aws:backup:eu-central-1:222222222222:backup-vault:shop-archive-archive",
        ]
      },
      {
        Sid      = "CopyOutOfVaults"
        Effect   = "Allow"
        Action   = "backup:CopyFromBackupVault"
        Resource = "*"
      },
    ]
  })
}

# Class standard into vault main: daily.
resource "aws_backup_plan" "plan_standard_main" {
  name = "shop-prod-standard.main"

  rule {
    rule_name                    = "daily"
    target_vault_name            = aws_backup_vault.vault_main.name
    schedule                     = "cron(0 3 * * ? *)"
    schedule_expression_timezone = "Europe/Berlin"
    start_window                 = 60
    completion_window            = 720
    recovery_point_tags = {
      project     = "shop"
      environment = "prod"
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
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_backup_selection" "selection_standard_main_tables" {
  name         = "shop-prod-standard.main.tables"
  plan_id      = aws_backup_plan.plan_standard_main.id
  iam_role_arn = aws_iam_role.role_for_backup.arn
  resources = [
    "arn:aws:dynamodb:eu-central-1:111111111111:table/employee",
    "arn:aws:dynamodb:eu-central-1:111111111111:table/cart",
    "arn:aws:dynamodb:eu-central-1:111111111111:table/legacy_sessions",
  ]

  # The role must hold its permissions before the first job runs.
  depends_on = [aws_iam_role_policy.role_for_backup]
}

# Class critical into vault critical: daily.
resource "aws_backup_plan" "plan_critical_critical" {
  name = "shop-prod-critical.critical"

  rule {
    rule_name                    = "daily"
    target_vault_name            = aws_backup_vault.vault_critical.name
    schedule                     = "cron(0 3 * * ? *)"
    schedule_expression_timezone = "Etc/UTC"
    start_window                 = 60
    completion_window            = 720
    recovery_point_tags = {
      project     = "shop"
      environment = "prod"
      owner       = "payments"
      cost_center = "4711"
      rule        = "daily"
    }

    lifecycle {
      delete_after = 31
    }

    copy_action {
      destination_vault_arn = "arn:aws:backup:eu-central-1:222222222222:backup-vault:shop-archive-archive"

      lifecycle {
        delete_after = 31
      }
    }
  }

  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_backup_selection" "selection_critical_critical_tables" {
  name         = "shop-prod-critical.critical.tables"
  plan_id      = aws_backup_plan.plan_critical_critical.id
  iam_role_arn = aws_iam_role.role_for_backup.arn
  resources    = ["arn:aws:dynamodb:eu-central-1:111111111111:table/order_transaction"]

  # The role must hold its permissions before the first job runs.
  depends_on = [aws_iam_role_policy.role_for_backup]
}

# Class critical into vault long: monthly.
resource "aws_backup_plan" "plan_critical_long" {
  name = "shop-prod-critical.long"

  rule {
    rule_name                    = "monthly"
    target_vault_name            = aws_backup_vault.vault_long.name
    schedule                     = "cron(0 4 1 * ? *)"
    schedule_expression_timezone = "Etc/UTC"
    start_window                 = 60
    completion_window            = 720
    recovery_point_tags = {
      project     = "shop"
      environment = "prod"
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
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_backup_selection" "selection_critical_long_tables" {
  name         = "shop-prod-critical.long.tables"
  plan_id      = aws_backup_plan.plan_critical_long.id
  iam_role_arn = aws_iam_role.role_for_backup.arn
  resources    = ["arn:aws:dynamodb:eu-central-1:111111111111:table/order_transaction"]

  # The role must hold its permissions before the first job runs.
  depends_on = [aws_iam_role_policy.role_for_backup]
}
