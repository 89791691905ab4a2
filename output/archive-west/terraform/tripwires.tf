# Written by Holdfast 0.1.0 from environments/archive-west.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

# Tripwire: a call that weakens a backup vault, its lock or its policy.
resource "aws_cloudwatch_event_rule" "tripwire_rule_vault" {
  name        = "shop-archive-west-tripwire-vault"
  description = "Tripwire: a call that weakens a backup vault, its lock or its policy"
  state       = "ENABLED"
  event_pattern = jsonencode({
    detail-type = ["AWS API Call via CloudTrail"]
    account     = ["222222222222"]
    region      = ["eu-west-1"]
    detail = {
      eventSource = ["backup.amazonaws.com"]
      requestParameters = {
        backupVaultName = ["shop-archive-west-archive"]
      }
      "$or" = [
        {
          eventName = [
            "DeleteBackupVault",
            "DeleteBackupVaultAccessPolicy",
            "PutBackupVaultAccessPolicy",
            "DeleteBackupVaultLockConfiguration",
            "PutBackupVaultLockConfiguration",
          ]
        },
        {
          eventName = ["DeleteBackupVaultNotifications", "PutBackupVaultNotifications"]
          "$or" = [
            {
              userIdentity = {
                sessionContext = {
                  sessionIssuer = {
                    arn = [
                      {
                        exists = false
                      },
                    ]
                  }
                }
              }
            },
            {
              userIdentity = {
                sessionContext = {
                  sessionIssuer = {
                    arn = [
                      {
                        anything-but = ["arn:aws:iam::222222222222:role/ArchiveDeploy"]
                      },
                    ]
                  }
                }
              }
            },
          ]
        },
      ]
    }
  })
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_cloudwatch_event_target" "tripwire_rule_vault" {
  rule      = aws_cloudwatch_event_rule.tripwire_rule_vault.name
  target_id = "alerts"
  arn       = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"

  input_transformer {
    input_paths = {
      call    = "$.detail.eventName"
      kind    = "$.detail.userIdentity.type"
      who     = "$.detail.userIdentity.arn"
      service = "$.detail.userIdentity.invokedBy"
      account = "$.detail.userIdentity.accountId"
      address = "$.detail.sourceIPAddress"
      time    = "$.detail.eventTime"
      place   = "$.detail.awsRegion"
      error   = "$.detail.errorCode"
      record  = "$.detail"
      vault   = "$.detail.requestParameters.backupVaultName"
    }
    input_template = "{\"alert\": \"TRIPWIRE shop-archive-west: <call> weakens a backup vault, its lock or its policy\", \"result\": \"error code [<error>] (empty brackets: it was carried out)\", \"vault\": \"<vault>\", \"who\": \"<kind> <who> <service>\", \"from\": \"<address>, account <account>\", \"when\": \"<time> in <place>\", \"risk\": \"What keeps the recovery points of this vault from being deleted may be off.\", \"next\": \"aws backup describe-backup-vault --region eu-west-1 --backup-vault-name <vault>\", \"record\": <record>}"
  }

  dead_letter_config {
    arn = "arn:aws:sqs:eu-west-1:222222222222:shop-archive-west-alerts-undelivered"
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }
}

# Tripwire: a call that deletes a recovery point or makes it expire.
resource "aws_cloudwatch_event_rule" "tripwire_rule_recovery_point" {
  name        = "shop-archive-west-tripwire-recovery-point"
  description = "Tripwire: a call that deletes a recovery point or makes it expire"
  state       = "ENABLED"
  event_pattern = jsonencode({
    detail-type = ["AWS API Call via CloudTrail"]
    account     = ["222222222222"]
    region      = ["eu-west-1"]
    detail = {
      eventSource = ["backup.amazonaws.com"]
      requestParameters = {
        backupVaultName = ["shop-archive-west-archive"]
      }
      eventName = [
        "DeleteRecoveryPoint",
        "UpdateRecoveryPointLifecycle",
        "DisassociateRecoveryPoint",
        "DisassociateRecoveryPointFromParent",
      ]
      "$or" = [
        {
          userIdentity = {
            invokedBy = [
              {
                exists = false
              },
            ]
          }
        },
        {
          userIdentity = {
            invokedBy = [
              {
                anything-but = ["backup.amazonaws.com"]
              },
            ]
          }
        },
      ]
    }
  })
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_cloudwatch_event_target" "tripwire_rule_recovery_point" {
  rule      = aws_cloudwatch_event_rule.tripwire_rule_recovery_point.name
  target_id = "alerts"
  arn       = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"

  input_transformer {
    input_paths = {
      call    = "$.detail.eventName"
      kind    = "$.detail.userIdentity.type"
      who     = "$.detail.userIdentity.arn"
      service = "$.detail.userIdentity.invokedBy"
      account = "$.detail.userIdentity.accountId"
      address = "$.detail.sourceIPAddress"
      time    = "$.detail.eventTime"
      place   = "$.detail.awsRegion"
      error   = "$.detail.errorCode"
      record  = "$.detail"
      point   = "$.detail.requestParameters.recoveryPointArn"
      vault   = "$.detail.requestParameters.backupVaultName"
    }
    input_template = "{\"alert\": \"TRIPWIRE shop-archive-west: <call> deletes a recovery point or makes it expire\", \"result\": \"error code [<error>] (empty brackets: it was carried out)\", \"recovery point\": \"<point>\", \"vault\": \"<vault>\", \"who\": \"<kind> <who> <service>\", \"from\": \"<address>, account <account>\", \"when\": \"<time> in <place>\", \"risk\": \"This recovery point is gone for ever, or will be, unless the call was refused.\", \"next\": \"aws backup describe-recovery-point --region eu-west-1 --backup-vault-name <vault> --recovery-point-arn <point>\", \"record\": <record>}"
  }

  dead_letter_config {
    arn = "arn:aws:sqs:eu-west-1:222222222222:shop-archive-west-alerts-undelivered"
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }
}

# Tripwire: a call that stops or changes a backup plan, selection or job.
resource "aws_cloudwatch_event_rule" "tripwire_rule_plan" {
  name        = "shop-archive-west-tripwire-plan"
  description = "Tripwire: a call that stops or changes a backup plan, selection or job"
  state       = "ENABLED"
  event_pattern = jsonencode({
    detail-type = ["AWS API Call via CloudTrail"]
    account     = ["222222222222"]
    region      = ["eu-west-1"]
    detail = {
      eventSource = ["backup.amazonaws.com"]
      "$or" = [
        {
          eventName = ["StopBackupJob"]
        },
        {
          eventName = ["DeleteBackupPlan", "UpdateBackupPlan", "DeleteBackupSelection"]
          "$or" = [
            {
              userIdentity = {
                sessionContext = {
                  sessionIssuer = {
                    arn = [
                      {
                        exists = false
                      },
                    ]
                  }
                }
              }
            },
            {
              userIdentity = {
                sessionContext = {
                  sessionIssuer = {
                    arn = [
                      {
                        anything-but = ["arn:aws:iam::222222222222:role/ArchiveDeploy"]
                      },
                    ]
                  }
                }
              }
            },
          ]
        },
      ]
    }
  })
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_cloudwatch_event_target" "tripwire_rule_plan" {
  rule      = aws_cloudwatch_event_rule.tripwire_rule_plan.name
  target_id = "alerts"
  arn       = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"

  input_transformer {
    input_paths = {
      call    = "$.detail.eventName"
      kind    = "$.detail.userIdentity.type"
      who     = "$.detail.userIdentity.arn"
      service = "$.detail.userIdentity.invokedBy"
      account = "$.detail.userIdentity.accountId"
      address = "$.detail.sourceIPAddress"
      time    = "$.detail.eventTime"
      place   = "$.detail.awsRegion"
      error   = "$.detail.errorCode"
      record  = "$.detail"
      plan    = "$.detail.requestParameters.backupPlanId"
      job     = "$.detail.requestParameters.backupJobId"
    }
    input_template = "{\"alert\": \"TRIPWIRE shop-archive-west: <call> stops or changes a backup plan, selection or job\", \"result\": \"error code [<error>] (empty brackets: it was carried out)\", \"plan\": \"<plan>\", \"job\": \"<job>\", \"who\": \"<kind> <who> <service>\", \"from\": \"<address>, account <account>\", \"when\": \"<time> in <place>\", \"risk\": \"Tables may get no backups from now on. The plan may be another team's: calls carry ids only, and every plan of the account and Region is watched.\", \"next\": \"aws backup list-backup-plans --region eu-west-1\", \"record\": <record>}"
  }

  dead_letter_config {
    arn = "arn:aws:sqs:eu-west-1:222222222222:shop-archive-west-alerts-undelivered"
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }
}

