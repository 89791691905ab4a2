# Written by Holdfast 0.1.0 from environments/staging.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

# Operates tables, takes backups, starts restores; deletes nothing protected.
resource "aws_iam_policy" "guardrail_operator" {
  name        = "shop-staging-operator-eu-west-1"
  description = "Operates tables, takes backups, starts restores; deletes nothing protected."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "OperateTables"
        Effect = "Allow"
        Action = [
          "dynamodb:CreateTable",
          "dynamodb:UpdateTable",
          "dynamodb:Describe*",
          "dynamodb:List*",
          "dynamodb:TagResource",
          "dynamodb:UntagResource",
          "dynamodb:CreateBackup",
          "dynamodb:RestoreTableFromBackup",
          "dynamodb:RestoreTableToPointInTime",
          "dynamodb:RestoreTableFromAwsBackup",
          "dynamodb:StartAwsBackupJob",
          "dynamodb:DeleteTable",
        ]
        Resource = "arn:aws:dynamodb:eu-west-1:444444444444:table/*"
      },
      {
        Sid    = "WriteRestoredTables"
        Effect = "Allow"
        Action = [
          "dynamodb:BatchWriteItem",
          "dynamodb:DeleteItem",
          "dynamodb:GetItem",
          "dynamodb:PutItem",
          "dynamodb:Query",
          "dynamodb:Scan",
          "dynamodb:UpdateItem",
        ]
        Resource = "arn:aws:dynamodb:eu-west-1:444444444444:table/*"
      },
      {
        Sid    = "Look"
        Effect = "Allow"
        Action = [
          "dynamodb:ListBackups",
          "dynamodb:ListTables",
          "backup:Describe*",
          "backup:Get*",
          "backup:List*",
        ]
        Resource = "*"
      },
      {
        Sid    = "StartBackups"
        Effect = "Allow"
        Action = ["backup:StartBackupJob"]
        Resource = [
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-main",
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-critical",
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-long",
        ]
      },
      {
        Sid      = "StartRestores"
        Effect   = "Allow"
        Action   = ["backup:StartRestoreJob"]
        Resource = "arn:aws:backup:eu-west-1:444444444444:recovery-point:*"
      },
      {
        Sid    = "PassRolesOfBackup"
        Effect = "Allow"
        Action = ["iam:PassRole"]
        Resource = [
          "arn:aws:iam::444444444444:role/shop-staging-backup-eu-west-1",
          "arn:aws:iam::444444444444:role/shop-staging-restore-eu-west-1",
        ]
        Condition = {
          StringEquals = {
            "iam:PassedToService" = "backup.amazonaws.com"
          }
        }
      },
      {
        Sid      = "RunRestores"
        Effect   = "Allow"
        Action   = ["states:StartExecution", "states:ListExecutions"]
        Resource = "arn:aws:states:eu-west-1:444444444444:stateMachine:shop-staging-restore"
      },
      {
        Sid      = "FollowRestores"
        Effect   = "Allow"
        Action   = ["states:DescribeExecution", "states:GetExecutionHistory"]
        Resource = "arn:aws:states:eu-west-1:444444444444:execution:shop-staging-restore:*"
      },
      {
        Sid    = "ReadCatalogue"
        Effect = "Allow"
        Action = ["s3:GetObject"]
        Resource = [
          "arn:aws:s3:::shop-staging-catalog-444444444444-eu-west-1/restores/*",
          "arn:aws:s3:::shop-staging-catalog-444444444444-eu-west-1/catalog/settings/*",
        ]
      },
      {
        Sid      = "DecryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-west-1:444444444444:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-staging-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-west-1.amazonaws.com"
          }
        }
      },
      {
        Sid    = "Tables"
        Effect = "Deny"
        Action = [
          "dynamodb:DeleteTable",
          "dynamodb:DeleteTableReplica",
          "dynamodb:UpdateContinuousBackups",
          "dynamodb:DeleteItem",
          "dynamodb:BatchWriteItem",
          "dynamodb:PutItem",
          "dynamodb:UpdateItem",
          "dynamodb:PartiQLDelete",
          "dynamodb:PartiQLInsert",
          "dynamodb:PartiQLUpdate",
          "dynamodb:UpdateTimeToLive",
          "dynamodb:PutResourcePolicy",
          "dynamodb:DeleteResourcePolicy",
        ]
        Resource = [
          "arn:aws:dynamodb:eu-west-1:444444444444:table/employee",
          "arn:aws:dynamodb:eu-west-1:444444444444:table/order_transaction",
          "arn:aws:dynamodb:eu-west-1:444444444444:table/cart",
        ]
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
        Sid      = "Backups"
        Effect   = "Deny"
        Action   = ["dynamodb:DeleteBackup"]
        Resource = "arn:aws:dynamodb:eu-west-1:444444444444:table/*/backup/*"
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
        Sid    = "Points"
        Effect = "Deny"
        Action = [
          "backup:DeleteRecoveryPoint",
          "backup:DisassociateRecoveryPoint",
          "backup:UpdateRecoveryPointLifecycle",
        ]
        Resource = [
          "arn:aws:backup:eu-west-1:444444444444:recovery-point:*",
          "arn:aws:dynamodb:eu-west-1:444444444444:table/*/backup/*",
        ]
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
        Sid    = "Vaults"
        Effect = "Deny"
        Action = [
          "backup:DeleteBackupVault",
          "backup:DeleteBackupVaultLockConfiguration",
        ]
        Resource = [
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-main",
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-critical",
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-long",
        ]
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
            ]
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

