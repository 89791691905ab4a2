# Written by Holdfast 0.1.0 from environments/prod.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

# Operates tables, takes backups, starts restores; deletes nothing protected.
resource "aws_iam_policy" "guardrail_operator" {
  name        = "shop-prod-operator-eu-central-1"
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
        Resource = "arn:aws:dynamodb:eu-central-1:111111111111:table/*"
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
        Resource = "arn:aws:dynamodb:eu-central-1:111111111111:table/*"
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
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-main",
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-critical",
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-long",
        ]
      },
      {
        Sid      = "StartRestores"
        Effect   = "Allow"
        Action   = ["backup:StartRestoreJob"]
        Resource = "arn:aws:backup:eu-central-1:111111111111:recovery-point:*"
      },
      {
        Sid    = "PassRolesOfBackup"
        Effect = "Allow"
        Action = ["iam:PassRole"]
        Resource = [
          "arn:aws:iam::111111111111:role/shop-prod-backup-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-restore-eu-central-1",
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
        Resource = "arn:aws:states:eu-central-1:111111111111:stateMachine:shop-prod-restore"
      },
      {
        Sid      = "FollowRestores"
        Effect   = "Allow"
        Action   = ["states:DescribeExecution", "states:GetExecutionHistory"]
        Resource = "arn:aws:states:eu-central-1:111111111111:execution:shop-prod-restore:*"
      },
      {
        Sid    = "ReadCatalogue"
        Effect = "Allow"
        Action = ["s3:GetObject"]
        Resource = [
          "arn:aws:s3:::shop-prod-catalog-111111111111-eu-central-1/restores/*",
          "arn:aws:s3:::shop-prod-catalog-111111111111-eu-central-1/catalog/settings/*",
        ]
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
          "arn:aws:dynamodb:eu-central-1:111111111111:table/employee",
          "arn:aws:dynamodb:eu-central-1:111111111111:table/order_transaction",
          "arn:aws:dynamodb:eu-central-1:111111111111:table/cart",
          "arn:aws:dynamodb:eu-central-1:111111111111:table/legacy_sessions",
        ]
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
        Sid      = "Backups"
        Effect   = "Deny"
        Action   = ["dynamodb:DeleteBackup"]
        Resource = "arn:aws:dynamodb:eu-central-1:111111111111:table/*/backup/*"
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
        Sid    = "Points"
        Effect = "Deny"
        Action = [
          "backup:DeleteRecoveryPoint",
          "backup:DisassociateRecoveryPoint",
          "backup:UpdateRecoveryPointLifecycle",
        ]
        Resource = [
          "arn:aws:backup:eu-central-1:111111111111:recovery-point:*",
          "arn:aws:dynamodb:eu-central-1:111111111111:table/*/backup/*",
        ]
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
        Sid    = "Vaults"
        Effect = "Deny"
        Action = [
          "backup:DeleteBackupVault",
          "backup:DeleteBackupVaultLockConfiguration",
        ]
        Resource = [
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-main",
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-critical",
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-long",
        ]
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
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

# Manages plans and selections; deletes no selection and no copy.
resource "aws_iam_policy" "guardrail_backup_administrator" {
  name        = "shop-prod-backup-administrator-eu-central-1"
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
        Resource = "arn:aws:backup:eu-central-1:111111111111:backup-plan:*"
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
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-main",
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-critical",
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-long",
        ]
      },
      {
        Sid      = "StartRestores"
        Effect   = "Allow"
        Action   = ["backup:StartRestoreJob"]
        Resource = "arn:aws:backup:eu-central-1:111111111111:recovery-point:*"
      },
      {
        Sid    = "PassRolesOfBackup"
        Effect = "Allow"
        Action = ["iam:PassRole"]
        Resource = [
          "arn:aws:iam::111111111111:role/shop-prod-backup-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-restore-eu-central-1",
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
        Resource = "arn:aws:states:eu-central-1:111111111111:stateMachine:shop-prod-restore"
      },
      {
        Sid      = "FollowRestores"
        Effect   = "Allow"
        Action   = ["states:DescribeExecution", "states:GetExecutionHistory"]
        Resource = "arn:aws:states:eu-central-1:111111111111:execution:shop-prod-restore:*"
      },
      {
        Sid    = "ReadCatalogue"
        Effect = "Allow"
        Action = ["s3:GetObject"]
        Resource = [
          "arn:aws:s3:::shop-prod-catalog-111111111111-eu-central-1/restores/*",
          "arn:aws:s3:::shop-prod-catalog-111111111111-eu-central-1/catalog/settings/*",
        ]
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
        Sid      = "Backups"
        Effect   = "Deny"
        Action   = ["dynamodb:DeleteBackup"]
        Resource = "arn:aws:dynamodb:eu-central-1:111111111111:table/*/backup/*"
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
        Sid    = "Points"
        Effect = "Deny"
        Action = [
          "backup:DeleteRecoveryPoint",
          "backup:DisassociateRecoveryPoint",
          "backup:UpdateRecoveryPointLifecycle",
        ]
        Resource = [
          "arn:aws:backup:eu-central-1:111111111111:recovery-point:*",
          "arn:aws:dynamodb:eu-central-1:111111111111:table/*/backup/*",
        ]
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
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-main",
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-critical",
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-long",
        ]
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
        Sid      = "Plans"
        Effect   = "Deny"
        Action   = ["backup:DeleteBackupSelection"]
        Resource = "arn:aws:backup:eu-central-1:111111111111:backup-plan:*"
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
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
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

# Denies to destroy tables, backups and exports, whoever allows it.
resource "aws_iam_policy" "guardrail_deny_destroy_data" {
  name        = "shop-prod-deny-destroy-data-eu-central-1"
  description = "Denies to destroy tables, backups and exports, whoever allows it."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Tables"
        Effect = "Deny"
        Action = ["dynamodb:DeleteTable", "dynamodb:DeleteTableReplica"]
        Resource = [
          "arn:aws:dynamodb:eu-central-1:111111111111:table/employee",
          "arn:aws:dynamodb:eu-central-1:111111111111:table/order_transaction",
          "arn:aws:dynamodb:eu-central-1:111111111111:table/cart",
          "arn:aws:dynamodb:eu-central-1:111111111111:table/legacy_sessions",
        ]
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
        Sid    = "BackupsButBackupRoleAndSnapshots"
        Effect = "Deny"
        Action = ["dynamodb:DeleteBackup"]
        Resource = [
          "arn:aws:dynamodb:eu-central-1:111111111111:table/employee/backup/*",
          "arn:aws:dynamodb:eu-central-1:111111111111:table/order_transaction/backup/*",
          "arn:aws:dynamodb:eu-central-1:111111111111:table/cart/backup/*",
          "arn:aws:dynamodb:eu-central-1:111111111111:table/legacy_sessions/backup/*",
        ]
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::111111111111:role/shop-prod-backup-eu-central-1",
              "arn:aws:iam::111111111111:role/shop-prod-take-snapshots-eu-central-1",
            ]
          }
        }
      },
      {
        Sid    = "TablesButDeployAndRecovery"
        Effect = "Deny"
        Action = ["dynamodb:UpdateContinuousBackups"]
        Resource = [
          "arn:aws:dynamodb:eu-central-1:111111111111:table/employee",
          "arn:aws:dynamodb:eu-central-1:111111111111:table/order_transaction",
          "arn:aws:dynamodb:eu-central-1:111111111111:table/cart",
          "arn:aws:dynamodb:eu-central-1:111111111111:table/legacy_sessions",
        ]
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::111111111111:role/Deploy",
              "arn:aws:iam::111111111111:role/shop-prod-apply-settings-eu-central-1",
              "arn:aws:iam::111111111111:role/shop-prod-keep-pitr-eu-central-1",
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
          "arn:aws:s3:::shop-prod-exports-111111111111-eu-central-1/*",
          "arn:aws:s3:::shop-prod-catalog-111111111111-eu-central-1/*",
        ]
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
        Sid    = "Buckets"
        Effect = "Deny"
        Action = ["s3:DeleteBucket"]
        Resource = [
          "arn:aws:s3:::shop-prod-exports-111111111111-eu-central-1",
          "arn:aws:s3:::shop-prod-catalog-111111111111-eu-central-1",
        ]
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
        Sid    = "BucketsButDeploy"
        Effect = "Deny"
        Action = [
          "s3:PutBucketVersioning",
          "s3:PutBucketObjectLockConfiguration",
          "s3:PutLifecycleConfiguration",
        ]
        Resource = [
          "arn:aws:s3:::shop-prod-exports-111111111111-eu-central-1",
          "arn:aws:s3:::shop-prod-catalog-111111111111-eu-central-1",
        ]
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
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
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