# Tripwire: a call that changes AWS Backup's settings of the Region.
resource "aws_cloudwatch_event_rule" "tripwire_rule_region_settings" {
  name        = "shop-archive-west-tripwire-region-settings"
  description = "Tripwire: a call that changes AWS Backup's settings of the Region"
  state       = "ENABLED"
  event_pattern = jsonencode({
    detail-type = ["AWS API Call via CloudTrail"]
    account     = ["222222222222"]
    region      = ["eu-west-1"]
    detail = {
      eventSource = ["backup.amazonaws.com"]
      eventName   = ["UpdateRegionSettings", "UpdateGlobalSettings"]
    }
  })
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_cloudwatch_event_target" "tripwire_rule_region_settings" {
  rule      = aws_cloudwatch_event_rule.tripwire_rule_region_settings.name
  target_id = "alerts"
  arn       = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"

  input_transformer {
    input_paths = {
      call    = "$.detail.eventName"
      kind    = "$.detail.userIdentity.type"
      who     = "$.detail.userIdentity.arn"
      service = "$.detail.userIdentity.invokedBy"
      account = "$.detail.userIdentity.accountId"
      address = "$.detail.sourceIPAddress"
      time    = "$.detail.eventTime"
      place   = "$.detail.awsRegion"
      error   = "$.detail.errorCode"
      record  = "$.detail"
    }
    input_template = "{\"alert\": \"TRIPWIRE shop-archive-west: <call> changes AWS Backup's settings of the Region\", \"result\": \"error code [<error>] (empty brackets: it was carried out)\", \"who\": \"<kind> <who> <service>\", \"from\": \"<address>, account <account>\", \"when\": \"<time> in <place>\", \"risk\": \"With DynamoDB switched off, backups are not taken, locked or copied any more.\", \"next\": \"aws backup describe-region-settings --region eu-west-1\", \"record\": <record>}"
  }

  dead_letter_config {
    arn = "arn:aws:sqs:eu-west-1:222222222222:shop-archive-west-alerts-undelivered"
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }
}

# Tripwire: a call that was refused before it destroyed or weakened something.
resource "aws_cloudwatch_event_rule" "tripwire_rule_refused_attempt" {
  name        = "shop-archive-west-tripwire-refused-attempt"
  description = "Tripwire: a call that was refused before it destroyed or weakened something"
  state       = "ENABLED"
  event_pattern = jsonencode({
    detail-type = ["AWS API Call via CloudTrail"]
    account     = ["222222222222"]
    region      = ["eu-west-1"]
    detail = {
      eventSource = ["dynamodb.amazonaws.com", "backup.amazonaws.com"]
      eventName = [
        "DeleteTable",
        "DeleteBackup",
        "DeleteRecoveryPoint",
        "UpdateRecoveryPointLifecycle",
        "DeleteBackupVault",
        "DeleteBackupVaultLockConfiguration",
        "DeleteBackupVaultAccessPolicy",
        "PutBackupVaultAccessPolicy",
      ]
      errorCode = [
        {
          prefix = "AccessDenied"
        },
      ]
      requestParameters = {
        tableName = [
          {
            exists = false
          },
        ]
        backupArn = [
          {
            exists = false
          },
        ]
        backupVaultName = [
          {
            exists = false
          },
        ]
      }
      "$or" = [
        {
          userIdentity = {
            invokedBy = [
              {
                exists = false
              },
            ]
          }
        },
        {
          userIdentity = {
            invokedBy = [
              {
                anything-but = ["backup.amazonaws.com"]
              },
            ]
          }
        },
      ]
    }
  })
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_cloudwatch_event_target" "tripwire_rule_refused_attempt" {
  rule      = aws_cloudwatch_event_rule.tripwire_rule_refused_attempt.name
  target_id = "alerts"
  arn       = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"

  input_transformer {
    input_paths = {
      call    = "$.detail.eventName"
      kind    = "$.detail.userIdentity.type"
      who     = "$.detail.userIdentity.arn"
      service = "$.detail.userIdentity.invokedBy"
      account = "$.detail.userIdentity.accountId"
      address = "$.detail.sourceIPAddress"
      time    = "$.detail.eventTime"
      place   = "$.detail.awsRegion"
      error   = "$.detail.errorCode"
      record  = "$.detail"
    }
    input_template = "{\"alert\": \"TRIPWIRE shop-archive-west: <call> was refused before it destroyed or weakened something\", \"result\": \"error code [<error>] (empty brackets: it was carried out)\", \"target\": \"not in the record: every table and vault of this Region is possible\", \"who\": \"<kind> <who> <service>\", \"from\": \"<address>, account <account>\", \"when\": \"<time> in <place>\", \"risk\": \"Nothing is lost yet. Somebody tried, and may find another way.\", \"next\": \"aws cloudtrail lookup-events --region eu-west-1 --lookup-attributes AttributeKey=EventName,AttributeValue=<call>\", \"record\": <record>}"
  }

  dead_letter_config {
    arn = "arn:aws:sqs:eu-west-1:222222222222:shop-archive-west-alerts-undelivered"
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }
}

# Tripwire: a call that puts an encryption key out of reach.
resource "aws_cloudwatch_event_rule" "tripwire_rule_key" {
  name        = "shop-archive-west-tripwire-key"
  description = "Tripwire: a call that puts an encryption key out of reach"
  state       = "ENABLED"
  event_pattern = jsonencode({
    detail-type = ["AWS API Call via CloudTrail"]
    account     = ["222222222222"]
    region      = ["eu-west-1"]
    detail = {
      eventSource = ["kms.amazonaws.com"]
      "$or" = [
        {
          eventName = [
            "ScheduleKeyDeletion",
            "DeleteImportedKeyMaterial",
            "DisableKey",
            "DisableKeyRotation",
            "PutKeyPolicy",
          ]
        },
        {
          eventName = ["DeleteAlias", "UpdateAlias"]
          requestParameters = {
            aliasName = [
              {
                prefix = "alias/shop-archive-west-"
              },
            ]
          }
        },
        {
          eventName = ["RevokeGrant"]
          "$or" = [
            {
              userIdentity = {
                invokedBy = [
                  {
                    exists = false
                  },
                ]
              }
            },
            {
              userIdentity = {
                invokedBy = [
                  {
                    anything-but = ["backup.amazonaws.com", "dynamodb.amazonaws.com"]
                  },
                ]
              }
            },
          ]
        },
      ]
    }
  })
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_cloudwatch_event_target" "tripwire_rule_key" {
  rule      = aws_cloudwatch_event_rule.tripwire_rule_key.name
  target_id = "alerts"
  arn       = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"

  input_transformer {
    input_paths = {
      call    = "$.detail.eventName"
      kind    = "$.detail.userIdentity.type"
      who     = "$.detail.userIdentity.arn"
      service = "$.detail.userIdentity.invokedBy"
      account = "$.detail.userIdentity.accountId"
      address = "$.detail.sourceIPAddress"
      time    = "$.detail.eventTime"
      place   = "$.detail.awsRegion"
      error   = "$.detail.errorCode"
      record  = "$.detail"
      key     = "$.detail.requestParameters.keyId"
      alias   = "$.detail.requestParameters.aliasName"
    }
    input_template = "{\"alert\": \"TRIPWIRE shop-archive-west: <call> puts an encryption key out of reach\", \"result\": \"error code [<error>] (empty brackets: it was carried out)\", \"key\": \"<key><alias>\", \"who\": \"<kind> <who> <service>\", \"from\": \"<address>, account <account>\", \"when\": \"<time> in <place>\", \"risk\": \"Without its key nothing encrypted under it can be read, backups included. The key may be another team's: calls carry ids only, and every key of the Region is watched.\", \"next\": \"aws kms describe-key --region eu-west-1 --key-id <key><alias>\", \"record\": <record>}"
  }

  dead_letter_config {
    arn = "arn:aws:sqs:eu-west-1:222222222222:shop-archive-west-alerts-undelivered"
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }
}

