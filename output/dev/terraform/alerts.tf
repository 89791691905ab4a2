# Written by Holdfast 0.1.0 from environments/dev.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

resource "aws_kms_key" "key_of_alert_topic_alerts" {
  description = "Messages of the topic shop-dev-alerts"
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
        Sid    = "AllowEventBridge"
        Effect = "Allow"
        Principal = {
          Service = "events.amazonaws.com"
        }
        Action   = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource = "*"
      },
      {
        Sid    = "AllowCloudWatch"
        Effect = "Allow"
        Principal = {
          Service = "cloudwatch.amazonaws.com"
        }
        Action   = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource = "*"
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = "333333333333"
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

resource "aws_kms_alias" "alias_of_alert_topic_alerts" {
  name          = "alias/shop-dev-alerts"
  target_key_id = aws_kms_key.key_of_alert_topic_alerts.key_id

  lifecycle {
    prevent_destroy = true
  }
}

# Alerts: failed jobs, missing backups, alarms of tables.
resource "aws_sns_topic" "alert_topic_alerts" {
  name              = "shop-dev-alerts"
  kms_master_key_id = aws_kms_key.key_of_alert_topic_alerts.key_id
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_sns_topic_policy" "policy_of_alert_topic_alerts" {
  arn = aws_sns_topic.alert_topic_alerts.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AllowOurRules"
        Effect = "Allow"
        Principal = {
          Service = "events.amazonaws.com"
        }
        Action   = "sns:Publish"
        Resource = "arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"
        Condition = {
          ArnEquals = {
            "aws:SourceArn" = [
              "arn:aws:events:eu-central-1:333333333333:rule/shop-dev-backup-job-failed",
              "arn:aws:events:eu-central-1:333333333333:rule/shop-dev-copy-job-failed",
              "arn:aws:events:eu-central-1:333333333333:rule/shop-dev-restore-job-failed",
            ]
          }
        }
      },
      {
        Sid    = "AllowOurTripwires"
        Effect = "Allow"
        Principal = {
          Service = "events.amazonaws.com"
        }
        Action   = "sns:Publish"
        Resource = "arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"
        Condition = {
          ArnLike = {
            "aws:SourceArn" = "arn:aws:events:eu-central-1:333333333333:rule/shop-dev-tripwire-*"
          }
        }
      },
      {
        Sid    = "AllowOurAlarms"
        Effect = "Allow"
        Principal = {
          Service = "cloudwatch.amazonaws.com"
        }
        Action   = "sns:Publish"
        Resource = "arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = "333333333333"
          }
          ArnLike = {
            "aws:SourceArn" = "arn:aws:cloudwatch:eu-central-1:333333333333:alarm:shop-dev-*"
          }
        }
      },
      {
        Sid       = "DenyPlainHttp"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["sns:Publish"]
        Resource  = "arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"
        Condition = {
          Bool = {
            "aws:SecureTransport" = "false"
          }
        }
      },
    ]
  })
}

# Subscription oncall: waits until the link in its first message has been followed.
resource "aws_sns_topic_subscription" "alert_subscription_alerts_oncall" {
  topic_arn = aws_sns_topic.alert_topic_alerts.arn
  protocol  = "email"
  endpoint  = "oncall@shop.example"
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.undelivered_alerts.arn
  })
}