# Manages plans and selections; deletes no selection and no copy.
resource "aws_iam_policy" "guardrail_backup_administrator" {
  name        = "shop-staging-backup-administrator-eu-west-1"
  description = "Manages plans and selections; deletes no selection and no copy."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ManagePlans"
        Effect = "Allow"
        Action = [
          "backup:CreateBackupPlan",
          "backup:CreateBackupSelection",
          "backup:DeleteBackupPlan",
          "backup:TagResource",
          "backup:UpdateBackupPlan",
        ]
        Resource = "arn:aws:backup:eu-west-1:444444444444:backup-plan:*"
      },
      {
        Sid      = "Look"
        Effect   = "Allow"
        Action   = ["backup:Describe*", "backup:Get*", "backup:List*"]
        Resource = "*"
      },
      {
        Sid    = "StartBackups"
        Effect = "Allow"
        Action = ["backup:StartBackupJob"]
        Resource = [
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-main",
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-critical",
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-long",
        ]
      },
      {
        Sid      = "StartRestores"
        Effect   = "Allow"
        Action   = ["backup:StartRestoreJob"]
        Resource = "arn:aws:backup:eu-west-1:444444444444:recovery-point:*"
      },
      {
        Sid    = "PassRolesOfBackup"
        Effect = "Allow"
        Action = ["iam:PassRole"]
        Resource = [
          "arn:aws:iam::444444444444:role/shop-staging-backup-eu-west-1",
          "arn:aws:iam::444444444444:role/shop-staging-restore-eu-west-1",
        ]
        Condition = {
          StringEquals = {
            "iam:PassedToService" = "backup.amazonaws.com"
          }
        }
      },
      {
        Sid      = "RunRestores"
        Effect   = "Allow"
        Action   = ["states:StartExecution", "states:ListExecutions"]
        Resource = "arn:aws:states:eu-west-1:444444444444:stateMachine:shop-staging-restore"
      },
      {
        Sid      = "FollowRestores"
        Effect   = "Allow"
        Action   = ["states:DescribeExecution", "states:GetExecutionHistory"]
        Resource = "arn:aws:states:eu-west-1:444444444444:execution:shop-staging-restore:*"
      },
      {
        Sid    = "ReadCatalogue"
        Effect = "Allow"
        Action = ["s3:GetObject"]
        Resource = [
          "arn:aws:s3:::shop-staging-catalog-444444444444-eu-west-1/restores/*",
          "arn:aws:s3:::shop-staging-catalog-444444444444-eu-west-1/catalog/settings/*",
        ]
      },
      {
        Sid      = "DecryptCatalogue"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = "arn:aws:kms:eu-west-1:444444444444:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/shop-staging-catalog"
          }
          StringEquals = {
            "kms:ViaService" = "s3.eu-west-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "Backups"
        Effect   = "Deny"
        Action   = ["dynamodb:DeleteBackup"]
        Resource = "arn:aws:dynamodb:eu-west-1:444444444444:table/*/backup/*"
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
        Sid    = "Points"
        Effect = "Deny"
        Action = [
          "backup:DeleteRecoveryPoint",
          "backup:DisassociateRecoveryPoint",
          "backup:UpdateRecoveryPointLifecycle",
        ]
        Resource = [
          "arn:aws:backup:eu-west-1:444444444444:recovery-point:*",
          "arn:aws:dynamodb:eu-west-1:444444444444:table/*/backup/*",
        ]
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
        Sid    = "Vaults"
        Effect = "Deny"
        Action = [
          "backup:DeleteBackupVault",
          "backup:DeleteBackupVaultLockConfiguration",
          "backup:PutBackupVaultAccessPolicy",
          "backup:DeleteBackupVaultAccessPolicy",
          "backup:PutBackupVaultLockConfiguration",
          "backup:PutBackupVaultNotifications",
          "backup:DeleteBackupVaultNotifications",
        ]
        Resource = [
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-main",
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-critical",
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-long",
        ]
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
        Sid      = "Plans"
        Effect   = "Deny"
        Action   = ["backup:DeleteBackupSelection"]
        Resource = "arn:aws:backup:eu-west-1:444444444444:backup-plan:*"
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
        Sid    = "BackupSettings"
        Effect = "Deny"
        Action = [
          "backup:UpdateRegionSettings",
          "backup:UpdateGlobalSettings",
          "backup:StopBackupJob",
          "backup:CancelLegalHold",
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
    ]
  })
  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
}