# Tripwire: a call that weakens a bucket of exports, or the catalogue.
resource "aws_cloudwatch_event_rule" "tripwire_rule_export_bucket" {
  name        = "shop-archive-west-tripwire-export-bucket"
  description = "Tripwire: a call that weakens a bucket of exports, or the catalogue"
  state       = "ENABLED"
  event_pattern = jsonencode({
    detail-type = ["AWS API Call via CloudTrail"]
    account     = ["222222222222"]
    region      = ["eu-west-1"]
    detail = {
      eventSource = ["s3.amazonaws.com"]
      requestParameters = {
        bucketName = [
          "shop-archive-west-exports-222222222222-eu-west-1",
          "shop-archive-west-exports-staging-222222222222-eu-west-1",
          "shop-archive-west-catalog-222222222222-eu-west-1",
        ]
      }
      "$or" = [
        {
          eventName = [
            "DeleteBucket",
            "DeleteBucketPolicy",
            "PutBucketPolicy",
            "PutBucketVersioning",
            "PutObjectLockConfiguration",
            "PutBucketObjectLockConfiguration",
            "DeleteBucketReplication",
          ]
        },
        {
          eventName = [
            "PutBucketLifecycle",
            "PutBucketLifecycleConfiguration",
            "DeleteBucketLifecycle",
            "PutBucketReplication",
            "PutBucketEncryption",
            "DeleteBucketEncryption",
          ]
          "$or" = [
            {
              userIdentity = {
                sessionContext = {
                  sessionIssuer = {
                    arn = [
                      {
                        exists = false
                      },
                    ]
                  }
                }
              }
            },
            {
              userIdentity = {
                sessionContext = {
                  sessionIssuer = {
                    arn = [
                      {
                        anything-but = ["arn:aws:iam::222222222222:role/ArchiveDeploy"]
                      },
                    ]
                  }
                }
              }
            },
          ]
        },
      ]
    }
  })
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_cloudwatch_event_target" "tripwire_rule_export_bucket" {
  rule      = aws_cloudwatch_event_rule.tripwire_rule_export_bucket.name
  target_id = "alerts"
  arn       = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"

  input_transformer {
    input_paths = {
      call    = "$.detail.eventName"
      kind    = "$.detail.userIdentity.type"
      who     = "$.detail.userIdentity.arn"
      service = "$.detail.userIdentity.invokedBy"
      account = "$.detail.userIdentity.accountId"
      address = "$.detail.sourceIPAddress"
      time    = "$.detail.eventTime"
      place   = "$.detail.awsRegion"
      error   = "$.detail.errorCode"
      record  = "$.detail"
      bucket  = "$.detail.requestParameters.bucketName"
    }
    input_template = "{\"alert\": \"TRIPWIRE shop-archive-west: <call> weakens a bucket of exports, or the catalogue\", \"result\": \"error code [<error>] (empty brackets: it was carried out)\", \"bucket\": \"<bucket>\", \"who\": \"<kind> <who> <service>\", \"from\": \"<address>, account <account>\", \"when\": \"<time> in <place>\", \"risk\": \"Objects in this bucket may be deleted, overwritten or left to expire early.\", \"next\": \"aws s3api get-object-lock-configuration --region eu-west-1 --bucket <bucket>\", \"record\": <record>}"
  }

  dead_letter_config {
    arn = "arn:aws:sqs:eu-west-1:222222222222:shop-archive-west-alerts-undelivered"
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }
}

# Tripwire: a call that changes or stops a rule of ours.
resource "aws_cloudwatch_event_rule" "tripwire_rule_rule" {
  name        = "shop-archive-west-tripwire-rule"
  description = "Tripwire: a call that changes or stops a rule of ours"
  state       = "ENABLED"
  event_pattern = jsonencode({
    detail-type = ["AWS API Call via CloudTrail"]
    account     = ["222222222222"]
    region      = ["eu-west-1", "us-east-1"]
    detail = {
      eventSource = ["events.amazonaws.com"]
      "$or" = [
        {
          eventName = ["PutRule", "DeleteRule", "DisableRule"]
          requestParameters = {
            name = [
              {
                prefix = "shop-archive-west-"
              },
            ]
          }
          "$or" = [
            {
              userIdentity = {
                sessionContext = {
                  sessionIssuer = {
                    arn = [
                      {
                        exists = false
                      },
                    ]
                  }
                }
              }
            },
            {
              userIdentity = {
                sessionContext = {
                  sessionIssuer = {
                    arn = [
                      {
                        anything-but = ["arn:aws:iam::222222222222:role/ArchiveDeploy"]
                      },
                    ]
                  }
                }
              }
            },
          ]
        },
        {
          eventName = ["PutTargets", "RemoveTargets"]
          requestParameters = {
            rule = [
              {
                prefix = "shop-archive-west-"
              },
            ]
          }
          "$or" = [
            {
              userIdentity = {
                sessionContext = {
                  sessionIssuer = {
                    arn = [
                      {
                        exists = false
                      },
                    ]
                  }
                }
              }
            },
            {
              userIdentity = {
                sessionContext = {
                  sessionIssuer = {
                    arn = [
                      {
                        anything-but = ["arn:aws:iam::222222222222:role/ArchiveDeploy"]
                      },
                    ]
                  }
                }
              }
            },
          ]
        },
      ]
    }
  })
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_cloudwatch_event_target" "tripwire_rule_rule" {
  rule      = aws_cloudwatch_event_rule.tripwire_rule_rule.name
  target_id = "alerts"
  arn       = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"

  input_transformer {
    input_paths = {
      call    = "$.detail.eventName"
      kind    = "$.detail.userIdentity.type"
      who     = "$.detail.userIdentity.arn"
      service = "$.detail.userIdentity.invokedBy"
      account = "$.detail.userIdentity.accountId"
      address = "$.detail.sourceIPAddress"
      time    = "$.detail.eventTime"
      place   = "$.detail.awsRegion"
      error   = "$.detail.errorCode"
      record  = "$.detail"
      name    = "$.detail.requestParameters.name"
      rule    = "$.detail.requestParameters.rule"
    }
    input_template = "{\"alert\": \"TRIPWIRE shop-archive-west: <call> changes or stops a rule of ours\", \"result\": \"error code [<error>] (empty brackets: it was carried out)\", \"rule\": \"<name><rule>\", \"who\": \"<kind> <who> <service>\", \"from\": \"<address>, account <account>\", \"when\": \"<time> in <place>\", \"risk\": \"Failures, or tripwires such as this one, may be reported to nobody from now on.\", \"next\": \"aws events list-rules --region <place> --name-prefix shop-archive-west-\", \"record\": <record>}"
  }

  dead_letter_config {
    arn = "arn:aws:sqs:eu-west-1:222222222222:shop-archive-west-alerts-undelivered"
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }
}