resource "aws_kms_key" "key_of_alert_topic_watchdog" {
  description = "Messages of the topic shop-dev-watchdog"
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
        Sid    = "AllowCloudWatch"
        Effect = "Allow"
        Principal = {
          Service = "cloudwatch.amazonaws.com"
        }
        Action   = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource = "*"
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = "333333333333"
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

resource "aws_kms_alias" "alias_of_alert_topic_watchdog" {
  name          = "alias/shop-dev-alerts-watchdog"
  target_key_id = aws_kms_key.key_of_alert_topic_watchdog.key_id

  lifecycle {
    prevent_destroy = true
  }
}

# Says that alerts could not be delivered.
resource "aws_sns_topic" "alert_topic_watchdog" {
  name              = "shop-dev-watchdog"
  kms_master_key_id = aws_kms_key.key_of_alert_topic_watchdog.key_id
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_sns_topic_policy" "policy_of_alert_topic_watchdog" {
  arn = aws_sns_topic.alert_topic_watchdog.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AllowOurAlarms"
        Effect = "Allow"
        Principal = {
          Service = "cloudwatch.amazonaws.com"
        }
        Action   = "sns:Publish"
        Resource = "arn:aws:sns:eu-central-1:333333333333:shop-dev-watchdog"
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = "333333333333"
          }
          ArnLike = {
            "aws:SourceArn" = "arn:aws:cloudwatch:eu-central-1:333333333333:alarm:shop-dev-*"
          }
        }
      },
      {
        Sid       = "DenyPlainHttp"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["sns:Publish"]
        Resource  = "arn:aws:sns:eu-central-1:333333333333:shop-dev-watchdog"
        Condition = {
          Bool = {
            "aws:SecureTransport" = "false"
          }
        }
      },
    ]
  })
}

# Subscription oncall: waits until the link in its first message has been followed.
resource "aws_sns_topic_subscription" "alert_subscription_watchdog_oncall" {
  topic_arn = aws_sns_topic.alert_topic_watchdog.arn
  protocol  = "email"
  endpoint  = "oncall@shop.example"
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.undelivered_alerts.arn
  })
}

# Takes alerts that reached nobody, for 14 days; an alarm watches it.
resource "aws_sqs_queue" "undelivered_alerts" {
  name                      = "shop-dev-alerts-undelivered"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

resource "aws_sqs_queue_policy" "policy_of_undelivered_alerts" {
  queue_url = aws_sqs_queue.undelivered_alerts.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AllowOurRules"
        Effect = "Allow"
        Principal = {
          Service = "events.amazonaws.com"
        }
        Action   = "sqs:SendMessage"
        Resource = "arn:aws:sqs:eu-central-1:333333333333:shop-dev-alerts-undelivered"
        Condition = {
          ArnEquals = {
            "aws:SourceArn" = [
              "arn:aws:events:eu-central-1:333333333333:rule/shop-dev-backup-job-failed",
              "arn:aws:events:eu-central-1:333333333333:rule/shop-dev-copy-job-failed",
              "arn:aws:events:eu-central-1:333333333333:rule/shop-dev-restore-job-failed",
            ]
          }
        }
      },
      {
        Sid    = "AllowOurTripwires"
        Effect = "Allow"
        Principal = {
          Service = "events.amazonaws.com"
        }
        Action   = "sqs:SendMessage"
        Resource = "arn:aws:sqs:eu-central-1:333333333333:shop-dev-alerts-undelivered"
        Condition = {
          ArnLike = {
            "aws:SourceArn" = ["arn:aws:events:eu-central-1:333333333333:rule/shop-dev-tripwire-*"]
          }
        }
      },
      {
        Sid    = "AllowOurTopics"
        Effect = "Allow"
        Principal = {
          Service = "sns.amazonaws.com"
        }
        Action   = "sqs:SendMessage"
        Resource = "arn:aws:sqs:eu-central-1:333333333333:shop-dev-alerts-undelivered"
        Condition = {
          ArnEquals = {
            "aws:SourceArn" = [
              "arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts",
              "arn:aws:sns:eu-central-1:333333333333:shop-dev-watchdog",
            ]
          }
        }
      },
      {
        Sid       = "DenyPlainHttp"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["sqs:ReceiveMessage", "sqs:SendMessage"]
        Resource  = "arn:aws:sqs:eu-central-1:333333333333:shop-dev-alerts-undelivered"
        Condition = {
          Bool = {
            "aws:SecureTransport" = "false"
          }
        }
      },
    ]
  })
}