# Denies to destroy tables, backups and exports, whoever allows it.
resource "aws_iam_policy" "guardrail_deny_destroy_data" {
  name        = "shop-staging-deny-destroy-data-eu-west-1"
  description = "Denies to destroy tables, backups and exports, whoever allows it."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Tables"
        Effect = "Deny"
        Action = ["dynamodb:DeleteTable", "dynamodb:DeleteTableReplica"]
        Resource = [
          "arn:aws:dynamodb:eu-west-1:444444444444:table/employee",
          "arn:aws:dynamodb:eu-west-1:444444444444:table/order_transaction",
          "arn:aws:dynamodb:eu-west-1:444444444444:table/cart",
        ]
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
        Sid    = "BackupsButBackupRoleAndSnapshots"
        Effect = "Deny"
        Action = ["dynamodb:DeleteBackup"]
        Resource = [
          "arn:aws:dynamodb:eu-west-1:444444444444:table/employee/backup/*",
          "arn:aws:dynamodb:eu-west-1:444444444444:table/order_transaction/backup/*",
          "arn:aws:dynamodb:eu-west-1:444444444444:table/cart/backup/*",
        ]
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::444444444444:role/shop-staging-backup-eu-west-1",
              "arn:aws:iam::444444444444:role/shop-staging-take-snapshots-eu-west-1",
            ]
          }
        }
      },
      {
        Sid    = "TablesButDeployAndRecovery"
        Effect = "Deny"
        Action = ["dynamodb:UpdateContinuousBackups"]
        Resource = [
          "arn:aws:dynamodb:eu-west-1:444444444444:table/employee",
          "arn:aws:dynamodb:eu-west-1:444444444444:table/order_transaction",
          "arn:aws:dynamodb:eu-west-1:444444444444:table/cart",
        ]
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::444444444444:role/Deploy",
              "arn:aws:iam::444444444444:role/shop-staging-apply-settings-eu-west-1",
              "arn:aws:iam::444444444444:role/shop-staging-keep-pitr-eu-west-1",
            ]
          }
        }
      },
      {
        Sid    = "Objects"
        Effect = "Deny"
        Action = [
          "s3:DeleteObject",
          "s3:DeleteObjectVersion",
          "s3:BypassGovernanceRetention",
          "s3:PutObjectRetention",
          "s3:PutObjectLegalHold",
          "s3:UpdateObjectEncryption",
          "s3:ReplicateDelete",
          "s3:ReplicateObject",
        ]
        Resource = [
          "arn:aws:s3:::shop-staging-exports-444444444444-eu-west-1/*",
          "arn:aws:s3:::shop-staging-catalog-444444444444-eu-west-1/*",
        ]
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
        Sid    = "Buckets"
        Effect = "Deny"
        Action = ["s3:DeleteBucket"]
        Resource = [
          "arn:aws:s3:::shop-staging-exports-444444444444-eu-west-1",
          "arn:aws:s3:::shop-staging-catalog-444444444444-eu-west-1",
        ]
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
        Sid    = "BucketsButDeploy"
        Effect = "Deny"
        Action = [
          "s3:PutBucketVersioning",
          "s3:PutBucketObjectLockConfiguration",
          "s3:PutLifecycleConfiguration",
        ]
        Resource = [
          "arn:aws:s3:::shop-staging-exports-444444444444-eu-west-1",
          "arn:aws:s3:::shop-staging-catalog-444444444444-eu-west-1",
        ]
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
        Sid    = "Organization"
        Effect = "Deny"
        Action = [
          "organizations:LeaveOrganization",
          "account:CloseAccount",
          "organizations:DetachPolicy",
          "organizations:DeletePolicy",
          "organizations:UpdatePolicy",
          "organizations:DisablePolicyType",
          "organizations:CloseAccount",
          "organizations:RemoveAccountFromOrganization",
          "organizations:DisableAWSServiceAccess",
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
    ]
  })
  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
}