# Tripwire: a call that changes or stops a schedule of ours.
resource "aws_cloudwatch_event_rule" "tripwire_rule_schedule" {
  name        = "shop-archive-west-tripwire-schedule"
  description = "Tripwire: a call that changes or stops a schedule of ours"
  state       = "ENABLED"
  event_pattern = jsonencode({
    detail-type = ["AWS API Call via CloudTrail"]
    account     = ["222222222222"]
    region      = ["eu-west-1"]
    detail = {
      eventSource = ["scheduler.amazonaws.com"]
      eventName   = ["UpdateSchedule", "DeleteSchedule", "DeleteScheduleGroup"]
      requestParameters = {
        name = [
          {
            prefix = "shop-archive-west-"
          },
        ]
      }
      "$or" = [
        {
          userIdentity = {
            sessionContext = {
              sessionIssuer = {
                arn = [
                  {
                    exists = false
                  },
                ]
              }
            }
          }
        },
        {
          userIdentity = {
            sessionContext = {
              sessionIssuer = {
                arn = [
                  {
                    anything-but = ["arn:aws:iam::222222222222:role/ArchiveDeploy"]
                  },
                ]
              }
            }
          }
        },
      ]
    }
  })
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_cloudwatch_event_target" "tripwire_rule_schedule" {
  rule      = aws_cloudwatch_event_rule.tripwire_rule_schedule.name
  target_id = "alerts"
  arn       = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"

  input_transformer {
    input_paths = {
      call    = "$.detail.eventName"
      kind    = "$.detail.userIdentity.type"
      who     = "$.detail.userIdentity.arn"
      service = "$.detail.userIdentity.invokedBy"
      account = "$.detail.userIdentity.accountId"
      address = "$.detail.sourceIPAddress"
      time    = "$.detail.eventTime"
      place   = "$.detail.awsRegion"
      error   = "$.detail.errorCode"
      record  = "$.detail"
      name    = "$.detail.requestParameters.name"
    }
    input_template = "{\"alert\": \"TRIPWIRE shop-archive-west: <call> changes or stops a schedule of ours\", \"result\": \"error code [<error>] (empty brackets: it was carried out)\", \"schedule\": \"<name>\", \"who\": \"<kind> <who> <service>\", \"from\": \"<address>, account <account>\", \"when\": \"<time> in <place>\", \"risk\": \"What it starts, exports for one, may not run any more.\", \"next\": \"aws scheduler list-schedules --region eu-west-1 --name-prefix shop-archive-west-\", \"record\": <record>}"
  }

  dead_letter_config {
    arn = "arn:aws:sqs:eu-west-1:222222222222:shop-archive-west-alerts-undelivered"
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }
}

# Tripwire: a call that changes or stops a function of ours.
resource "aws_cloudwatch_event_rule" "tripwire_rule_function" {
  name        = "shop-archive-west-tripwire-function"
  description = "Tripwire: a call that changes or stops a function of ours"
  state       = "ENABLED"
  event_pattern = jsonencode({
    detail-type = ["AWS API Call via CloudTrail"]
    account     = ["222222222222"]
    region      = ["eu-west-1"]
    detail = {
      eventSource = ["lambda.amazonaws.com"]
      eventName = [
        {
          prefix = "DeleteFunction"
        },
        {
          prefix = "UpdateFunctionCode"
        },
        {
          prefix = "UpdateFunctionConfiguration"
        },
        {
          prefix = "PutFunctionConcurrency"
        },
        {
          prefix = "RemovePermission"
        },
      ]
      requestParameters = {
        functionName = [
          {
            prefix = "shop-archive-west-"
          },
          {
            prefix = "arn:aws:lambda:eu-west-1:222222222222:function:shop-archive-west-"
          },
          {
            prefix = "222222222222:function:shop-archive-west-"
          },
        ]
      }
      "$or" = [
        {
          userIdentity = {
            sessionContext = {
              sessionIssuer = {
                arn = [
                  {
                    exists = false
                  },
                ]
              }
            }
          }
        },
        {
          userIdentity = {
            sessionContext = {
              sessionIssuer = {
                arn = [
                  {
                    anything-but = ["arn:aws:iam::222222222222:role/ArchiveDeploy"]
                  },
                ]
              }
            }
          }
        },
      ]
    }
  })
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_cloudwatch_event_target" "tripwire_rule_function" {
  rule      = aws_cloudwatch_event_rule.tripwire_rule_function.name
  target_id = "alerts"
  arn       = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"

  input_transformer {
    input_paths = {
      call     = "$.detail.eventName"
      kind     = "$.detail.userIdentity.type"
      who      = "$.detail.userIdentity.arn"
      service  = "$.detail.userIdentity.invokedBy"
      account  = "$.detail.userIdentity.accountId"
      address  = "$.detail.sourceIPAddress"
      time     = "$.detail.eventTime"
      place    = "$.detail.awsRegion"
      error    = "$.detail.errorCode"
      record   = "$.detail"
      function = "$.detail.requestParameters.functionName"
    }
    input_template = "{\"alert\": \"TRIPWIRE shop-archive-west: <call> changes or stops a function of ours\", \"result\": \"error code [<error>] (empty brackets: it was carried out)\", \"function\": \"<function>\", \"who\": \"<kind> <who> <service>\", \"from\": \"<address>, account <account>\", \"when\": \"<time> in <place>\", \"risk\": \"It may do nothing, or something else, with its rights to tables and backups.\", \"next\": \"aws lambda get-function --region eu-west-1 --function-name <function>\", \"record\": <record>}"
  }

  dead_letter_config {
    arn = "arn:aws:sqs:eu-west-1:222222222222:shop-archive-west-alerts-undelivered"
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }
}

# Tripwire: a call that changes or stops a state machine of ours.
resource "aws_cloudwatch_event_rule" "tripwire_rule_state_machine" {
  name        = "shop-archive-west-tripwire-state-machine"
  description = "Tripwire: a call that changes or stops a state machine of ours"
  state       = "ENABLED"
  event_pattern = jsonencode({
    detail-type = ["AWS API Call via CloudTrail"]
    account     = ["222222222222"]
    region      = ["eu-west-1"]
    detail = {
      eventSource = ["states.amazonaws.com"]
      "$or" = [
        {
          eventName = ["UpdateStateMachine", "DeleteStateMachine"]
          requestParameters = {
            stateMachineArn = [
              {
                prefix = "arn:aws:states:eu-west-1:222222222222:stateMachine:shop-archive-west-"
              },
            ]
          }
          "$or" = [
            {
              userIdentity = {
                sessionContext = {
                  sessionIssuer = {
                    arn = [
                      {
                        exists = false
                      },
                    ]
                  }
                }
              }
            },
            {
              userIdentity = {
                sessionContext = {
                  sessionIssuer = {
                    arn = [
                      {
                        anything-but = ["arn:aws:iam::222222222222:role/ArchiveDeploy"]
                      },
                    ]
                  }
                }
              }
            },
          ]
        },
        {
          eventName = ["StopExecution"]
          requestParameters = {
            executionArn = [
              {
                prefix = "arn:aws:states:eu-west-1:222222222222:execution:shop-archive-west-"
              },
            ]
          }
          "$or" = [
            {
              userIdentity = {
                sessionContext = {
                  sessionIssuer = {
                    arn = [
                      {
                        exists = false
                      },
                    ]
                  }
                }
              }
            },
            {
              userIdentity = {
                sessionContext = {
                  sessionIssuer = {
                    arn = [
                      {
                        anything-but = ["arn:aws:iam::222222222222:role/ArchiveDeploy"]
                      },
                    ]
                  }
                }
              }
            },
          ]
        },
      ]
    }
  })
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_cloudwatch_event_target" "tripwire_rule_state_machine" {
  rule      = aws_cloudwatch_event_rule.tripwire_rule_state_machine.name
  target_id = "alerts"
  arn       = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"

  input_transformer {
    input_paths = {
      call      = "$.detail.eventName"
      kind      = "$.detail.userIdentity.type"
      who       = "$.detail.userIdentity.arn"
      service   = "$.detail.userIdentity.invokedBy"
      account   = "$.detail.userIdentity.accountId"
      address   = "$.detail.sourceIPAddress"
      time      = "$.detail.eventTime"
      place     = "$.detail.awsRegion"
      error     = "$.detail.errorCode"
      record    = "$.detail"
      machine   = "$.detail.requestParameters.stateMachineArn"
      execution = "$.detail.requestParameters.executionArn"
    }
    input_template = "{\"alert\": \"TRIPWIRE shop-archive-west: <call> changes or stops a state machine of ours\", \"result\": \"error code [<error>] (empty brackets: it was carried out)\", \"state machine\": \"<machine><execution>\", \"who\": \"<kind> <who> <service>\", \"from\": \"<address>, account <account>\", \"when\": \"<time> in <place>\", \"risk\": \"A restore or an export may be cut off or do something else.\", \"next\": \"aws stepfunctions list-state-machines --region eu-west-1\", \"record\": <record>}"
  }

  dead_letter_config {
    arn = "arn:aws:sqs:eu-west-1:222222222222:shop-archive-west-alerts-undelivered"
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }
}

