# Written by Holdfast 0.1.0 from environments/archive-west.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

# Operates tables, takes backups, starts restores; deletes nothing protected.
resource "aws_iam_policy" "guardrail_operator" {
  name        = "shop-archive-west-operator-eu-west-1"
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
        Resource = "arn:aws:dynamodb:eu-west-1:222222222222:table/*"
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
        Resource = "arn:aws:dynamodb:eu-west-1:222222222222:table/*"
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
          "arn:aws:backup:eu-west-1:222222222222:backup-vault:shop-archive-west-archive",
        ]
      },
      {
        Sid      = "StartRestores"
        Effect   = "Allow"
        Action   = ["backup:StartRestoreJob"]
        Resource = "arn:aws:backup:eu-west-1:222222222222:recovery-point:*"
      },
      {
        Sid    = "PassRolesOfBackup"
        Effect = "Allow"
        Action = ["iam:PassRole"]
        Resource = [
          "arn:aws:iam::222222222222:role/shop-archive-west-backup-eu-west-1",
          "arn:aws:iam::222222222222:role/shop-archive-west-restore-eu-west-1",
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
        Resource = "arn:aws:states:eu-west-1:222222222222:stateMachine:shop-archive-west-restore"
      },
      {
        Sid      = "FollowRestores"
        Effect   = "Allow"
        Action   = ["states:DescribeExecution", "states:GetExecutionHistory"]
        Resource = "arn:aws:states:eu-west-1:222222222222:execution:shop-archive-west-restore:*"
      },
      {
        Sid    = "ReadCatalogue"
        Effect = "Allow"
        Action = ["s3:GetObject"]
        Resource = [
          "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1/restores/*",
          "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1/catalog/settings/*",
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
        Sid    = "Points"
        Effect = "Deny"
        Action = [
          "backup:DeleteRecoveryPoint",
          "backup:DisassociateRecoveryPoint",
          "backup:UpdateRecoveryPointLifecycle",
        ]
        Resource = [
          "arn:aws:backup:eu-west-1:222222222222:recovery-point:*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/*/backup/*",
        ]
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
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
        Resource = "arn:aws:backup:eu-west-1:222222222222:backup-vault:shop-archive-west-archive"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
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

# Manages plans and selections; deletes no selection and no copy.
resource "aws_iam_policy" "guardrail_backup_administrator" {
  name        = "shop-archive-west-backup-administrator-eu-west-1"
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
        Resource = "arn:aws:backup:eu-west-1:222222222222:backup-plan:*"
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
          "arn:aws:backup:eu-west-1:222222222222:backup-vault:shop-archive-west-archive",
        ]
      },
      {
        Sid      = "StartRestores"
        Effect   = "Allow"
        Action   = ["backup:StartRestoreJob"]
        Resource = "arn:aws:backup:eu-west-1:222222222222:recovery-point:*"
      },
      {
        Sid    = "PassRolesOfBackup"
        Effect = "Allow"
        Action = ["iam:PassRole"]
        Resource = [
          "arn:aws:iam::222222222222:role/shop-archive-west-backup-eu-west-1",
          "arn:aws:iam::222222222222:role/shop-archive-west-restore-eu-west-1",
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
        Resource = "arn:aws:states:eu-west-1:222222222222:stateMachine:shop-archive-west-restore"
      },
      {
        Sid      = "FollowRestores"
        Effect   = "Allow"
        Action   = ["states:DescribeExecution", "states:GetExecutionHistory"]
        Resource = "arn:aws:states:eu-west-1:222222222222:execution:shop-archive-west-restore:*"
      },
      {
        Sid    = "ReadCatalogue"
        Effect = "Allow"
        Action = ["s3:GetObject"]
        Resource = [
          "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1/restores/*",
          "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1/catalog/settings/*",
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
        Sid    = "Points"
        Effect = "Deny"
        Action = [
          "backup:DeleteRecoveryPoint",
          "backup:DisassociateRecoveryPoint",
          "backup:UpdateRecoveryPointLifecycle",
        ]
        Resource = [
          "arn:aws:backup:eu-west-1:222222222222:recovery-point:*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/*/backup/*",
        ]
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
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
        Resource = "arn:aws:backup:eu-west-1:222222222222:backup-vault:shop-archive-west-archive"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
          }
        }
      },
      {
        Sid      = "Plans"
        Effect   = "Deny"
        Action   = ["backup:DeleteBackupSelection"]
        Resource = "arn:aws:backup:eu-west-1:222222222222:backup-plan:*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
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
            "aws:PrincipalArn" = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
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

# Denies to destroy tables, backups and exports, whoever allows it.
resource "aws_iam_policy" "guardrail_deny_destroy_data" {
  name        = "shop-archive-west-deny-destroy-data-eu-west-1"
  description = "Denies to destroy tables, backups and exports, whoever allows it."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
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
        ]
        Resource = [
          "arn:aws:s3:::shop-archive-west-exports-222222222222-eu-west-1/*",
          "arn:aws:s3:::shop-archive-west-exports-staging-222222222222-eu-west-1/*",
          "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1/*",
        ]
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
          }
        }
      },
      {
        Sid    = "ObjectsButReplication"
        Effect = "Deny"
        Action = ["s3:ReplicateDelete", "s3:ReplicateObject"]
        Resource = [
          "arn:aws:s3:::shop-archive-west-exports-222222222222-eu-west-1/*",
          "arn:aws:s3:::shop-archive-west-exports-staging-222222222222-eu-west-1/*",
          "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1/*",
        ]
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
        Sid    = "Buckets"
        Effect = "Deny"
        Action = ["s3:DeleteBucket"]
        Resource = [
          "arn:aws:s3:::shop-archive-west-exports-222222222222-eu-west-1",
          "arn:aws:s3:::shop-archive-west-exports-staging-222222222222-eu-west-1",
          "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1",
        ]
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
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
          "arn:aws:s3:::shop-archive-west-exports-222222222222-eu-west-1",
          "arn:aws:s3:::shop-archive-west-exports-staging-222222222222-eu-west-1",
          "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1",
        ]
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
            "aws:PrincipalArn" = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
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