resource "aws_iam_role_policy_attachment" "attachment_of_guardrail_deny_destroy_data_to_role_deploy_4c23" {
  role       = "Deploy"
  policy_arn = aws_iam_policy.guardrail_deny_destroy_data.arn
}

resource "aws_iam_group_policy_attachment" "attachment_of_guardrail_deny_destroy_data_to_group_contractors_7b34" {
  group      = "Contractors"
  policy_arn = aws_iam_policy.guardrail_deny_destroy_data.arn
}

# Denies to destroy recovery points, vaults and locks.
resource "aws_iam_policy" "guardrail_deny_destroy_vaults" {
  name        = "shop-prod-deny-destroy-vaults-eu-central-1"
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
          "arn:aws:backup:eu-central-1:111111111111:recovery-point:*",
          "arn:aws:dynamodb:eu-central-1:111111111111:table/*/backup/*",
        ]
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
        Sid      = "BackupSettings"
        Effect   = "Deny"
        Action   = ["backup-storage:DeleteObjects"]
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
        Sid    = "Vaults"
        Effect = "Deny"
        Action = [
          "backup:DeleteBackupVault",
          "backup:DeleteBackupVaultLockConfiguration",
        ]
        Resource = [
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-main",
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-critical",
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-long",
        ]
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
        Sid    = "LooserLocksUnbounded"
        Effect = "Deny"
        Action = ["backup:PutBackupVaultLockConfiguration"]
        Resource = [
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-main",
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-critical",
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-long",
        ]
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
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
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-main",
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-critical",
        ]
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
        Sid    = "LooserLocksLonger"
        Effect = "Deny"
        Action = ["backup:PutBackupVaultLockConfiguration"]
        Resource = [
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-main",
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-critical",
        ]
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
        Sid    = "LooserLocksForEver"
        Effect = "Deny"
        Action = ["backup:PutBackupVaultLockConfiguration"]
        Resource = [
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-main",
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-critical",
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-long",
        ]
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
        Sid      = "LooserLocksShorter2"
        Effect   = "Deny"
        Action   = ["backup:PutBackupVaultLockConfiguration"]
        Resource = "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-long"
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
        Sid      = "LooserLocksLonger2"
        Effect   = "Deny"
        Action   = ["backup:PutBackupVaultLockConfiguration"]
        Resource = "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-long"
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
    ]
  })
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy_attachment" "attachment_of_guardrail_deny_destroy_vaults_to_role_deploy_4c23" {
  role       = "Deploy"
  policy_arn = aws_iam_policy.guardrail_deny_destroy_vaults.arn
}