# Denies to destroy recovery points, vaults and locks.
resource "aws_iam_policy" "guardrail_deny_destroy_vaults" {
  name        = "shop-staging-deny-destroy-vaults-eu-west-1"
  description = "Denies to destroy recovery points, vaults and locks."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Points"
        Effect = "Deny"
        Action = [
          "backup:DeleteRecoveryPoint",
          "backup:DisassociateRecoveryPoint",
          "backup:UpdateRecoveryPointLifecycle",
          "backup:DisassociateRecoveryPointFromParent",
        ]
        Resource = [
          "arn:aws:backup:eu-west-1:444444444444:recovery-point:*",
          "arn:aws:dynamodb:eu-west-1:444444444444:table/*/backup/*",
        ]
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
        Sid      = "BackupSettings"
        Effect   = "Deny"
        Action   = ["backup-storage:DeleteObjects"]
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
        Sid    = "Vaults"
        Effect = "Deny"
        Action = [
          "backup:DeleteBackupVault",
          "backup:DeleteBackupVaultLockConfiguration",
        ]
        Resource = [
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-main",
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-critical",
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-long",
        ]
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
        Sid    = "LooserLocksUnbounded"
        Effect = "Deny"
        Action = ["backup:PutBackupVaultLockConfiguration"]
        Resource = [
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-main",
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-critical",
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-long",
        ]
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
            ]
          }
          Null = {
            "backup:MinRetentionDays" = "true"
          }
        }
      },
      {
        Sid    = "LooserLocksShorter"
        Effect = "Deny"
        Action = ["backup:PutBackupVaultLockConfiguration"]
        Resource = [
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-main",
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-critical",
        ]
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
        Sid    = "LooserLocksLonger"
        Effect = "Deny"
        Action = ["backup:PutBackupVaultLockConfiguration"]
        Resource = [
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-main",
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-critical",
        ]
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
        Sid    = "LooserLocksForEver"
        Effect = "Deny"
        Action = ["backup:PutBackupVaultLockConfiguration"]
        Resource = [
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-main",
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-critical",
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-long",
        ]
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
      {
        Sid      = "LooserLocksShorter2"
        Effect   = "Deny"
        Action   = ["backup:PutBackupVaultLockConfiguration"]
        Resource = "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-long"
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
        Sid      = "LooserLocksLonger2"
        Effect   = "Deny"
        Action   = ["backup:PutBackupVaultLockConfiguration"]
        Resource = "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-long"
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
    ]
  })
  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
}