# Tripwire: a call that changes a topic of ours or takes a receiver off.
resource "aws_cloudwatch_event_rule" "tripwire_rule_topic" {
  name        = "shop-archive-west-tripwire-topic"
  description = "Tripwire: a call that changes a topic of ours or takes a receiver off"
  state       = "ENABLED"
  event_pattern = jsonencode({
    detail-type = ["AWS API Call via CloudTrail"]
    account     = ["222222222222"]
    region      = ["eu-west-1"]
    detail = {
      eventSource = ["sns.amazonaws.com"]
      "$or" = [
        {
          eventName = ["DeleteTopic", "SetTopicAttributes", "RemovePermission"]
          requestParameters = {
            topicArn = [
              {
                prefix = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-"
              },
            ]
          }
          "$or" = [
            {
              userIdentity = {
                sessionContext = {
                  sessionIssuer = {
                    arn = [
                      {
                        exists = false
                      },
                    ]
                  }
                }
              }
            },
            {
              userIdentity = {
                sessionContext = {
                  sessionIssuer = {
                    arn = [
                      {
                        anything-but = ["arn:aws:iam::222222222222:role/ArchiveDeploy"]
                      },
                    ]
                  }
                }
              }
            },
          ]
        },
        {
          eventName = ["Unsubscribe", "SetSubscriptionAttributes"]
          requestParameters = {
            subscriptionArn = [
              {
                prefix = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-"
              },
            ]
          }
          "$or" = [
            {
              userIdentity = {
                sessionContext = {
                  sessionIssuer = {
                    arn = [
                      {
                        exists = false
                      },
                    ]
                  }
                }
              }
            },
            {
              userIdentity = {
                sessionContext = {
                  sessionIssuer = {
                    arn = [
                      {
                        anything-but = ["arn:aws:iam::222222222222:role/ArchiveDeploy"]
                      },
                    ]
                  }
                }
              }
            },
          ]
        },
      ]
    }
  })
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_cloudwatch_event_target" "tripwire_rule_topic" {
  rule      = aws_cloudwatch_event_rule.tripwire_rule_topic.name
  target_id = "alerts"
  arn       = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"

  input_transformer {
    input_paths = {
      call         = "$.detail.eventName"
      kind         = "$.detail.userIdentity.type"
      who          = "$.detail.userIdentity.arn"
      service      = "$.detail.userIdentity.invokedBy"
      account      = "$.detail.userIdentity.accountId"
      address      = "$.detail.sourceIPAddress"
      time         = "$.detail.eventTime"
      place        = "$.detail.awsRegion"
      error        = "$.detail.errorCode"
      record       = "$.detail"
      topic        = "$.detail.requestParameters.topicArn"
      subscription = "$.detail.requestParameters.subscriptionArn"
    }
    input_template = "{\"alert\": \"TRIPWIRE shop-archive-west: <call> changes a topic of ours or takes a receiver off\", \"result\": \"error code [<error>] (empty brackets: it was carried out)\", \"topic\": \"<topic><subscription>\", \"who\": \"<kind> <who> <service>\", \"from\": \"<address>, account <account>\", \"when\": \"<time> in <place>\", \"risk\": \"Alerts may reach nobody from now on, this one included: it may be the last.\", \"next\": \"aws sns list-subscriptions --region eu-west-1\", \"record\": <record>}"
  }

  dead_letter_config {
    arn = "arn:aws:sqs:eu-west-1:222222222222:shop-archive-west-alerts-undelivered"
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }
}

# Tripwire: a call that empties, changes or deletes the queue of undelivered alerts.
resource "aws_cloudwatch_event_rule" "tripwire_rule_queue" {
  name        = "shop-archive-west-tripwire-queue"
  description = "Tripwire: a call that empties, changes or deletes the queue of undelivered alerts"
  state       = "ENABLED"
  event_pattern = jsonencode({
    detail-type = ["AWS API Call via CloudTrail"]
    account     = ["222222222222"]
    region      = ["eu-west-1"]
    detail = {
      eventSource = ["sqs.amazonaws.com"]
      eventName   = ["DeleteQueue", "PurgeQueue", "SetQueueAttributes"]
      requestParameters = {
        queueUrl = [
          {
            suffix = "/222222222222/shop-archive-west-alerts-undelivered"
          },
        ]
      }
      "$or" = [
        {
          userIdentity = {
            sessionContext = {
              sessionIssuer = {
                arn = [
                  {
                    exists = false
                  },
                ]
              }
            }
          }
        },
        {
          userIdentity = {
            sessionContext = {
              sessionIssuer = {
                arn = [
                  {
                    anything-but = ["arn:aws:iam::222222222222:role/ArchiveDeploy"]
                  },
                ]
              }
            }
          }
        },
      ]
    }
  })
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_cloudwatch_event_target" "tripwire_rule_queue" {
  rule      = aws_cloudwatch_event_rule.tripwire_rule_queue.name
  target_id = "alerts"
  arn       = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"

  input_transformer {
    input_paths = {
      call    = "$.detail.eventName"
      kind    = "$.detail.userIdentity.type"
      who     = "$.detail.userIdentity.arn"
      service = "$.detail.userIdentity.invokedBy"
      account = "$.detail.userIdentity.accountId"
      address = "$.detail.sourceIPAddress"
      time    = "$.detail.eventTime"
      place   = "$.detail.awsRegion"
      error   = "$.detail.errorCode"
      record  = "$.detail"
      queue   = "$.detail.requestParameters.queueUrl"
    }
    input_template = "{\"alert\": \"TRIPWIRE shop-archive-west: <call> empties, changes or deletes the queue of undelivered alerts\", \"result\": \"error code [<error>] (empty brackets: it was carried out)\", \"queue\": \"<queue>\", \"who\": \"<kind> <who> <service>\", \"from\": \"<address>, account <account>\", \"when\": \"<time> in <place>\", \"risk\": \"Alerts that reached nobody are lost, and their loss goes unnoticed.\", \"next\": \"aws sqs get-queue-attributes --region eu-west-1 --queue-url <queue> --attribute-names All\", \"record\": <record>}"
  }

  dead_letter_config {
    arn = "arn:aws:sqs:eu-west-1:222222222222:shop-archive-west-alerts-undelivered"
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }
}

# Tripwire: a call that changes, mutes or deletes an alarm of ours.
resource "aws_cloudwatch_event_rule" "tripwire_rule_alarm" {
  name        = "shop-archive-west-tripwire-alarm"
  description = "Tripwire: a call that changes, mutes or deletes an alarm of ours"
  state       = "ENABLED"
  event_pattern = jsonencode({
    detail-type = ["AWS API Call via CloudTrail"]
    account     = ["222222222222"]
    region      = ["eu-west-1"]
    detail = {
      eventSource = ["monitoring.amazonaws.com"]
      "$or" = [
        {
          userIdentity = {
            sessionContext = {
              sessionIssuer = {
                arn = [
                  {
                    exists = false
                  },
                ]
              }
            }
          }
          "$or" = [
            {
              eventName = ["DeleteAlarms", "DisableAlarmActions"]
              requestParameters = {
                alarmNames = [
                  {
                    prefix = "shop-archive-west-"
                  },
                ]
              }
            },
            {
              eventName = ["PutMetricAlarm", "SetAlarmState"]
              requestParameters = {
                alarmName = [
                  {
                    prefix = "shop-archive-west-"
                  },
                ]
              }
            },
            {
              eventName = ["PutAlarmMuteRule"]
              requestParameters = {
                muteTargets = {
                  alarmNames = [
                    {
                      prefix = "shop-archive-west-"
                    },
                  ]
                }
              }
            },
          ]
        },
        {
          userIdentity = {
            sessionContext = {
              sessionIssuer = {
                arn = [
                  {
                    anything-but = ["arn:aws:iam::222222222222:role/ArchiveDeploy"]
                  },
                ]
              }
            }
          }
          "$or" = [
            {
              eventName = ["DeleteAlarms", "DisableAlarmActions"]
              requestParameters = {
                alarmNames = [
                  {
                    prefix = "shop-archive-west-"
                  },
                ]
              }
            },
            {
              eventName = ["PutMetricAlarm", "SetAlarmState"]
              requestParameters = {
                alarmName = [
                  {
                    prefix = "shop-archive-west-"
                  },
                ]
              }
            },
            {
              eventName = ["PutAlarmMuteRule"]
              requestParameters = {
                muteTargets = {
                  alarmNames = [
                    {
                      prefix = "shop-archive-west-"
                    },
                  ]
                }
              }
            },
          ]
        },
      ]
    }
  })
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_cloudwatch_event_target" "tripwire_rule_alarm" {
  rule      = aws_cloudwatch_event_rule.tripwire_rule_alarm.name
  target_id = "alerts"
  arn       = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"

  input_transformer {
    input_paths = {
      call    = "$.detail.eventName"
      kind    = "$.detail.userIdentity.type"
      who     = "$.detail.userIdentity.arn"
      service = "$.detail.userIdentity.invokedBy"
      account = "$.detail.userIdentity.accountId"
      address = "$.detail.sourceIPAddress"
      time    = "$.detail.eventTime"
      place   = "$.detail.awsRegion"
      error   = "$.detail.errorCode"
      record  = "$.detail"
    }
    input_template = "{\"alert\": \"TRIPWIRE shop-archive-west: <call> changes, mutes or deletes an alarm of ours\", \"result\": \"error code [<error>] (empty brackets: it was carried out)\", \"alarm\": \"in requestParameters of the record\", \"who\": \"<kind> <who> <service>\", \"from\": \"<address>, account <account>\", \"when\": \"<time> in <place>\", \"risk\": \"Missing backups or lost alerts may go unnoticed from now on.\", \"next\": \"aws cloudwatch describe-alarms --region eu-west-1 --alarm-name-prefix shop-archive-west-\", \"record\": <record>}"
  }

  dead_letter_config {
    arn = "arn:aws:sqs:eu-west-1:222222222222:shop-archive-west-alerts-undelivered"
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }
}