# One alert for each backup job of DynamoDB that fails.
resource "aws_cloudwatch_event_rule" "failed_job_rule_backup" {
  name        = "shop-dev-backup-job-failed"
  description = "Failed, aborted, expired and partial backup jobs of DynamoDB"
  state       = "ENABLED"
  event_pattern = jsonencode({
    source      = ["aws.backup"]
    detail-type = ["Backup Job State Change"]
    detail = {
      state        = ["FAILED", "ABORTED", "EXPIRED", "PARTIAL"]
      resourceType = ["DynamoDB"]
      backupVaultArn = [
        "arn:aws:backup:eu-central-1:333333333333:backup-vault:shop-dev-main",
        "arn:aws:backup:eu-central-1:333333333333:backup-vault:shop-dev-critical",
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

resource "aws_cloudwatch_event_target" "failed_job_rule_backup" {
  rule      = aws_cloudwatch_event_rule.failed_job_rule_backup.name
  target_id = "alerts"
  arn       = aws_sns_topic.alert_topic_alerts.arn

  input_transformer {
    input_paths = {
      id    = "$.detail.backupJobId"
      state = "$.detail.state"
      table = "$.detail.resourceArn"
      vault = "$.detail.backupVaultArn"
      job   = "$.detail"
    }
    input_template = "{\"alert\": \"shop-dev: the backup of a DynamoDB table did not complete\", \"state\": \"<state>\", \"table\": \"<table>\", \"vault\": \"<vault>\", \"risk\": \"No recovery point from this run: a restore has to use an older one.\", \"next\": \"aws backup describe-backup-job --region eu-central-1 --backup-job-id <id>\", \"reason\": \"job.statusMessage\", \"job\": <job>}"
  }

  dead_letter_config {
    arn = aws_sqs_queue.undelivered_alerts.arn
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }
}

# One alert for each copy job of DynamoDB that fails.
resource "aws_cloudwatch_event_rule" "failed_job_rule_copy" {
  name        = "shop-dev-copy-job-failed"
  description = "Failed, aborted, expired and partial copy jobs of DynamoDB"
  state       = "ENABLED"
  event_pattern = jsonencode({
    source      = ["aws.backup"]
    detail-type = ["Copy Job State Change"]
    detail = {
      state        = ["FAILED", "ABORTED", "EXPIRED", "PARTIAL"]
      resourceType = ["DynamoDB"]
      sourceBackupVaultArn = [
        "arn:aws:backup:eu-central-1:333333333333:backup-vault:shop-dev-main",
        "arn:aws:backup:eu-central-1:333333333333:backup-vault:shop-dev-critical",
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

resource "aws_cloudwatch_event_target" "failed_job_rule_copy" {
  rule      = aws_cloudwatch_event_rule.failed_job_rule_copy.name
  target_id = "alerts"
  arn       = aws_sns_topic.alert_topic_alerts.arn

  input_transformer {
    input_paths = {
      id          = "$.detail.copyJobId"
      state       = "$.detail.state"
      table       = "$.detail.resourceArn"
      vault       = "$.detail.sourceBackupVaultArn"
      destination = "$.detail.destinationBackupVaultArn"
      job         = "$.detail"
    }
    input_template = "{\"alert\": \"shop-dev: the copy of a DynamoDB backup did not complete\", \"state\": \"<state>\", \"table\": \"<table>\", \"vault\": \"<vault>\", \"destination\": \"<destination>\", \"risk\": \"The destination lacks this recovery point: it would have to use an older one.\", \"next\": \"aws backup describe-copy-job --region eu-central-1 --copy-job-id <id>\", \"reason\": \"job.statusMessage\", \"job\": <job>}"
  }

  dead_letter_config {
    arn = aws_sqs_queue.undelivered_alerts.arn
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }
}

# One alert for each restore job of DynamoDB that fails.
resource "aws_cloudwatch_event_rule" "failed_job_rule_restore" {
  name        = "shop-dev-restore-job-failed"
  description = "Failed, aborted, expired and partial restore jobs of DynamoDB"
  state       = "ENABLED"
  event_pattern = jsonencode({
    source      = ["aws.backup"]
    detail-type = ["Restore Job State Change"]
    detail = {
      resourceType = ["DynamoDB"]
      "$or" = [
        {
          status = ["FAILED", "ABORTED", "EXPIRED", "PARTIAL"]
        },
        {
          state = ["FAILED", "ABORTED", "EXPIRED", "PARTIAL"]
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

resource "aws_cloudwatch_event_target" "failed_job_rule_restore" {
  rule      = aws_cloudwatch_event_rule.failed_job_rule_restore.name
  target_id = "alerts"
  arn       = aws_sns_topic.alert_topic_alerts.arn

  input_transformer {
    input_paths = {
      id    = "$.detail.restoreJobId"
      state = "$.detail.status"
      job   = "$.detail"
    }
    input_template = "{\"alert\": \"shop-dev: the restore of a DynamoDB table did not complete\", \"state\": \"<state>\", \"table\": \"table not in the event: the next command shows it\", \"risk\": \"The restored table is missing or incomplete; its backup is untouched.\", \"next\": \"aws backup describe-restore-job --region eu-central-1 --restore-job-id <id>\", \"reason\": \"job.statusMessage\", \"job\": <job>}"
  }

  dead_letter_config {
    arn = aws_sqs_queue.undelivered_alerts.arn
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }
}

# An alert reached nobody.
resource "aws_cloudwatch_metric_alarm" "alarm_of_undelivered_alerts" {
  alarm_name        = "shop-dev-alerts-undelivered"
  alarm_description = "The queue shop-dev-alerts-undelivered holds alerts that could not be delivered. Risk: a backup, copy or restore may have failed unnoticed. Next: aws sqs receive-message --region eu-central-1 --queue-url https://sqs.eu-central-1.amazonaws.com/333333333333/shop-dev-alerts-undelivered"
  namespace         = "AWS/SQS"
  metric_name       = "ApproximateNumberOfMessagesVisible"
  dimensions = {
    QueueName = "shop-dev-alerts-undelivered"
  }
  statistic           = "Maximum"
  period              = 300
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = ["arn:aws:sns:eu-central-1:333333333333:shop-dev-watchdog"]
  ok_actions          = ["arn:aws:sns:eu-central-1:333333333333:shop-dev-watchdog"]
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# An alert of shop-dev-backup-job-failed got lost: not even the queue took it.
resource "aws_cloudwatch_metric_alarm" "lost_alerts_alarm_backup_job_failed" {
  alarm_name        = "shop-dev-backup-job-failed-lost"
  alarm_description = "An alert of shop-dev-backup-job-failed reached neither its receivers nor the queue shop-dev-alerts-undelivered. Risk: a failure went unnoticed and its message is gone. Next: aws events list-targets-by-rule --region eu-central-1 --rule shop-dev-backup-job-failed"
  namespace         = "AWS/Events"
  metric_name       = "InvocationsFailedToBeSentToDlq"
  dimensions = {
    RuleName = "shop-dev-backup-job-failed"
  }
  statistic           = "Sum"
  period              = 300
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = ["arn:aws:sns:eu-central-1:333333333333:shop-dev-watchdog"]
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# An alert of shop-dev-copy-job-failed got lost: not even the queue took it.
resource "aws_cloudwatch_metric_alarm" "lost_alerts_alarm_copy_job_failed" {
  alarm_name        = "shop-dev-copy-job-failed-lost"
  alarm_description = "An alert of shop-dev-copy-job-failed reached neither its receivers nor the queue shop-dev-alerts-undelivered. Risk: a failure went unnoticed and its message is gone. Next: aws events list-targets-by-rule --region eu-central-1 --rule shop-dev-copy-job-failed"
  namespace         = "AWS/Events"
  metric_name       = "InvocationsFailedToBeSentToDlq"
  dimensions = {
    RuleName = "shop-dev-copy-job-failed"
  }
  statistic           = "Sum"
  period              = 300
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = ["arn:aws:sns:eu-central-1:333333333333:shop-dev-watchdog"]
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# An alert of shop-dev-restore-job-failed got lost: not even the queue took it.
resource "aws_cloudwatch_metric_alarm" "lost_alerts_alarm_restore_job_failed" {
  alarm_name        = "shop-dev-restore-job-failed-lost"
  alarm_description = "An alert of shop-dev-restore-job-failed reached neither its receivers nor the queue shop-dev-alerts-undelivered. Risk: a failure went unnoticed and its message is gone. Next: aws events list-targets-by-rule --region eu-central-1 --rule shop-dev-restore-job-failed"
  namespace         = "AWS/Events"
  metric_name       = "InvocationsFailedToBeSentToDlq"
  dimensions = {
    RuleName = "shop-dev-restore-job-failed"
  }
  statistic           = "Sum"
  period              = 300
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = ["arn:aws:sns:eu-central-1:333333333333:shop-dev-watchdog"]
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# An alert of shop-dev-alerts got lost: not even the queue took it.
resource "aws_cloudwatch_metric_alarm" "lost_alerts_alarm_alerts" {
  alarm_name        = "shop-dev-alerts-lost"
  alarm_description = "An alert of shop-dev-alerts reached neither its receivers nor the queue shop-dev-alerts-undelivered. Risk: a failure went unnoticed and its message is gone. Next: aws sns list-subscriptions-by-topic --region eu-central-1 --topic-arn arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"
  namespace         = "AWS/SNS"
  metric_name       = "NumberOfNotificationsFailedToRedriveToDlq"
  dimensions = {
    TopicName = "shop-dev-alerts"
  }
  statistic           = "Sum"
  period              = 300
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = ["arn:aws:sns:eu-central-1:333333333333:shop-dev-watchdog"]
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# Vault main: no backup has completed for 37 hours.
resource "aws_cloudwatch_metric_alarm" "freshness_alarm_main" {
  alarm_name        = "shop-dev-no-backup.main"
  alarm_description = "No backup into the vault shop-dev-main has completed for 37 hours; standard.daily should have. Risk: the newest data is in no recovery point. Next: aws backup list-backup-jobs --region eu-central-1 --by-backup-vault-name shop-dev-main"
  namespace         = "AWS/Backup"
  metric_name       = "NumberOfBackupJobsCompleted"
  dimensions = {
    BackupVaultName = "shop-dev-main"
  }
  statistic           = "Sum"
  period              = 3600
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  evaluation_periods  = 37
  datapoints_to_alarm = 37
  treat_missing_data  = "breaching"
  alarm_actions       = ["arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"]
  ok_actions          = ["arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"]
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# Vault critical: no backup has completed for 37 hours.
resource "aws_cloudwatch_metric_alarm" "freshness_alarm_critical" {
  alarm_name        = "shop-dev-no-backup.critical"
  alarm_description = "No backup into the vault shop-dev-critical has completed for 37 hours; critical.daily should have. Risk: the newest data is in no recovery point. Next: aws backup list-backup-jobs --region eu-central-1 --by-backup-vault-name shop-dev-critical"
  namespace         = "AWS/Backup"
  metric_name       = "NumberOfBackupJobsCompleted"
  dimensions = {
    BackupVaultName = "shop-dev-critical"
  }
  statistic           = "Sum"
  period              = 3600
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  evaluation_periods  = 37
  datapoints_to_alarm = 37
  treat_missing_data  = "breaching"
  alarm_actions       = ["arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"]
  ok_actions          = ["arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"]
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# A schedule of recovery started nothing.
resource "aws_cloudwatch_metric_alarm" "unstarted_alarm_recovery" {
  alarm_name        = "shop-dev-recovery.unstarted"
  alarm_description = "The queue shop-dev-recovery-unstarted holds what a schedule could not start. Risk: what it should have started did not run, exports or native backups for one. Next: aws sqs get-queue-url --region eu-central-1 --queue-name shop-dev-recovery-unstarted; receive the messages, mend what they name, and start the state machine with their input"
  namespace         = "AWS/SQS"
  metric_name       = "ApproximateNumberOfMessagesVisible"
  dimensions = {
    QueueName = "shop-dev-recovery-unstarted"
  }
  statistic           = "Maximum"
  period              = 300
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = ["arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"]
  ok_actions          = ["arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"]
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# standard.point_in_time_recovery: the latest restorable time of a table is too old, or nobody measured it.
resource "aws_cloudwatch_metric_alarm" "age_alarm_standard_point_in_time_recovery_96fe" {
  alarm_name        = "shop-dev-too-old.standard.point_in_time_recovery"
  alarm_description = "The latest restorable time of a table of class standard is older than 1 hours (standard.point_in_time_recovery), or was not measured for 2 hours. Risk: the newest data of that table cannot come back this way; the message of the hourly look names it. Next: aws stepfunctions list-executions --region eu-central-1 --state-machine-arn arn:aws:states:eu-central-1:333333333333:stateMachine:shop-dev-freshness --max-items 3"
  namespace         = "Holdfast"
  metric_name       = "AgeOfNewestPoint"
  dimensions = {
    Project     = "shop"
    Environment = "dev"
    Rule        = "standard.point_in_time_recovery"
  }
  statistic           = "Maximum"
  period              = 3600
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 3600
  evaluation_periods  = 2
  datapoints_to_alarm = 2
  treat_missing_data  = "breaching"
  alarm_actions       = ["arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"]
  ok_actions          = ["arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"]
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# standard.backups.daily: the newest recovery point of a table is too old, or nobody measured it.
resource "aws_cloudwatch_metric_alarm" "age_alarm_standard_backups_daily" {
  alarm_name        = "shop-dev-too-old.standard.backups.daily"
  alarm_description = "The newest recovery point of a table of class standard is older than 37 hours (standard.backups.daily), or was not measured for 2 hours. Risk: the newest data of that table cannot come back this way; the message of the hourly look names it. Next: aws stepfunctions list-executions --region eu-central-1 --state-machine-arn arn:aws:states:eu-central-1:333333333333:stateMachine:shop-dev-freshness --max-items 3"
  namespace         = "Holdfast"
  metric_name       = "AgeOfNewestPoint"
  dimensions = {
    Project     = "shop"
    Environment = "dev"
    Rule        = "standard.backups.daily"
  }
  statistic           = "Maximum"
  period              = 3600
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 133200
  evaluation_periods  = 2
  datapoints_to_alarm = 2
  treat_missing_data  = "breaching"
  alarm_actions       = ["arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"]
  ok_actions          = ["arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"]
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# critical.point_in_time_recovery: the latest restorable time of a table is too old, or nobody measured it.
resource "aws_cloudwatch_metric_alarm" "age_alarm_critical_point_in_time_recovery_a46b" {
  alarm_name        = "shop-dev-too-old.critical.point_in_time_recovery"
  alarm_description = "The latest restorable time of a table of class critical is older than 1 hours (critical.point_in_time_recovery), or was not measured for 2 hours. Risk: the newest data of that table cannot come back this way; the message of the hourly look names it. Next: aws stepfunctions list-executions --region eu-central-1 --state-machine-arn arn:aws:states:eu-central-1:333333333333:stateMachine:shop-dev-freshness --max-items 3"
  namespace         = "Holdfast"
  metric_name       = "AgeOfNewestPoint"
  dimensions = {
    Project     = "shop"
    Environment = "dev"
    Rule        = "critical.point_in_time_recovery"
  }
  statistic           = "Maximum"
  period              = 3600
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 3600
  evaluation_periods  = 2
  datapoints_to_alarm = 2
  treat_missing_data  = "breaching"
  alarm_actions       = ["arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"]
  ok_actions          = ["arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"]
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# critical.backups.daily: the newest recovery point of a table is too old, or nobody measured it.
resource "aws_cloudwatch_metric_alarm" "age_alarm_critical_backups_daily" {
  alarm_name        = "shop-dev-too-old.critical.backups.daily"
  alarm_description = "The newest recovery point of a table of class critical is older than 37 hours (critical.backups.daily), or was not measured for 2 hours. Risk: the newest data of that table cannot come back this way; the message of the hourly look names it. Next: aws stepfunctions list-executions --region eu-central-1 --state-machine-arn arn:aws:states:eu-central-1:333333333333:stateMachine:shop-dev-freshness --max-items 3"
  namespace         = "Holdfast"
  metric_name       = "AgeOfNewestPoint"
  dimensions = {
    Project     = "shop"
    Environment = "dev"
    Rule        = "critical.backups.daily"
  }
  statistic           = "Maximum"
  period              = 3600
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 133200
  evaluation_periods  = 2
  datapoints_to_alarm = 2
  treat_missing_data  = "breaching"
  alarm_actions       = ["arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"]
  ok_actions          = ["arn:aws:sns:eu-central-1:333333333333:shop-dev-alerts"]
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}