# Denies to destroy keys, and to lift these very policies.
resource "aws_iam_policy" "guardrail_deny_destroy_access" {
  name        = "shop-staging-deny-destroy-access-eu-west-1"
  description = "Denies to destroy keys, and to lift these very policies."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Keys"
        Effect = "Deny"
        Action = [
          "kms:ScheduleKeyDeletion",
          "kms:DeleteImportedKeyMaterial",
          "kms:DisableKey",
          "kms:RevokeGrant",
        ]
        Resource = "arn:aws:kms:eu-west-1:444444444444:key/*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
            ]
          }
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = [
              "alias/shop-staging-vault-main",
              "alias/shop-staging-vault-critical",
              "alias/shop-staging-vault-long",
              "alias/shop-staging-tables",
              "alias/shop-staging-catalog",
            ]
          }
        }
      },
      {
        Sid    = "Aliases"
        Effect = "Deny"
        Action = ["kms:DeleteAlias", "kms:UpdateAlias"]
        Resource = [
          "arn:aws:kms:eu-west-1:444444444444:alias/shop-staging-vault-main",
          "arn:aws:kms:eu-west-1:444444444444:alias/shop-staging-vault-critical",
          "arn:aws:kms:eu-west-1:444444444444:alias/shop-staging-vault-long",
          "arn:aws:kms:eu-west-1:444444444444:alias/shop-staging-tables",
          "arn:aws:kms:eu-west-1:444444444444:alias/shop-staging-catalog",
        ]
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
        Sid    = "BreakGlass"
        Effect = "Deny"
        Action = [
          "iam:CreateRole",
          "iam:DeleteRole",
          "iam:UpdateAssumeRolePolicy",
          "iam:PutRolePolicy",
          "iam:DeleteRolePolicy",
          "iam:AttachRolePolicy",
          "iam:DetachRolePolicy",
          "iam:PutRolePermissionsBoundary",
          "iam:DeleteRolePermissionsBoundary",
          "iam:PassRole",
        ]
        Resource = "arn:aws:iam::444444444444:role/BreakGlass"
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
        Sid    = "ExemptRoles"
        Effect = "Deny"
        Action = ["iam:DeleteRole", "iam:UpdateAssumeRolePolicy"]
        Resource = [
          "arn:aws:iam::444444444444:role/shop-staging-backup-eu-west-1",
          "arn:aws:iam::444444444444:role/shop-staging-catalog-replication-eu-west-1",
          "arn:aws:iam::444444444444:role/shop-staging-apply-settings-eu-west-1",
          "arn:aws:iam::444444444444:role/shop-staging-keep-pitr-eu-west-1",
          "arn:aws:iam::444444444444:role/shop-staging-take-snapshots-eu-west-1",
          "arn:aws:iam::444444444444:role/shop-staging-restore-machine-eu-west-1",
          "arn:aws:iam::444444444444:role/shop-staging-scheduled-machines-eu-west-1",
          "arn:aws:iam::444444444444:role/Deploy",
        ]
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
        Sid    = "ExemptRolesButDeploy"
        Effect = "Deny"
        Action = ["iam:CreateRole"]
        Resource = [
          "arn:aws:iam::444444444444:role/shop-staging-backup-eu-west-1",
          "arn:aws:iam::444444444444:role/shop-staging-catalog-replication-eu-west-1",
          "arn:aws:iam::444444444444:role/shop-staging-apply-settings-eu-west-1",
          "arn:aws:iam::444444444444:role/shop-staging-keep-pitr-eu-west-1",
          "arn:aws:iam::444444444444:role/shop-staging-take-snapshots-eu-west-1",
          "arn:aws:iam::444444444444:role/shop-staging-restore-machine-eu-west-1",
          "arn:aws:iam::444444444444:role/shop-staging-scheduled-machines-eu-west-1",
          "arn:aws:iam::444444444444:role/Deploy",
        ]
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
        Sid    = "ExemptCodeButDeployAndMachines"
        Effect = "Deny"
        Action = ["iam:PassRole"]
        Resource = [
          "arn:aws:iam::444444444444:role/shop-staging-apply-settings-eu-west-1",
          "arn:aws:iam::444444444444:role/shop-staging-keep-pitr-eu-west-1",
          "arn:aws:iam::444444444444:role/shop-staging-take-snapshots-eu-west-1",
          "arn:aws:iam::444444444444:role/shop-staging-restore-machine-eu-west-1",
          "arn:aws:iam::444444444444:role/shop-staging-scheduled-machines-eu-west-1",
        ]
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::444444444444:role/Deploy",
              "arn:aws:iam::444444444444:role/shop-staging-restore-machine-eu-west-1",
              "arn:aws:iam::444444444444:role/shop-staging-scheduled-machines-eu-west-1",
            ]
          }
        }
      },
      {
        Sid    = "Guardrails"
        Effect = "Deny"
        Action = [
          "iam:CreatePolicyVersion",
          "iam:SetDefaultPolicyVersion",
          "iam:DeletePolicyVersion",
          "iam:DeletePolicy",
        ]
        Resource = "arn:aws:iam::444444444444:policy/shop-staging-deny-*"
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
        Sid    = "GuardrailAttachments"
        Effect = "Deny"
        Action = [
          "iam:DetachRolePolicy",
          "iam:DetachUserPolicy",
          "iam:DetachGroupPolicy",
        ]
        Resource = "*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
            ]
          }
          ArnLike = {
            "iam:PolicyARN" = "arn:aws:iam::444444444444:policy/shop-staging-deny-*"
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

# Denies to change what protects tables, to all but who deploys.
resource "aws_iam_policy" "guardrail_deny_change_data" {
  name        = "shop-staging-deny-change-data-eu-west-1"
  description = "Denies to change what protects tables, to all but who deploys."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "TablesButDeploy"
        Effect = "Deny"
        Action = [
          "dynamodb:UpdateTimeToLive",
          "dynamodb:PutResourcePolicy",
          "dynamodb:DeleteResourcePolicy",
          "dynamodb:DisableKinesisStreamingDestination",
          "dynamodb:UpdateGlobalTable",
          "dynamodb:DeleteGlobalTableWitness",
        ]
        Resource = [
          "arn:aws:dynamodb:eu-west-1:444444444444:table/employee",
          "arn:aws:dynamodb:eu-west-1:444444444444:table/order_transaction",
          "arn:aws:dynamodb:eu-west-1:444444444444:table/cart",
        ]
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
        Sid    = "BucketsButDeploy"
        Effect = "Deny"
        Action = [
          "s3:PutBucketPolicy",
          "s3:DeleteBucketPolicy",
          "s3:PutReplicationConfiguration",
          "s3:PutEncryptionConfiguration",
          "s3:PutBucketPublicAccessBlock",
          "s3:PutBucketOwnershipControls",
          "s3:PutBucketAcl",
          "s3:PutBucketNotification",
        ]
        Resource = [
          "arn:aws:s3:::shop-staging-exports-444444444444-eu-west-1",
          "arn:aws:s3:::shop-staging-catalog-444444444444-eu-west-1",
        ]
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
        Sid    = "KeysButDeploy"
        Effect = "Deny"
        Action = [
          "kms:PutKeyPolicy",
          "kms:DisableKeyRotation",
          "kms:RetireGrant",
          "kms:UpdatePrimaryRegion",
        ]
        Resource = "arn:aws:kms:eu-west-1:444444444444:key/*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::444444444444:role/Deploy",
            ]
          }
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = [
              "alias/shop-staging-vault-main",
              "alias/shop-staging-vault-critical",
              "alias/shop-staging-vault-long",
              "alias/shop-staging-tables",
              "alias/shop-staging-catalog",
            ]
          }
        }
      },
      {
        Sid    = "ExemptRolesButDeploy"
        Effect = "Deny"
        Action = [
          "iam:PutRolePolicy",
          "iam:DeleteRolePolicy",
          "iam:AttachRolePolicy",
          "iam:DetachRolePolicy",
          "iam:PutRolePermissionsBoundary",
          "iam:DeleteRolePermissionsBoundary",
        ]
        Resource = [
          "arn:aws:iam::444444444444:role/shop-staging-backup-eu-west-1",
          "arn:aws:iam::444444444444:role/shop-staging-catalog-replication-eu-west-1",
          "arn:aws:iam::444444444444:role/shop-staging-apply-settings-eu-west-1",
          "arn:aws:iam::444444444444:role/shop-staging-keep-pitr-eu-west-1",
          "arn:aws:iam::444444444444:role/shop-staging-take-snapshots-eu-west-1",
          "arn:aws:iam::444444444444:role/shop-staging-restore-machine-eu-west-1",
          "arn:aws:iam::444444444444:role/shop-staging-scheduled-machines-eu-west-1",
          "arn:aws:iam::444444444444:role/Deploy",
        ]
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
        Sid      = "Organization"
        Effect   = "Deny"
        Action   = ["account:DisableRegion"]
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
        Sid    = "ScalingButDeploy"
        Effect = "Deny"
        Action = [
          "application-autoscaling:DeregisterScalableTarget",
          "application-autoscaling:DeleteScalingPolicy",
        ]
        Resource = "arn:aws:application-autoscaling:eu-west-1:444444444444:scalable-target/*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::444444444444:role/Deploy",
            ]
          }
          StringEquals = {
            "application-autoscaling:service-namespace" = "dynamodb"
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

# Denies to change vaults and plans, to all but who deploys.
resource "aws_iam_policy" "guardrail_deny_change_vaults" {
  name        = "shop-staging-deny-change-vaults-eu-west-1"
  description = "Denies to change vaults and plans, to all but who deploys."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "VaultsButDeploy"
        Effect = "Deny"
        Action = [
          "backup:PutBackupVaultAccessPolicy",
          "backup:DeleteBackupVaultAccessPolicy",
          "backup:PutBackupVaultLockConfiguration",
          "backup:PutBackupVaultNotifications",
          "backup:DeleteBackupVaultNotifications",
          "backup:DeleteBackupVaultSharingPolicy",
          "backup:DisassociateBackupVaultMpaApprovalTeam",
          "backup:RevokeRestoreAccessBackupVault",
        ]
        Resource = [
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-main",
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-critical",
          "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-long",
        ]
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
        Sid    = "PlansButDeploy"
        Effect = "Deny"
        Action = [
          "backup:DeleteBackupSelection",
          "backup:DeleteBackupPlan",
          "backup:UpdateBackupPlan",
        ]
        Resource = "arn:aws:backup:eu-west-1:444444444444:backup-plan:*"
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
        Sid    = "BackupSettingsButDeploy"
        Effect = "Deny"
        Action = [
          "backup:UpdateRegionSettings",
          "backup:UpdateGlobalSettings",
          "backup:StopBackupJob",
          "backup:CancelLegalHold",
          "backup:DeleteFramework",
          "backup:UpdateFramework",
          "backup:DeleteReportPlan",
          "backup:UpdateReportPlan",
          "backup:DeleteRestoreTestingPlan",
          "backup:UpdateRestoreTestingPlan",
          "backup:DeleteRestoreTestingSelection",
          "backup:UpdateRestoreTestingSelection",
          "backup:CopyFromBackupVault",
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
    ]
  })
  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
}