# Tripwire: a call that stops or changes a CloudTrail trail.
resource "aws_cloudwatch_event_rule" "tripwire_rule_trail" {
  name        = "shop-archive-west-tripwire-trail"
  description = "Tripwire: a call that stops or changes a CloudTrail trail"
  state       = "ENABLED"
  event_pattern = jsonencode({
    detail-type = ["AWS API Call via CloudTrail"]
    account     = ["222222222222"]
    region      = ["eu-west-1", "us-east-1"]
    detail = {
      eventSource = ["cloudtrail.amazonaws.com"]
      eventName   = ["StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"]
    }
  })
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_cloudwatch_event_target" "tripwire_rule_trail" {
  rule      = aws_cloudwatch_event_rule.tripwire_rule_trail.name
  target_id = "alerts"
  arn       = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"

  input_transformer {
    input_paths = {
      call    = "$.detail.eventName"
      kind    = "$.detail.userIdentity.type"
      who     = "$.detail.userIdentity.arn"
      service = "$.detail.userIdentity.invokedBy"
      account = "$.detail.userIdentity.accountId"
      address = "$.detail.sourceIPAddress"
      time    = "$.detail.eventTime"
      place   = "$.detail.awsRegion"
      error   = "$.detail.errorCode"
      record  = "$.detail"
      name    = "$.detail.requestParameters.name"
      trail   = "$.detail.requestParameters.trailName"
    }
    input_template = "{\"alert\": \"TRIPWIRE shop-archive-west: <call> stops or changes a CloudTrail trail\", \"result\": \"error code [<error>] (empty brackets: it was carried out)\", \"trail\": \"<name><trail>\", \"who\": \"<kind> <who> <service>\", \"from\": \"<address>, account <account>\", \"when\": \"<time> in <place>\", \"risk\": \"Without a trail no tripwire trips any more: this message may be the last.\", \"next\": \"aws cloudtrail get-trail-status --region <place> --name <name><trail>\", \"record\": <record>}"
  }

  dead_letter_config {
    arn = "arn:aws:sqs:eu-west-1:222222222222:shop-archive-west-alerts-undelivered"
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }
}

# Tripwire: a call that changes a policy of ours or takes it off.
resource "aws_cloudwatch_event_rule" "tripwire_rule_policy" {
  name        = "shop-archive-west-tripwire-policy"
  description = "Tripwire: a call that changes a policy of ours or takes it off"
  state       = "ENABLED"
  event_pattern = jsonencode({
    detail-type = ["AWS API Call via CloudTrail"]
    account     = ["222222222222"]
    region      = ["us-east-1"]
    detail = {
      eventSource = ["iam.amazonaws.com"]
      eventName = [
        "CreatePolicyVersion",
        "SetDefaultPolicyVersion",
        "DeletePolicyVersion",
        "DeletePolicy",
        "DetachRolePolicy",
        "DetachUserPolicy",
        "DetachGroupPolicy",
      ]
      requestParameters = {
        policyArn = [
          {
            prefix = "arn:aws:iam::222222222222:policy/shop-archive-west-"
          },
        ]
      }
    }
  })
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_cloudwatch_event_target" "tripwire_rule_policy" {
  rule      = aws_cloudwatch_event_rule.tripwire_rule_policy.name
  target_id = "alerts"
  arn       = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"

  input_transformer {
    input_paths = {
      call    = "$.detail.eventName"
      kind    = "$.detail.userIdentity.type"
      who     = "$.detail.userIdentity.arn"
      service = "$.detail.userIdentity.invokedBy"
      account = "$.detail.userIdentity.accountId"
      address = "$.detail.sourceIPAddress"
      time    = "$.detail.eventTime"
      place   = "$.detail.awsRegion"
      error   = "$.detail.errorCode"
      record  = "$.detail"
      policy  = "$.detail.requestParameters.policyArn"
    }
    input_template = "{\"alert\": \"TRIPWIRE shop-archive-west: <call> changes a policy of ours or takes it off\", \"result\": \"error code [<error>] (empty brackets: it was carried out)\", \"policy\": \"<policy>\", \"who\": \"<kind> <who> <service>\", \"from\": \"<address>, account <account>\", \"when\": \"<time> in <place>\", \"risk\": \"What denies destroying backups may deny it no longer.\", \"next\": \"aws iam list-entities-for-policy --policy-arn <policy>\", \"record\": <record>}"
  }

  dead_letter_config {
    arn = "arn:aws:sqs:eu-west-1:222222222222:shop-archive-west-alerts-undelivered"
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }
}

# Tripwire: a call that changes a role of ours or of break-glass.
resource "aws_cloudwatch_event_rule" "tripwire_rule_role" {
  name        = "shop-archive-west-tripwire-role"
  description = "Tripwire: a call that changes a role of ours or of break-glass"
  state       = "ENABLED"
  event_pattern = jsonencode({
    detail-type = ["AWS API Call via CloudTrail"]
    account     = ["222222222222"]
    region      = ["us-east-1"]
    detail = {
      eventSource = ["iam.amazonaws.com"]
      "$or" = [
        {
          eventName = [
            "DeleteRole",
            "UpdateAssumeRolePolicy",
            "PutRolePolicy",
            "DeleteRolePolicy",
            "PutRolePermissionsBoundary",
            "DeleteRolePermissionsBoundary",
          ]
          requestParameters = {
            roleName = [
              "ArchiveBreakGlass",
              {
                prefix = "shop-archive-west-"
              },
            ]
          }
        },
        {
          eventName = ["DetachRolePolicy"]
          requestParameters = {
            roleName = [
              "ArchiveBreakGlass",
              {
                prefix = "shop-archive-west-"
              },
            ]
            policyArn = [
              {
                anything-but = {
                  prefix = "arn:aws:iam::222222222222:policy/shop-archive-west-"
                }
              },
            ]
          }
        },
        {
          eventName = ["CreateRole", "AttachRolePolicy"]
          requestParameters = {
            roleName = ["ArchiveBreakGlass"]
          }
        },
        {
          eventName = ["CreateRole", "AttachRolePolicy"]
          requestParameters = {
            roleName = [
              {
                prefix = "shop-archive-west-"
              },
            ]
          }
          "$or" = [
            {
              userIdentity = {
                sessionContext = {
                  sessionIssuer = {
                    arn = [
                      {
                        exists = false
                      },
                    ]
                  }
                }
              }
            },
            {
              userIdentity = {
                sessionContext = {
                  sessionIssuer = {
                    arn = [
                      {
                        anything-but = ["arn:aws:iam::222222222222:role/ArchiveDeploy"]
                      },
                    ]
                  }
                }
              }
            },
          ]
        },
      ]
    }
  })
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_cloudwatch_event_target" "tripwire_rule_role" {
  rule      = aws_cloudwatch_event_rule.tripwire_rule_role.name
  target_id = "alerts"
  arn       = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"

  input_transformer {
    input_paths = {
      call    = "$.detail.eventName"
      kind    = "$.detail.userIdentity.type"
      who     = "$.detail.userIdentity.arn"
      service = "$.detail.userIdentity.invokedBy"
      account = "$.detail.userIdentity.accountId"
      address = "$.detail.sourceIPAddress"
      time    = "$.detail.eventTime"
      place   = "$.detail.awsRegion"
      error   = "$.detail.errorCode"
      record  = "$.detail"
      role    = "$.detail.requestParameters.roleName"
    }
    input_template = "{\"alert\": \"TRIPWIRE shop-archive-west: <call> changes a role of ours or of break-glass\", \"result\": \"error code [<error>] (empty brackets: it was carried out)\", \"role\": \"<role>\", \"who\": \"<kind> <who> <service>\", \"from\": \"<address>, account <account>\", \"when\": \"<time> in <place>\", \"risk\": \"Somebody may act as a role that no policy holds back, or backups may lose theirs.\", \"next\": \"aws iam get-role --role-name <role>\", \"record\": <record>}"
  }

  dead_letter_config {
    arn = "arn:aws:sqs:eu-west-1:222222222222:shop-archive-west-alerts-undelivered"
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }
}

