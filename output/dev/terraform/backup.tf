# Written by Holdfast 0.1.0 from environments/dev.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

resource "aws_kms_key" "key_of_vault_main" {
  description = "Recovery points in the backup vault shop-dev-main"
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
        Sid    = "AllowUseByAwsBackup"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::333333333333:root"]
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
              "arn:aws:iam::333333333333:role/shop-dev-backup-eu-central-1",
              "arn:aws:iam::333333333333:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
            ]
          }
        }
      },
      {
        Sid    = "AllowGrantsByAwsBackup"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::333333333333:root"]
        }
        Action   = "kms:CreateGrant"
        Resource = "*"
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::333333333333:role/shop-dev-backup-eu-central-1",
              "arn:aws:iam::333333333333:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
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

resource "aws_kms_alias" "alias_of_vault_main" {
  name          = "alias/shop-dev-vault-main"
  target_key_id = aws_kms_key.key_of_vault_main.key_id

  lifecycle {
    prevent_destroy = true
  }
}

# Vault main: recovery points of this environment's tables. Not locked.
resource "aws_backup_vault" "vault_main" {
  name        = "shop-dev-main"
  kms_key_arn = aws_kms_key.key_of_vault_main.arn
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
              "arn:aws:iam::333333333333:role/BreakGlass",
              "arn:aws:iam::333333333333:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::333333333333:role/Deploy",
            ]
          }
        }
      },
    ]
  })
}

resource "aws_kms_key" "key_of_vault_critical" {
  description = "Recovery points in the backup vault shop-dev-critical"
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
        Sid    = "AllowUseByAwsBackup"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::333333333333:root"]
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
              "arn:aws:iam::333333333333:role/shop-dev-backup-eu-central-1",
              "arn:aws:iam::333333333333:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
            ]
          }
        }
      },
      {
        Sid    = "AllowGrantsByAwsBackup"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::333333333333:root"]
        }
        Action   = "kms:CreateGrant"
        Resource = "*"
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::333333333333:role/shop-dev-backup-eu-central-1",
              "arn:aws:iam::333333333333:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
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

resource "aws_kms_alias" "alias_of_vault_critical" {
  name          = "alias/shop-dev-vault-critical"
  target_key_id = aws_kms_key.key_of_vault_critical.key_id

  lifecycle {
    prevent_destroy = true
  }
}

# Vault critical: recovery points of this environment's tables. Not locked.
resource "aws_backup_vault" "vault_critical" {
  name        = "shop-dev-critical"
  kms_key_arn = aws_kms_key.key_of_vault_critical.arn
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
              "arn:aws:iam::333333333333:role/BreakGlass",
              "arn:aws:iam::333333333333:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::333333333333:role/Deploy",
            ]
          }
        }
      },
    ]
  })
}

# AWS Backup takes the backups of this environment with this role.
resource "aws_iam_role" "role_for_backup" {
  name = "shop-dev-backup-eu-central-1"
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
        Resource = "arn:aws:dynamodb:eu-central-1:333333333333:table/*"
      },
      {
        Sid      = "ExpireBackups"
        Effect   = "Allow"
        Action   = ["dynamodb:DeleteBackup", "dynamodb:DescribeBackup"]
        Resource = "arn:aws:dynamodb:eu-central-1:333333333333:table/*/backup/*"
      },
      {
        Sid    = "FindVaults"
        Effect = "Allow"
        Action = "backup:DescribeBackupVault"
        Resource = [
          "arn:aws:backup:eu-central-1:333333333333:backup-vault:shop-dev-main",
          "arn:aws:backup:eu-central-1:333333333333:backup-vault:shop-dev-critical",
        ]
      },
      {
        Sid      = "TagRecoveryPoints"
        Effect   = "Allow"
        Action   = "backup:TagResource"
        Resource = "arn:aws:backup:*:333333333333:*"
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
    ]
  })
}

# Class standard into vault main: daily.
resource "aws_backup_plan" "plan_standard_main" {
  name = "shop-dev-standard.main"

  rule {
    rule_name                    = "daily"
    target_vault_name            = aws_backup_vault.vault_main.name
    schedule                     = "cron(0 3 * * ? *)"
    schedule_expression_timezone = "Europe/Berlin"
    start_window                 = 60
    completion_window            = 720
    recovery_point_tags = {
      project     = "shop"
      environment = "dev"
      owner       = "payments"
      cost_center = "4711"
      rule        = "daily"
    }

    lifecycle {
      delete_after = 7
    }
  }

  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_backup_selection" "selection_standard_main_tables" {
  name         = "shop-dev-standard.main.tables"
  plan_id      = aws_backup_plan.plan_standard_main.id
  iam_role_arn = aws_iam_role.role_for_backup.arn
  resources = [
    "arn:aws:dynamodb:eu-central-1:333333333333:table/employee",
    "arn:aws:dynamodb:eu-central-1:333333333333:table/cart",
  ]

  # The role must hold its permissions before the first job runs.
  depends_on = [aws_iam_role_policy.role_for_backup]
}

# Class critical into vault critical: daily.
resource "aws_backup_plan" "plan_critical_critical" {
  name = "shop-dev-critical.critical"

  rule {
    rule_name                    = "daily"
    target_vault_name            = aws_backup_vault.vault_critical.name
    schedule                     = "cron(0 3 * * ? *)"
    schedule_expression_timezone = "Etc/UTC"
    start_window                 = 60
    completion_window            = 720
    recovery_point_tags = {
      project     = "shop"
      environment = "dev"
      owner       = "payments"
      cost_center = "4711"
      rule        = "daily"
    }

    lifecycle {
      delete_after = 7
    }
  }

  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_backup_selection" "selection_critical_critical_tables" {
  name         = "shop-dev-critical.critical.tables"
  plan_id      = aws_backup_plan.plan_critical_critical.id
  iam_role_arn = aws_iam_role.role_for_backup.arn
  resources    = ["arn:aws:dynamodb:eu-central-1:333333333333:table/order_transaction"]

  # The role must hold its permissions before the first job runs.
  depends_on = [aws_iam_role_policy.role_for_backup]
}