# Denies to silence alerts, to all but who deploys.
resource "aws_iam_policy" "guardrail_deny_silence" {
  name        = "shop-staging-deny-silence-eu-west-1"
  description = "Denies to silence alerts, to all but who deploys."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "OwnSchedulesButDeploy"
        Effect = "Deny"
        Action = [
          "scheduler:DeleteSchedule",
          "scheduler:UpdateSchedule",
          "scheduler:DeleteScheduleGroup",
        ]
        Resource = [
          "arn:aws:scheduler:eu-west-1:444444444444:schedule/*/shop-staging-*",
          "arn:aws:scheduler:eu-west-1:444444444444:schedule-group/shop-staging-*",
        ]
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
        Sid    = "OwnRulesButDeploy"
        Effect = "Deny"
        Action = [
          "events:DeleteRule",
          "events:DisableRule",
          "events:PutRule",
          "events:PutTargets",
          "events:RemoveTargets",
        ]
        Resource = "arn:aws:events:eu-west-1:444444444444:rule/shop-staging-*"
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
        Sid    = "OwnFunctionsButDeploy"
        Effect = "Deny"
        Action = [
          "lambda:DeleteFunction",
          "lambda:UpdateFunctionCode",
          "lambda:UpdateFunctionConfiguration",
          "lambda:PutFunctionConcurrency",
          "lambda:DeleteFunctionEventInvokeConfig",
          "lambda:RemovePermission",
          "lambda:AddPermission",
        ]
        Resource = "arn:aws:lambda:eu-west-1:444444444444:function:shop-staging-*"
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
        Sid      = "OwnFunctionsButDeployAndMachines"
        Effect   = "Deny"
        Action   = ["lambda:InvokeFunction"]
        Resource = "arn:aws:lambda:eu-west-1:444444444444:function:shop-staging-*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::444444444444:role/BreakGlass",
              "arn:aws:iam::444444444444:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::444444444444:role/Deploy",
              "arn:aws:iam::444444444444:role/shop-staging-restore-machine-eu-west-1",
              "arn:aws:iam::444444444444:role/shop-staging-scheduled-machines-eu-west-1",
            ]
          }
        }
      },
      {
        Sid    = "OwnStateMachinesButDeploy"
        Effect = "Deny"
        Action = [
          "states:DeleteStateMachine",
          "states:UpdateStateMachine",
          "states:StopExecution",
        ]
        Resource = [
          "arn:aws:states:eu-west-1:444444444444:stateMachine:shop-staging-*",
          "arn:aws:states:eu-west-1:444444444444:execution:shop-staging-*:*",
        ]
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
        Sid      = "OwnTopicsButDeploy"
        Effect   = "Deny"
        Action   = ["sns:DeleteTopic", "sns:SetTopicAttributes", "sns:RemovePermission"]
        Resource = "arn:aws:sns:eu-west-1:444444444444:shop-staging-*"
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
        Sid    = "OwnQueuesButDeploy"
        Effect = "Deny"
        Action = [
          "sqs:DeleteQueue",
          "sqs:PurgeQueue",
          "sqs:SetQueueAttributes",
          "sqs:RemovePermission",
        ]
        Resource = "arn:aws:sqs:eu-west-1:444444444444:shop-staging-*"
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
        Sid    = "OwnAlarmsButDeploy"
        Effect = "Deny"
        Action = [
          "cloudwatch:DeleteAlarms",
          "cloudwatch:DisableAlarmActions",
          "cloudwatch:PutMetricAlarm",
          "cloudwatch:SetAlarmState",
          "cloudwatch:PutAlarmMuteRule",
        ]
        Resource = [
          "arn:aws:cloudwatch:eu-west-1:444444444444:alarm:shop-staging-*",
          "arn:aws:cloudwatch:eu-west-1:444444444444:alarm-mute-rule:shop-staging-*",
        ]
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
        Sid    = "OwnLogsButDeploy"
        Effect = "Deny"
        Action = [
          "logs:DeleteLogGroup",
          "logs:DeleteLogStream",
          "logs:PutRetentionPolicy",
        ]
        Resource = "arn:aws:logs:eu-west-1:444444444444:log-group:/aws/*/shop-staging-*"
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
  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
}