# Tripwire: a call that changes the organization or its policies.
resource "aws_cloudwatch_event_rule" "tripwire_rule_organization" {
  name        = "shop-archive-west-tripwire-organization"
  description = "Tripwire: a call that changes the organization or its policies"
  state       = "ENABLED"
  event_pattern = jsonencode({
    detail-type = ["AWS API Call via CloudTrail"]
    account     = ["222222222222"]
    region      = ["us-east-1"]
    detail = {
      eventSource = ["organizations.amazonaws.com"]
      eventName = [
        "LeaveOrganization",
        "RemoveAccountFromOrganization",
        "CloseAccount",
        "DetachPolicy",
        "UpdatePolicy",
        "DeletePolicy",
        "DisablePolicyType",
      ]
    }
  })
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_cloudwatch_event_target" "tripwire_rule_organization" {
  rule      = aws_cloudwatch_event_rule.tripwire_rule_organization.name
  target_id = "alerts"
  arn       = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"

  input_transformer {
    input_paths = {
      call    = "$.detail.eventName"
      kind    = "$.detail.userIdentity.type"
      who     = "$.detail.userIdentity.arn"
      service = "$.detail.userIdentity.invokedBy"
      account = "$.detail.userIdentity.accountId"
      address = "$.detail.sourceIPAddress"
      time    = "$.detail.eventTime"
      place   = "$.detail.awsRegion"
      error   = "$.detail.errorCode"
      record  = "$.detail"
      policy  = "$.detail.requestParameters.policyId"
    }
    input_template = "{\"alert\": \"TRIPWIRE shop-archive-west: <call> changes the organization or its policies\", \"result\": \"error code [<error>] (empty brackets: it was carried out)\", \"policy\": \"<policy>\", \"who\": \"<kind> <who> <service>\", \"from\": \"<address>, account <account>\", \"when\": \"<time> in <place>\", \"risk\": \"A service control policy that keeps backups from being destroyed may be off, and copies between accounts need the organization.\", \"next\": \"aws organizations describe-organization\", \"record\": <record>}"
  }

  dead_letter_config {
    arn = "arn:aws:sqs:eu-west-1:222222222222:shop-archive-west-alerts-undelivered"
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }
}

# Tripwire: a call that switches off the Region of this environment.
resource "aws_cloudwatch_event_rule" "tripwire_rule_region_disabled" {
  name        = "shop-archive-west-tripwire-region-disabled"
  description = "Tripwire: a call that switches off the Region of this environment"
  state       = "ENABLED"
  event_pattern = jsonencode({
    detail-type = ["AWS API Call via CloudTrail"]
    account     = ["222222222222"]
    region      = ["us-east-1"]
    detail = {
      eventSource = ["account.amazonaws.com"]
      eventName   = ["DisableRegion"]
      requestParameters = {
        regionName = ["eu-west-1"]
      }
    }
  })
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_cloudwatch_event_target" "tripwire_rule_region_disabled" {
  rule      = aws_cloudwatch_event_rule.tripwire_rule_region_disabled.name
  target_id = "alerts"
  arn       = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"

  input_transformer {
    input_paths = {
      call    = "$.detail.eventName"
      kind    = "$.detail.userIdentity.type"
      who     = "$.detail.userIdentity.arn"
      service = "$.detail.userIdentity.invokedBy"
      account = "$.detail.userIdentity.accountId"
      address = "$.detail.sourceIPAddress"
      time    = "$.detail.eventTime"
      place   = "$.detail.awsRegion"
      error   = "$.detail.errorCode"
      record  = "$.detail"
      region  = "$.detail.requestParameters.regionName"
    }
    input_template = "{\"alert\": \"TRIPWIRE shop-archive-west: <call> switches off the Region of this environment\", \"result\": \"error code [<error>] (empty brackets: it was carried out)\", \"region\": \"<region>\", \"who\": \"<kind> <who> <service>\", \"from\": \"<address>, account <account>\", \"when\": \"<time> in <place>\", \"risk\": \"Tables, backups and alerts in a disabled Region can be reached by nobody.\", \"next\": \"aws account get-region-opt-status --region-name eu-west-1\", \"record\": <record>}"
  }

  dead_letter_config {
    arn = "arn:aws:sqs:eu-west-1:222222222222:shop-archive-west-alerts-undelivered"
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }
}