resource "aws_iam_group_policy_attachment" "attachment_of_guardrail_deny_destroy_vaults_to_group_contractors_7b34" {
  group      = "Contractors"
  policy_arn = aws_iam_policy.guardrail_deny_destroy_vaults.arn
}

# Denies to destroy keys, and to lift these very policies.
resource "aws_iam_policy" "guardrail_deny_destroy_access" {
  name        = "shop-prod-deny-destroy-access-eu-central-1"
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
        Resource = "arn:aws:kms:eu-central-1:111111111111:key/*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
            ]
          }
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = [
              "alias/shop-prod-vault-main",
              "alias/shop-prod-vault-critical",
              "alias/shop-prod-vault-long",
              "alias/shop-prod-catalog",
              "alias/shop-prod-exports",
            ]
          }
        }
      },
      {
        Sid    = "Aliases"
        Effect = "Deny"
        Action = ["kms:DeleteAlias", "kms:UpdateAlias"]
        Resource = [
          "arn:aws:kms:eu-central-1:111111111111:alias/shop-prod-vault-main",
          "arn:aws:kms:eu-central-1:111111111111:alias/shop-prod-vault-critical",
          "arn:aws:kms:eu-central-1:111111111111:alias/shop-prod-vault-long",
          "arn:aws:kms:eu-central-1:111111111111:alias/shop-prod-catalog",
          "arn:aws:kms:eu-central-1:111111111111:alias/shop-prod-exports",
        ]
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
        Resource = "arn:aws:iam::111111111111:role/BreakGlass"
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
        Sid    = "ExemptRoles"
        Effect = "Deny"
        Action = ["iam:DeleteRole", "iam:UpdateAssumeRolePolicy"]
        Resource = [
          "arn:aws:iam::111111111111:role/shop-prod-backup-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-catalog-replication-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-exports-replication-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-apply-settings-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-keep-pitr-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-take-snapshots-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-restore-machine-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-scheduled-machines-eu-central-1",
          "arn:aws:iam::111111111111:role/Deploy",
        ]
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
        Sid    = "ExemptRolesButDeploy"
        Effect = "Deny"
        Action = ["iam:CreateRole"]
        Resource = [
          "arn:aws:iam::111111111111:role/shop-prod-backup-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-catalog-replication-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-exports-replication-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-apply-settings-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-keep-pitr-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-take-snapshots-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-restore-machine-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-scheduled-machines-eu-central-1",
          "arn:aws:iam::111111111111:role/Deploy",
        ]
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
        Sid    = "ExemptCodeButDeployAndMachines"
        Effect = "Deny"
        Action = ["iam:PassRole"]
        Resource = [
          "arn:aws:iam::111111111111:role/shop-prod-apply-settings-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-keep-pitr-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-take-snapshots-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-restore-machine-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-scheduled-machines-eu-central-1",
        ]
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::111111111111:role/Deploy",
              "arn:aws:iam::111111111111:role/shop-prod-restore-machine-eu-central-1",
              "arn:aws:iam::111111111111:role/shop-prod-scheduled-machines-eu-central-1",
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
        Resource = "arn:aws:iam::111111111111:policy/shop-prod-deny-*"
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
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
            ]
          }
          ArnLike = {
            "iam:PolicyARN" = "arn:aws:iam::111111111111:policy/shop-prod-deny-*"
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

resource "aws_iam_role_policy_attachment" "attachment_of_guardrail_deny_destroy_access_to_role_deploy_4c23" {
  role       = "Deploy"
  policy_arn = aws_iam_policy.guardrail_deny_destroy_access.arn
}

resource "aws_iam_group_policy_attachment" "attachment_of_guardrail_deny_destroy_access_to_group_contractors_7b34" {
  group      = "Contractors"
  policy_arn = aws_iam_policy.guardrail_deny_destroy_access.arn
}

# Denies to change what protects tables, to all but who deploys.
resource "aws_iam_policy" "guardrail_deny_change_data" {
  name        = "shop-prod-deny-change-data-eu-central-1"
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
          "arn:aws:dynamodb:eu-central-1:111111111111:table/employee",
          "arn:aws:dynamodb:eu-central-1:111111111111:table/order_transaction",
          "arn:aws:dynamodb:eu-central-1:111111111111:table/cart",
          "arn:aws:dynamodb:eu-central-1:111111111111:table/legacy_sessions",
        ]
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
          "arn:aws:s3:::shop-prod-exports-111111111111-eu-central-1",
          "arn:aws:s3:::shop-prod-catalog-111111111111-eu-central-1",
        ]
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
        Sid    = "KeysButDeploy"
        Effect = "Deny"
        Action = [
          "kms:PutKeyPolicy",
          "kms:DisableKeyRotation",
          "kms:RetireGrant",
          "kms:UpdatePrimaryRegion",
        ]
        Resource = "arn:aws:kms:eu-central-1:111111111111:key/*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::111111111111:role/Deploy",
            ]
          }
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = [
              "alias/shop-prod-vault-main",
              "alias/shop-prod-vault-critical",
              "alias/shop-prod-vault-long",
              "alias/shop-prod-catalog",
              "alias/shop-prod-exports",
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
          "arn:aws:iam::111111111111:role/shop-prod-backup-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-catalog-replication-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-exports-replication-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-apply-settings-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-keep-pitr-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-take-snapshots-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-restore-machine-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-scheduled-machines-eu-central-1",
          "arn:aws:iam::111111111111:role/Deploy",
        ]
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
        Sid      = "Organization"
        Effect   = "Deny"
        Action   = ["account:DisableRegion"]
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
        Sid    = "ScalingButDeploy"
        Effect = "Deny"
        Action = [
          "application-autoscaling:DeregisterScalableTarget",
          "application-autoscaling:DeleteScalingPolicy",
        ]
        Resource = "arn:aws:application-autoscaling:eu-central-1:111111111111:scalable-target/*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::111111111111:role/Deploy",
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
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy_attachment" "attachment_of_guardrail_deny_change_data_to_role_deploy_4c23" {
  role       = "Deploy"
  policy_arn = aws_iam_policy.guardrail_deny_change_data.arn
}