# Denies to destroy recovery points, vaults and locks.
resource "aws_iam_policy" "guardrail_deny_destroy_vaults" {
  name        = "shop-archive-west-deny-destroy-vaults-eu-west-1"
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
          "arn:aws:backup:eu-west-1:222222222222:recovery-point:*",
          "arn:aws:dynamodb:eu-west-1:222222222222:table/*/backup/*",
        ]
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
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
            "aws:PrincipalArn" = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
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
        Resource = "arn:aws:backup:eu-west-1:222222222222:backup-vault:shop-archive-west-archive"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
          }
        }
      },
      {
        Sid      = "LooserLocksUnbounded"
        Effect   = "Deny"
        Action   = ["backup:PutBackupVaultLockConfiguration"]
        Resource = "arn:aws:backup:eu-west-1:222222222222:backup-vault:shop-archive-west-archive"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
          }
          Null = {
            "backup:MinRetentionDays" = "true"
          }
        }
      },
      {
        Sid      = "LooserLocksShorter"
        Effect   = "Deny"
        Action   = ["backup:PutBackupVaultLockConfiguration"]
        Resource = "arn:aws:backup:eu-west-1:222222222222:backup-vault:shop-archive-west-archive"
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
        Sid      = "LooserLocksLonger"
        Effect   = "Deny"
        Action   = ["backup:PutBackupVaultLockConfiguration"]
        Resource = "arn:aws:backup:eu-west-1:222222222222:backup-vault:shop-archive-west-archive"
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
        Sid      = "LooserLocksForEver"
        Effect   = "Deny"
        Action   = ["backup:PutBackupVaultLockConfiguration"]
        Resource = "arn:aws:backup:eu-west-1:222222222222:backup-vault:shop-archive-west-archive"
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
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

# Denies to destroy keys, and to lift these very policies.
resource "aws_iam_policy" "guardrail_deny_destroy_access" {
  name        = "shop-archive-west-deny-destroy-access-eu-west-1"
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
        Resource = "arn:aws:kms:eu-west-1:222222222222:key/*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
          }
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = [
              "alias/shop-archive-west-vault-archive",
              "alias/shop-archive-west-catalog",
              "alias/shop-archive-west-exports-staging",
            ]
          }
        }
      },
      {
        Sid    = "Aliases"
        Effect = "Deny"
        Action = ["kms:DeleteAlias", "kms:UpdateAlias"]
        Resource = [
          "arn:aws:kms:eu-west-1:222222222222:alias/shop-archive-west-vault-archive",
          "arn:aws:kms:eu-west-1:222222222222:alias/shop-archive-west-catalog",
          "arn:aws:kms:eu-west-1:222222222222:alias/shop-archive-west-exports-staging",
        ]
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
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
        Resource = "arn:aws:iam::222222222222:role/ArchiveBreakGlass"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
          }
        }
      },
      {
        Sid    = "ExemptRoles"
        Effect = "Deny"
        Action = ["iam:DeleteRole", "iam:UpdateAssumeRolePolicy"]
        Resource = [
          "arn:aws:iam::222222222222:role/shop-archive-west-apply-settings-eu-west-1",
          "arn:aws:iam::222222222222:role/shop-archive-west-restore-machine-eu-west-1",
          "arn:aws:iam::222222222222:role/ArchiveDeploy",
        ]
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
          }
        }
      },
      {
        Sid    = "ExemptRolesButDeploy"
        Effect = "Deny"
        Action = ["iam:CreateRole"]
        Resource = [
          "arn:aws:iam::222222222222:role/shop-archive-west-apply-settings-eu-west-1",
          "arn:aws:iam::222222222222:role/shop-archive-west-restore-machine-eu-west-1",
          "arn:aws:iam::222222222222:role/ArchiveDeploy",
        ]
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
        Sid    = "ExemptCodeButDeployAndMachines"
        Effect = "Deny"
        Action = ["iam:PassRole"]
        Resource = [
          "arn:aws:iam::222222222222:role/shop-archive-west-apply-settings-eu-west-1",
          "arn:aws:iam::222222222222:role/shop-archive-west-restore-machine-eu-west-1",
        ]
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::222222222222:role/ArchiveBreakGlass",
              "arn:aws:iam::222222222222:role/ArchiveDeploy",
              "arn:aws:iam::222222222222:role/shop-archive-west-restore-machine-eu-west-1",
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
        Resource = "arn:aws:iam::222222222222:policy/shop-archive-west-deny-*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
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
            "aws:PrincipalArn" = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
          }
          ArnLike = {
            "iam:PolicyARN" = "arn:aws:iam::222222222222:policy/shop-archive-west-deny-*"
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

# Denies to change what protects tables, to all but who deploys.
resource "aws_iam_policy" "guardrail_deny_change_data" {
  name        = "shop-archive-west-deny-change-data-eu-west-1"
  description = "Denies to change what protects tables, to all but who deploys."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
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
          "arn:aws:s3:::shop-archive-west-exports-222222222222-eu-west-1",
          "arn:aws:s3:::shop-archive-west-exports-staging-222222222222-eu-west-1",
          "arn:aws:s3:::shop-archive-west-catalog-222222222222-eu-west-1",
        ]
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
        Sid    = "KeysButDeploy"
        Effect = "Deny"
        Action = [
          "kms:PutKeyPolicy",
          "kms:DisableKeyRotation",
          "kms:RetireGrant",
          "kms:UpdatePrimaryRegion",
        ]
        Resource = "arn:aws:kms:eu-west-1:222222222222:key/*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::222222222222:role/ArchiveBreakGlass",
              "arn:aws:iam::222222222222:role/ArchiveDeploy",
            ]
          }
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = [
              "alias/shop-archive-west-vault-archive",
              "alias/shop-archive-west-catalog",
              "alias/shop-archive-west-exports-staging",
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
          "arn:aws:iam::222222222222:role/shop-archive-west-apply-settings-eu-west-1",
          "arn:aws:iam::222222222222:role/shop-archive-west-restore-machine-eu-west-1",
          "arn:aws:iam::222222222222:role/ArchiveDeploy",
        ]
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
        Sid      = "Organization"
        Effect   = "Deny"
        Action   = ["account:DisableRegion"]
        Resource = "*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
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
        Resource = "arn:aws:application-autoscaling:eu-west-1:222222222222:scalable-target/*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::222222222222:role/ArchiveBreakGlass",
              "arn:aws:iam::222222222222:role/ArchiveDeploy",
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
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