# Tripwire: a call that assumes break-glass.
resource "aws_cloudwatch_event_rule" "tripwire_rule_break_glass" {
  name        = "shop-archive-west-tripwire-break-glass"
  description = "Tripwire: a call that assumes break-glass"
  state       = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
  event_pattern = jsonencode({
    detail-type = ["AWS API Call via CloudTrail"]
    account     = ["222222222222"]
    region      = ["eu-west-1", "us-east-1"]
    detail = {
      eventSource = ["sts.amazonaws.com"]
      eventName   = ["AssumeRole"]
      requestParameters = {
        roleArn = ["arn:aws:iam::222222222222:role/ArchiveBreakGlass"]
      }
    }
  })
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

resource "aws_cloudwatch_event_target" "tripwire_rule_break_glass" {
  rule      = aws_cloudwatch_event_rule.tripwire_rule_break_glass.name
  target_id = "alerts"
  arn       = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"

  input_transformer {
    input_paths = {
      call    = "$.detail.eventName"
      kind    = "$.detail.userIdentity.type"
      who     = "$.detail.userIdentity.arn"
      service = "$.detail.userIdentity.invokedBy"
      account = "$.detail.userIdentity.accountId"
      address = "$.detail.sourceIPAddress"
      time    = "$.detail.eventTime"
      place   = "$.detail.awsRegion"
      error   = "$.detail.errorCode"
      record  = "$.detail.userIdentity"
      role    = "$.detail.requestParameters.roleArn"
      session = "$.detail.requestParameters.roleSessionName"
    }
    input_template = "{\"alert\": \"TRIPWIRE shop-archive-west: <call> assumes break-glass\", \"result\": \"error code [<error>] (empty brackets: it was carried out)\", \"role\": \"<role>\", \"session\": \"<session>\", \"who\": \"<kind> <who> <service>\", \"from\": \"<address>, account <account>\", \"when\": \"<time> in <place>\", \"risk\": \"Whoever holds this session may destroy every backup. If nobody declared an emergency, this is one.\", \"next\": \"aws cloudtrail lookup-events --region eu-west-1 --lookup-attributes AttributeKey=Username,AttributeValue=<session>\", \"record\": <record>}"
  }

  dead_letter_config {
    arn = "arn:aws:sqs:eu-west-1:222222222222:shop-archive-west-alerts-undelivered"
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }
}

# A message of a tripwire got lost: not even the queue took it.
resource "aws_cloudwatch_metric_alarm" "lost_tripwires_alarm_1_6b86" {
  alarm_name          = "shop-archive-west-tripwires-lost-1"
  alarm_description   = "A message of a tripwire of shop-archive-west reached neither its receivers nor the queue shop-archive-west-alerts-undelivered. Risk: somebody may have destroyed or silenced backups unnoticed. Next: aws cloudtrail lookup-events --region eu-west-1 --lookup-attributes AttributeKey=ReadOnly,AttributeValue=false"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = ["arn:aws:sns:eu-west-1:222222222222:shop-archive-west-watchdog"]
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }

  metric_query {
    id          = "lost"
    expression  = "SUM(FILL(METRICS(), 0))"
    label       = "Lost messages of tripwires"
    return_data = true
  }

  metric_query {
    id          = "rule1"
    return_data = false

    metric {
      namespace   = "AWS/Events"
      metric_name = "InvocationsFailedToBeSentToDlq"
      dimensions = {
        RuleName = "shop-archive-west-tripwire-vault"
      }
      period = 300
      stat   = "Sum"
    }
  }

  metric_query {
    id          = "rule2"
    return_data = false

    metric {
      namespace   = "AWS/Events"
      metric_name = "InvocationsFailedToBeSentToDlq"
      dimensions = {
        RuleName = "shop-archive-west-tripwire-recovery-point"
      }
      period = 300
      stat   = "Sum"
    }
  }

  metric_query {
    id          = "rule3"
    return_data = false

    metric {
      namespace   = "AWS/Events"
      metric_name = "InvocationsFailedToBeSentToDlq"
      dimensions = {
        RuleName = "shop-archive-west-tripwire-plan"
      }
      period = 300
      stat   = "Sum"
    }
  }

  metric_query {
    id          = "rule4"
    return_data = false

    metric {
      namespace   = "AWS/Events"
      metric_name = "InvocationsFailedToBeSentToDlq"
      dimensions = {
        RuleName = "shop-archive-west-tripwire-region-settings"
      }
      period = 300
      stat   = "Sum"
    }
  }

  metric_query {
    id          = "rule5"
    return_data = false

    metric {
      namespace   = "AWS/Events"
      metric_name = "InvocationsFailedToBeSentToDlq"
      dimensions = {
        RuleName = "shop-archive-west-tripwire-refused-attempt"
      }
      period = 300
      stat   = "Sum"
    }
  }

  metric_query {
    id          = "rule6"
    return_data = false

    metric {
      namespace   = "AWS/Events"
      metric_name = "InvocationsFailedToBeSentToDlq"
      dimensions = {
        RuleName = "shop-archive-west-tripwire-key"
      }
      period = 300
      stat   = "Sum"
    }
  }

  metric_query {
    id          = "rule7"
    return_data = false

    metric {
      namespace   = "AWS/Events"
      metric_name = "InvocationsFailedToBeSentToDlq"
      dimensions = {
        RuleName = "shop-archive-west-tripwire-export-bucket"
      }
      period = 300
      stat   = "Sum"
    }
  }

  metric_query {
    id          = "rule8"
    return_data = false

    metric {
      namespace   = "AWS/Events"
      metric_name = "InvocationsFailedToBeSentToDlq"
      dimensions = {
        RuleName = "shop-archive-west-tripwire-rule"
      }
      period = 300
      stat   = "Sum"
    }
  }

  metric_query {
    id          = "rule9"
    return_data = false

    metric {
      namespace   = "AWS/Events"
      metric_name = "InvocationsFailedToBeSentToDlq"
      dimensions = {
        RuleName = "shop-archive-west-tripwire-schedule"
      }
      period = 300
      stat   = "Sum"
    }
  }

  metric_query {
    id          = "rule10"
    return_data = false

    metric {
      namespace   = "AWS/Events"
      metric_name = "InvocationsFailedToBeSentToDlq"
      dimensions = {
        RuleName = "shop-archive-west-tripwire-function"
      }
      period = 300
      stat   = "Sum"
    }
  }
}

# A message of a tripwire got lost: not even the queue took it.
resource "aws_cloudwatch_metric_alarm" "lost_tripwires_alarm_2_d473" {
  alarm_name          = "shop-archive-west-tripwires-lost-2"
  alarm_description   = "A message of a tripwire of shop-archive-west reached neither its receivers nor the queue shop-archive-west-alerts-undelivered. Risk: somebody may have destroyed or silenced backups unnoticed. Next: aws cloudtrail lookup-events --region eu-west-1 --lookup-attributes AttributeKey=ReadOnly,AttributeValue=false"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = ["arn:aws:sns:eu-west-1:222222222222:shop-archive-west-watchdog"]
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }

  metric_query {
    id          = "lost"
    expression  = "SUM(FILL(METRICS(), 0))"
    label       = "Lost messages of tripwires"
    return_data = true
  }

  metric_query {
    id          = "rule1"
    return_data = false

    metric {
      namespace   = "AWS/Events"
      metric_name = "InvocationsFailedToBeSentToDlq"
      dimensions = {
        RuleName = "shop-archive-west-tripwire-state-machine"
      }
      period = 300
      stat   = "Sum"
    }
  }

  metric_query {
    id          = "rule2"
    return_data = false

    metric {
      namespace   = "AWS/Events"
      metric_name = "InvocationsFailedToBeSentToDlq"
      dimensions = {
        RuleName = "shop-archive-west-tripwire-topic"
      }
      period = 300
      stat   = "Sum"
    }
  }

  metric_query {
    id          = "rule3"
    return_data = false

    metric {
      namespace   = "AWS/Events"
      metric_name = "InvocationsFailedToBeSentToDlq"
      dimensions = {
        RuleName = "shop-archive-west-tripwire-queue"
      }
      period = 300
      stat   = "Sum"
    }
  }

  metric_query {
    id          = "rule4"
    return_data = false

    metric {
      namespace   = "AWS/Events"
      metric_name = "InvocationsFailedToBeSentToDlq"
      dimensions = {
        RuleName = "shop-archive-west-tripwire-alarm"
      }
      period = 300
      stat   = "Sum"
    }
  }

  metric_query {
    id          = "rule5"
    return_data = false

    metric {
      namespace   = "AWS/Events"
      metric_name = "InvocationsFailedToBeSentToDlq"
      dimensions = {
        RuleName = "shop-archive-west-tripwire-trail"
      }
      period = 300
      stat   = "Sum"
    }
  }

  metric_query {
    id          = "rule6"
    return_data = false

    metric {
      namespace   = "AWS/Events"
      metric_name = "InvocationsFailedToBeSentToDlq"
      dimensions = {
        RuleName = "shop-archive-west-tripwire-policy"
      }
      period = 300
      stat   = "Sum"
    }
  }

  metric_query {
    id          = "rule7"
    return_data = false

    metric {
      namespace   = "AWS/Events"
      metric_name = "InvocationsFailedToBeSentToDlq"
      dimensions = {
        RuleName = "shop-archive-west-tripwire-role"
      }
      period = 300
      stat   = "Sum"
    }
  }

  metric_query {
    id          = "rule8"
    return_data = false

    metric {
      namespace   = "AWS/Events"
      metric_name = "InvocationsFailedToBeSentToDlq"
      dimensions = {
        RuleName = "shop-archive-west-tripwire-organization"
      }
      period = 300
      stat   = "Sum"
    }
  }

  metric_query {
    id          = "rule9"
    return_data = false

    metric {
      namespace   = "AWS/Events"
      metric_name = "InvocationsFailedToBeSentToDlq"
      dimensions = {
        RuleName = "shop-archive-west-tripwire-region-disabled"
      }
      period = 300
      stat   = "Sum"
    }
  }

  metric_query {
    id          = "rule10"
    return_data = false

    metric {
      namespace   = "AWS/Events"
      metric_name = "InvocationsFailedToBeSentToDlq"
      dimensions = {
        RuleName = "shop-archive-west-tripwire-break-glass"
      }
      period = 300
      stat   = "Sum"
    }
  }
}