resource "aws_iam_group_policy_attachment" "attachment_of_guardrail_deny_change_data_to_group_contractors_7b34" {
  group      = "Contractors"
  policy_arn = aws_iam_policy.guardrail_deny_change_data.arn
}

# Denies to change vaults and plans, to all but who deploys.
resource "aws_iam_policy" "guardrail_deny_change_vaults" {
  name        = "shop-prod-deny-change-vaults-eu-central-1"
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
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-main",
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-critical",
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-long",
        ]
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
        Sid    = "PlansButDeploy"
        Effect = "Deny"
        Action = [
          "backup:DeleteBackupSelection",
          "backup:DeleteBackupPlan",
          "backup:UpdateBackupPlan",
        ]
        Resource = "arn:aws:backup:eu-central-1:111111111111:backup-plan:*"
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
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::111111111111:role/Deploy",
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

resource "aws_iam_role_policy_attachment" "attachment_of_guardrail_deny_change_vaults_to_role_deploy_4c23" {
  role       = "Deploy"
  policy_arn = aws_iam_policy.guardrail_deny_change_vaults.arn
}

resource "aws_iam_group_policy_attachment" "attachment_of_guardrail_deny_change_vaults_to_group_contractors_7b34" {
  group      = "Contractors"
  policy_arn = aws_iam_policy.guardrail_deny_change_vaults.arn
}