# Denies to change vaults and plans, to all but who deploys.
resource "aws_iam_policy" "guardrail_deny_change_vaults" {
  name        = "shop-archive-west-deny-change-vaults-eu-west-1"
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
        Resource = "arn:aws:backup:eu-west-1:222222222222:backup-vault:shop-archive-west-archive"
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
        Sid    = "PlansButDeploy"
        Effect = "Deny"
        Action = [
          "backup:DeleteBackupSelection",
          "backup:DeleteBackupPlan",
          "backup:UpdateBackupPlan",
        ]
        Resource = "arn:aws:backup:eu-west-1:222222222222:backup-plan:*"
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
              "arn:aws:iam::222222222222:role/ArchiveBreakGlass",
              "arn:aws:iam::222222222222:role/ArchiveDeploy",
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

# Denies to silence alerts, to all but who deploys.
resource "aws_iam_policy" "guardrail_deny_silence" {
  name        = "shop-archive-west-deny-silence-eu-west-1"
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
          "arn:aws:scheduler:eu-west-1:222222222222:schedule/*/shop-archive-west-*",
          "arn:aws:scheduler:eu-west-1:222222222222:schedule-group/shop-archive-west-*",
        ]
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
        Sid    = "OwnRulesButDeploy"
        Effect = "Deny"
        Action = [
          "events:DeleteRule",
          "events:DisableRule",
          "events:PutRule",
          "events:PutTargets",
          "events:RemoveTargets",
        ]
        Resource = "arn:aws:events:eu-west-1:222222222222:rule/shop-archive-west-*"
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
        Resource = "arn:aws:lambda:eu-west-1:222222222222:function:shop-archive-west-*"
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
        Sid      = "OwnFunctionsButDeployAndMachines"
        Effect   = "Deny"
        Action   = ["lambda:InvokeFunction"]
        Resource = "arn:aws:lambda:eu-west-1:222222222222:function:shop-archive-west-*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::222222222222:role/ArchiveBreakGlass",
              "arn:aws:iam::222222222222:role/ArchiveDeploy",
              "arn:aws:iam::222222222222:role/shop-archive-west-restore-machine-eu-west-1",
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
          "arn:aws:states:eu-west-1:222222222222:stateMachine:shop-archive-west-*",
          "arn:aws:states:eu-west-1:222222222222:execution:shop-archive-west-*:*",
        ]
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
        Sid      = "OwnTopicsButDeploy"
        Effect   = "Deny"
        Action   = ["sns:DeleteTopic", "sns:SetTopicAttributes", "sns:RemovePermission"]
        Resource = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-*"
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
        Sid    = "OwnQueuesButDeploy"
        Effect = "Deny"
        Action = [
          "sqs:DeleteQueue",
          "sqs:PurgeQueue",
          "sqs:SetQueueAttributes",
          "sqs:RemovePermission",
        ]
        Resource = "arn:aws:sqs:eu-west-1:222222222222:shop-archive-west-*"
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
          "arn:aws:cloudwatch:eu-west-1:222222222222:alarm:shop-archive-west-*",
          "arn:aws:cloudwatch:eu-west-1:222222222222:alarm-mute-rule:shop-archive-west-*",
        ]
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
        Sid    = "OwnLogsButDeploy"
        Effect = "Deny"
        Action = [
          "logs:DeleteLogGroup",
          "logs:DeleteLogStream",
          "logs:PutRetentionPolicy",
        ]
        Resource = "arn:aws:logs:eu-west-1:222222222222:log-group:/aws/*/shop-archive-west-*"
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
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}