# Denies to silence alerts, to all but who deploys.
resource "aws_iam_policy" "guardrail_deny_silence" {
  name        = "shop-prod-deny-silence-eu-central-1"
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
          "arn:aws:scheduler:eu-central-1:111111111111:schedule/*/shop-prod-*",
          "arn:aws:scheduler:eu-central-1:111111111111:schedule-group/shop-prod-*",
        ]
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
        Sid    = "OwnRulesButDeploy"
        Effect = "Deny"
        Action = [
          "events:DeleteRule",
          "events:DisableRule",
          "events:PutRule",
          "events:PutTargets",
          "events:RemoveTargets",
        ]
        Resource = "arn:aws:events:eu-central-1:111111111111:rule/shop-prod-*"
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
        Resource = "arn:aws:lambda:eu-central-1:111111111111:function:shop-prod-*"
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
        Sid      = "OwnFunctionsButDeployAndMachines"
        Effect   = "Deny"
        Action   = ["lambda:InvokeFunction"]
        Resource = "arn:aws:lambda:eu-central-1:111111111111:function:shop-prod-*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::111111111111:role/BreakGlass",
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_EmergencyAdmin_????????????????",
              "arn:aws:iam::111111111111:role/Deploy",
              "arn:aws:iam::111111111111:role/shop-prod-restore-machine-eu-central-1",
              "arn:aws:iam::111111111111:role/shop-prod-scheduled-machines-eu-central-1",
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
          "arn:aws:states:eu-central-1:111111111111:stateMachine:shop-prod-*",
          "arn:aws:states:eu-central-1:111111111111:execution:shop-prod-*:*",
        ]
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
        Sid      = "OwnTopicsButDeploy"
        Effect   = "Deny"
        Action   = ["sns:DeleteTopic", "sns:SetTopicAttributes", "sns:RemovePermission"]
        Resource = "arn:aws:sns:eu-central-1:111111111111:shop-prod-*"
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
        Sid    = "OwnQueuesButDeploy"
        Effect = "Deny"
        Action = [
          "sqs:DeleteQueue",
          "sqs:PurgeQueue",
          "sqs:SetQueueAttributes",
          "sqs:RemovePermission",
        ]
        Resource = "arn:aws:sqs:eu-central-1:111111111111:shop-prod-*"
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
          "arn:aws:cloudwatch:eu-central-1:111111111111:alarm:shop-prod-*",
          "arn:aws:cloudwatch:eu-central-1:111111111111:alarm-mute-rule:shop-prod-*",
        ]
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
        Sid    = "OwnLogsButDeploy"
        Effect = "Deny"
        Action = [
          "logs:DeleteLogGroup",
          "logs:DeleteLogStream",
          "logs:PutRetentionPolicy",
        ]
        Resource = "arn:aws:logs:eu-central-1:111111111111:log-group:/aws/*/shop-prod-*"
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
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy_attachment" "attachment_of_guardrail_deny_silence_to_role_deploy_4c23" {
  role       = "Deploy"
  policy_arn = aws_iam_policy.guardrail_deny_silence.arn
}

resource "aws_iam_group_policy_attachment" "attachment_of_guardrail_deny_silence_to_group_contractors_7b34" {
  group      = "Contractors"
  policy_arn = aws_iam_policy.guardrail_deny_silence.arn
}

# Break-glass: for emergencies, and every use of it is reported.
resource "aws_iam_role" "role_for_break_glass" {
  name = "BreakGlass"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "RolesAndPermissionSets"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111111111111:root"
        }
        Action = "sts:AssumeRole"
        Condition = {
          ArnLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_OnCall_????????????????",
            ]
          }
        }
      },
    ]
  })
  max_session_duration = 3600
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_iam_role_policy" "role_for_break_glass" {
  name = "break-glass"
  role = aws_iam_role.role_for_break_glass.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Allow1"
        Effect = "Allow"
        Action = [
          "dynamodb:DeleteTable",
          "dynamodb:DeleteTableReplica",
          "dynamodb:UpdateContinuousBackups",
          "dynamodb:UpdateTable",
          "dynamodb:UpdateTimeToLive",
          "dynamodb:PutResourcePolicy",
          "dynamodb:DeleteResourcePolicy",
          "dynamodb:DisableKinesisStreamingDestination",
          "dynamodb:UpdateGlobalTable",
          "dynamodb:DeleteGlobalTableWitness",
        ]
        Resource = [
          "arn:aws:dynamodb:eu-central-1:111111111111:table/employee",
          "arn:aws:dynamodb:eu-central-1:111111111111:table/order_transaction",
          "arn:aws:dynamodb:eu-central-1:111111111111:table/cart",
          "arn:aws:dynamodb:eu-central-1:111111111111:table/legacy_sessions",
        ]
      },
      {
        Sid    = "Allow2"
        Effect = "Allow"
        Action = ["dynamodb:DeleteBackup"]
        Resource = [
          "arn:aws:dynamodb:eu-central-1:111111111111:table/employee/backup/*",
          "arn:aws:dynamodb:eu-central-1:111111111111:table/order_transaction/backup/*",
          "arn:aws:dynamodb:eu-central-1:111111111111:table/cart/backup/*",
          "arn:aws:dynamodb:eu-central-1:111111111111:table/legacy_sessions/backup/*",
        ]
      },
      {
        Sid    = "Allow3"
        Effect = "Allow"
        Action = [
          "backup:DeleteRecoveryPoint",
          "backup:DisassociateRecoveryPoint",
          "backup:UpdateRecoveryPointLifecycle",
          "backup:DisassociateRecoveryPointFromParent",
        ]
        Resource = [
          "arn:aws:backup:eu-central-1:111111111111:recovery-point:*",
          "arn:aws:dynamodb:eu-central-1:111111111111:table/*/backup/*",
        ]
      },
      {
        Sid    = "Allow4"
        Effect = "Allow"
        Action = [
          "backup-storage:DeleteObjects",
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
          "iam:DetachRolePolicy",
          "iam:DetachUserPolicy",
          "iam:DetachGroupPolicy",
        ]
        Resource = "*"
      },
      {
        Sid    = "Allow5"
        Effect = "Allow"
        Action = [
          "backup:DeleteBackupVault",
          "backup:DeleteBackupVaultLockConfiguration",
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
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-main",
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-critical",
          "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-long",
        ]
      },
      {
        Sid    = "Allow6"
        Effect = "Allow"
        Action = [
          "backup:DeleteBackupSelection",
          "backup:DeleteBackupPlan",
          "backup:UpdateBackupPlan",
        ]
        Resource = "arn:aws:backup:eu-central-1:111111111111:backup-plan:*"
      },
      {
        Sid    = "Allow7"
        Effect = "Allow"
        Action = [
          "s3:DeleteObject",
          "s3:DeleteObjectVersion",
          "s3:BypassGovernanceRetention",
          "s3:PutObjectRetention",
          "s3:PutObjectLegalHold",
          "s3:UpdateObjectEncryption",
          "s3:ReplicateDelete",
          "s3:ReplicateObject",
          "s3:PutObjectAcl",
        ]
        Resource = [
          "arn:aws:s3:::shop-prod-exports-111111111111-eu-central-1/*",
          "arn:aws:s3:::shop-prod-catalog-111111111111-eu-central-1/*",
        ]
      },
      {
        Sid    = "Allow8"
        Effect = "Allow"
        Action = [
          "s3:DeleteBucket",
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
        Resource = [
          "arn:aws:s3:::shop-prod-exports-111111111111-eu-central-1",
          "arn:aws:s3:::shop-prod-catalog-111111111111-eu-central-1",
        ]
      },
      {
        Sid    = "Allow9"
        Effect = "Allow"
        Action = [
          "kms:ScheduleKeyDeletion",
          "kms:DeleteImportedKeyMaterial",
          "kms:DisableKey",
          "kms:RevokeGrant",
          "kms:DeleteAlias",
          "kms:UpdateAlias",
          "kms:PutKeyPolicy",
          "kms:DisableKeyRotation",
          "kms:RetireGrant",
          "kms:UpdatePrimaryRegion",
        ]
        Resource = "arn:aws:kms:eu-central-1:111111111111:key/*"
      },
      {
        Sid    = "Allow10"
        Effect = "Allow"
        Action = ["kms:DeleteAlias", "kms:UpdateAlias"]
        Resource = [
          "arn:aws:kms:eu-central-1:111111111111:alias/shop-prod-vault-main",
          "arn:aws:kms:eu-central-1:111111111111:alias/shop-prod-vault-critical",
          "arn:aws:kms:eu-central-1:111111111111:alias/shop-prod-vault-long",
          "arn:aws:kms:eu-central-1:111111111111:alias/shop-prod-catalog",
          "arn:aws:kms:eu-central-1:111111111111:alias/shop-prod-exports",
        ]
      },
      {
        Sid    = "Allow11"
        Effect = "Allow"
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
        Resource = "arn:aws:iam::111111111111:role/BreakGlass"
      },
      {
        Sid    = "Allow12"
        Effect = "Allow"
        Action = [
          "iam:DeleteRole",
          "iam:UpdateAssumeRolePolicy",
          "iam:CreateRole",
          "iam:PutRolePolicy",
          "iam:DeleteRolePolicy",
          "iam:AttachRolePolicy",
          "iam:DetachRolePolicy",
          "iam:PutRolePermissionsBoundary",
          "iam:DeleteRolePermissionsBoundary",
        ]
        Resource = [
          "arn:aws:iam::111111111111:role/shop-prod-backup-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-catalog-replication-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-exports-replication-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-apply-settings-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-keep-pitr-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-take-snapshots-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-restore-machine-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-scheduled-machines-eu-central-1",
          "arn:aws:iam::111111111111:role/Deploy",
        ]
      },
      {
        Sid    = "Allow13"
        Effect = "Allow"
        Action = ["iam:PassRole"]
        Resource = [
          "arn:aws:iam::111111111111:role/shop-prod-apply-settings-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-keep-pitr-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-take-snapshots-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-restore-machine-eu-central-1",
          "arn:aws:iam::111111111111:role/shop-prod-scheduled-machines-eu-central-1",
        ]
      },
      {
        Sid    = "Allow14"
        Effect = "Allow"
        Action = [
          "iam:CreatePolicyVersion",
          "iam:SetDefaultPolicyVersion",
          "iam:DeletePolicyVersion",
          "iam:DeletePolicy",
        ]
        Resource = "arn:aws:iam::111111111111:policy/shop-prod-deny-*"
      },
      {
        Sid    = "Allow15"
        Effect = "Allow"
        Action = [
          "scheduler:DeleteSchedule",
          "scheduler:UpdateSchedule",
          "scheduler:DeleteScheduleGroup",
        ]
        Resource = [
          "arn:aws:scheduler:eu-central-1:111111111111:schedule/*/shop-prod-*",
          "arn:aws:scheduler:eu-central-1:111111111111:schedule-group/shop-prod-*",
        ]
      },
      {
        Sid    = "Allow16"
        Effect = "Allow"
        Action = [
          "events:DeleteRule",
          "events:DisableRule",
          "events:PutRule",
          "events:PutTargets",
          "events:RemoveTargets",
        ]
        Resource = "arn:aws:events:eu-central-1:111111111111:rule/shop-prod-*"
      },
      {
        Sid    = "Allow17"
        Effect = "Allow"
        Action = [
          "lambda:DeleteFunction",
          "lambda:UpdateFunctionCode",
          "lambda:UpdateFunctionConfiguration",
          "lambda:PutFunctionConcurrency",
          "lambda:DeleteFunctionEventInvokeConfig",
          "lambda:RemovePermission",
          "lambda:AddPermission",
          "lambda:InvokeFunction",
        ]
        Resource = "arn:aws:lambda:eu-central-1:111111111111:function:shop-prod-*"
      },
      {
        Sid    = "Allow18"
        Effect = "Allow"
        Action = [
          "states:DeleteStateMachine",
          "states:UpdateStateMachine",
          "states:StopExecution",
        ]
        Resource = [
          "arn:aws:states:eu-central-1:111111111111:stateMachine:shop-prod-*",
          "arn:aws:states:eu-central-1:111111111111:execution:shop-prod-*:*",
        ]
      },
      {
        Sid    = "Allow19"
        Effect = "Allow"
        Action = [
          "sns:DeleteTopic",
          "sns:SetTopicAttributes",
          "sns:RemovePermission",
          "sns:Unsubscribe",
        ]
        Resource = "arn:aws:sns:eu-central-1:111111111111:shop-prod-*"
      },
      {
        Sid    = "Allow20"
        Effect = "Allow"
        Action = [
          "sqs:DeleteQueue",
          "sqs:PurgeQueue",
          "sqs:SetQueueAttributes",
          "sqs:RemovePermission",
        ]
        Resource = "arn:aws:sqs:eu-central-1:111111111111:shop-prod-*"
      },
      {
        Sid    = "Allow21"
        Effect = "Allow"
        Action = [
          "cloudwatch:DeleteAlarms",
          "cloudwatch:DisableAlarmActions",
          "cloudwatch:PutMetricAlarm",
          "cloudwatch:SetAlarmState",
          "cloudwatch:PutAlarmMuteRule",
        ]
        Resource = [
          "arn:aws:cloudwatch:eu-central-1:111111111111:alarm:shop-prod-*",
          "arn:aws:cloudwatch:eu-central-1:111111111111:alarm-mute-rule:shop-prod-*",
        ]
      },
      {
        Sid    = "Allow22"
        Effect = "Allow"
        Action = [
          "logs:DeleteLogGroup",
          "logs:DeleteLogStream",
          "logs:PutRetentionPolicy",
        ]
        Resource = "arn:aws:logs:eu-central-1:111111111111:log-group:/aws/*/shop-prod-*"
      },
      {
        Sid    = "Allow23"
        Effect = "Allow"
        Action = [
          "application-autoscaling:DeregisterScalableTarget",
          "application-autoscaling:DeleteScalingPolicy",
        ]
        Resource = "arn:aws:application-autoscaling:eu-central-1:111111111111:scalable-target/*"
      },
      {
        Sid    = "Look"
        Effect = "Allow"
        Action = [
          "backup:Describe*",
          "backup:Get*",
          "backup:List*",
          "dynamodb:Describe*",
          "dynamodb:List*",
          "kms:List*",
        ]
        Resource = "*"
      },
    ]
  })
}
