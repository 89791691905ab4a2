# Written by Holdfast 0.1.0 from environments/staging.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

resource "aws_kms_key" "key_of_alert_topic_alerts" {
  description = "Messages of the topic shop-staging-alerts"
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
            "aws:SourceAccount" = "444444444444"
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

resource "aws_kms_alias" "alias_of_alert_topic_alerts" {
  name          = "alias/shop-staging-alerts"
  target_key_id = aws_kms_key.key_of_alert_topic_alerts.key_id

  lifecycle {
    prevent_destroy = true
  }
}

# Alerts: failed jobs, missing backups, alarms of tables.
resource "aws_sns_topic" "alert_topic_alerts" {
  name              = "shop-staging-alerts"
  kms_master_key_id = aws_kms_key.key_of_alert_topic_alerts.key_id
  tags = {
    project     = "shop"
    environment = "staging"
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
        Resource = "arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"
        Condition = {
          ArnEquals = {
            "aws:SourceArn" = [
              "arn:aws:events:eu-west-1:444444444444:rule/shop-staging-backup-job-failed",
              "arn:aws:events:eu-west-1:444444444444:rule/shop-staging-copy-job-failed",
              "arn:aws:events:eu-west-1:444444444444:rule/shop-staging-restore-job-failed",
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
        Resource = "arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"
        Condition = {
          ArnLike = {
            "aws:SourceArn" = "arn:aws:events:eu-west-1:444444444444:rule/shop-staging-tripwire-*"
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
        Resource = "arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = "444444444444"
          }
          ArnLike = {
            "aws:SourceArn" = "arn:aws:cloudwatch:eu-west-1:444444444444:alarm:shop-staging-*"
          }
        }
      },
      {
        Sid       = "DenyPlainHttp"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["sns:Publish"]
        Resource  = "arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"
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
  description = "Messages of the topic shop-staging-watchdog"
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
        Sid    = "AllowCloudWatch"
        Effect = "Allow"
        Principal = {
          Service = "cloudwatch.amazonaws.com"
        }
        Action   = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource = "*"
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = "444444444444"
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

resource "aws_kms_alias" "alias_of_alert_topic_watchdog" {
  name          = "alias/shop-staging-alerts-watchdog"
  target_key_id = aws_kms_key.key_of_alert_topic_watchdog.key_id

  lifecycle {
    prevent_destroy = true
  }
}

# Says that alerts could not be delivered.
resource "aws_sns_topic" "alert_topic_watchdog" {
  name              = "shop-staging-watchdog"
  kms_master_key_id = aws_kms_key.key_of_alert_topic_watchdog.key_id
  tags = {
    project     = "shop"
    environment = "staging"
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
        Resource = "arn:aws:sns:eu-west-1:444444444444:shop-staging-watchdog"
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = "444444444444"
          }
          ArnLike = {
            "aws:SourceArn" = "arn:aws:cloudwatch:eu-west-1:444444444444:alarm:shop-staging-*"
          }
        }
      },
      {
        Sid       = "DenyPlainHttp"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["sns:Publish"]
        Resource  = "arn:aws:sns:eu-west-1:444444444444:shop-staging-watchdog"
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
  name                      = "shop-staging-alerts-undelivered"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
  tags = {
    project     = "shop"
    environment = "staging"
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
        Resource = "arn:aws:sqs:eu-west-1:444444444444:shop-staging-alerts-undelivered"
        Condition = {
          ArnEquals = {
            "aws:SourceArn" = [
              "arn:aws:events:eu-west-1:444444444444:rule/shop-staging-backup-job-failed",
              "arn:aws:events:eu-west-1:444444444444:rule/shop-staging-copy-job-failed",
              "arn:aws:events:eu-west-1:444444444444:rule/shop-staging-restore-job-failed",
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
        Resource = "arn:aws:sqs:eu-west-1:444444444444:shop-staging-alerts-undelivered"
        Condition = {
          ArnLike = {
            "aws:SourceArn" = ["arn:aws:events:eu-west-1:444444444444:rule/shop-staging-tripwire-*"]
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
        Resource = "arn:aws:sqs:eu-west-1:444444444444:shop-staging-alerts-undelivered"
        Condition = {
          ArnEquals = {
            "aws:SourceArn" = [
              "arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts",
              "arn:aws:sns:eu-west-1:444444444444:shop-staging-watchdog",
            ]
          }
        }
      },
      {
        Sid       = "DenyPlainHttp"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["sqs:ReceiveMessage", "sqs:SendMessage"]
        Resource  = "arn:aws:sqs:eu-west-1:444444444444:shop-staging-alerts-undelivered"
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
  name        = "shop-staging-backup-job-failed"
  description = "Failed, aborted, expired and partial backup jobs of DynamoDB"
  state       = "ENABLED"
  event_pattern = jsonencode({
    source      = ["aws.backup"]
    detail-type = ["Backup Job State Change"]
    detail = {
      state        = ["FAILED", "ABORTED", "EXPIRED", "PARTIAL"]
      resourceType = ["DynamoDB"]
      backupVaultArn = [
        "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-main",
        "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-critical",
        "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-long",
      ]
    }
  })
  tags = {
    project     = "shop"
    environment = "staging"
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
    input_template = "{\"alert\": \"shop-staging: the backup of a DynamoDB table did not complete\", \"state\": \"<state>\", \"table\": \"<table>\", \"vault\": \"<vault>\", \"risk\": \"No recovery point from this run: a restore has to use an older one.\", \"next\": \"aws backup describe-backup-job --region eu-west-1 --backup-job-id <id>\", \"reason\": \"job.statusMessage\", \"job\": <job>}"
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
  name        = "shop-staging-copy-job-failed"
  description = "Failed, aborted, expired and partial copy jobs of DynamoDB"
  state       = "ENABLED"
  event_pattern = jsonencode({
    source      = ["aws.backup"]
    detail-type = ["Copy Job State Change"]
    detail = {
      state        = ["FAILED", "ABORTED", "EXPIRED", "PARTIAL"]
      resourceType = ["DynamoDB"]
      sourceBackupVaultArn = [
        "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-main",
        "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-critical",
        "arn:aws:backup:eu-west-1:444444444444:backup-vault:shop-staging-long",
      ]
    }
  })
  tags = {
    project     = "shop"
    environment = "staging"
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
    input_template = "{\"alert\": \"shop-staging: the copy of a DynamoDB backup did not complete\", \"state\": \"<state>\", \"table\": \"<table>\", \"vault\": \"<vault>\", \"destination\": \"<destination>\", \"risk\": \"The destination lacks this recovery point: it would have to use an older one.\", \"next\": \"aws backup describe-copy-job --region eu-west-1 --copy-job-id <id>\", \"reason\": \"job.statusMessage\", \"job\": <job>}"
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
  name        = "shop-staging-restore-job-failed"
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
    environment = "staging"
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
    input_template = "{\"alert\": \"shop-staging: the restore of a DynamoDB table did not complete\", \"state\": \"<state>\", \"table\": \"table not in the event: the next command shows it\", \"risk\": \"The restored table is missing or incomplete; its backup is untouched.\", \"next\": \"aws backup describe-restore-job --region eu-west-1 --restore-job-id <id>\", \"reason\": \"job.statusMessage\", \"job\": <job>}"
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
  alarm_name        = "shop-staging-alerts-undelivered"
  alarm_description = "The queue shop-staging-alerts-undelivered holds alerts that could not be delivered. Risk: a backup, copy or restore may have failed unnoticed. Next: aws sqs receive-message --region eu-west-1 --queue-url https://sqs.eu-west-1.amazonaws.com/444444444444/shop-staging-alerts-undelivered"
  namespace         = "AWS/SQS"
  metric_name       = "ApproximateNumberOfMessagesVisible"
  dimensions = {
    QueueName = "shop-staging-alerts-undelivered"
  }
  statistic           = "Maximum"
  period              = 300
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-watchdog"]
  ok_actions          = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-watchdog"]
  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
}

# An alert of shop-staging-backup-job-failed got lost: not even the queue took it.
resource "aws_cloudwatch_metric_alarm" "lost_alerts_alarm_backup_job_failed" {
  alarm_name        = "shop-staging-backup-job-failed-lost"
  alarm_description = "An alert of shop-staging-backup-job-failed reached neither its receivers nor the queue shop-staging-alerts-undelivered. Risk: a failure went unnoticed and its message is gone. Next: aws events list-targets-by-rule --region eu-west-1 --rule shop-staging-backup-job-failed"
  namespace         = "AWS/Events"
  metric_name       = "InvocationsFailedToBeSentToDlq"
  dimensions = {
    RuleName = "shop-staging-backup-job-failed"
  }
  statistic           = "Sum"
  period              = 300
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-watchdog"]
  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
}

# An alert of shop-staging-copy-job-failed got lost: not even the queue took it.
resource "aws_cloudwatch_metric_alarm" "lost_alerts_alarm_copy_job_failed" {
  alarm_name        = "shop-staging-copy-job-failed-lost"
  alarm_description = "An alert of shop-staging-copy-job-failed reached neither its receivers nor the queue shop-staging-alerts-undelivered. Risk: a failure went unnoticed and its message is gone. Next: aws events list-targets-by-rule --region eu-west-1 --rule shop-staging-copy-job-failed"
  namespace         = "AWS/Events"
  metric_name       = "InvocationsFailedToBeSentToDlq"
  dimensions = {
    RuleName = "shop-staging-copy-job-failed"
  }
  statistic           = "Sum"
  period              = 300
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-watchdog"]
  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
}

# An alert of shop-staging-restore-job-failed got lost: not even the queue took it.
resource "aws_cloudwatch_metric_alarm" "lost_alerts_alarm_restore_job_failed" {
  alarm_name        = "shop-staging-restore-job-failed-lost"
  alarm_description = "An alert of shop-staging-restore-job-failed reached neither its receivers nor the queue shop-staging-alerts-undelivered. Risk: a failure went unnoticed and its message is gone. Next: aws events list-targets-by-rule --region eu-west-1 --rule shop-staging-restore-job-failed"
  namespace         = "AWS/Events"
  metric_name       = "InvocationsFailedToBeSentToDlq"
  dimensions = {
    RuleName = "shop-staging-restore-job-failed"
  }
  statistic           = "Sum"
  period              = 300
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-watchdog"]
  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
}

# An alert of shop-staging-alerts got lost: not even the queue took it.
resource "aws_cloudwatch_metric_alarm" "lost_alerts_alarm_alerts" {
  alarm_name        = "shop-staging-alerts-lost"
  alarm_description = "An alert of shop-staging-alerts reached neither its receivers nor the queue shop-staging-alerts-undelivered. Risk: a failure went unnoticed and its message is gone. Next: aws sns list-subscriptions-by-topic --region eu-west-1 --topic-arn arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"
  namespace         = "AWS/SNS"
  metric_name       = "NumberOfNotificationsFailedToRedriveToDlq"
  dimensions = {
    TopicName = "shop-staging-alerts"
  }
  statistic           = "Sum"
  period              = 300
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-watchdog"]
  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
}

# Vault main: no backup has completed for 37 hours.
resource "aws_cloudwatch_metric_alarm" "freshness_alarm_main" {
  alarm_name        = "shop-staging-no-backup.main"
  alarm_description = "No backup into the vault shop-staging-main has completed for 37 hours; standard.daily should have. Risk: the newest data is in no recovery point. Next: aws backup list-backup-jobs --region eu-west-1 --by-backup-vault-name shop-staging-main"
  namespace         = "AWS/Backup"
  metric_name       = "NumberOfBackupJobsCompleted"
  dimensions = {
    BackupVaultName = "shop-staging-main"
  }
  statistic           = "Sum"
  period              = 3600
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  evaluation_periods  = 37
  datapoints_to_alarm = 37
  treat_missing_data  = "breaching"
  alarm_actions       = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"]
  ok_actions          = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"]
  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
}

# Vault critical: no backup has completed for 37 hours.
resource "aws_cloudwatch_metric_alarm" "freshness_alarm_critical" {
  alarm_name        = "shop-staging-no-backup.critical"
  alarm_description = "No backup into the vault shop-staging-critical has completed for 37 hours; critical.daily should have. Risk: the newest data is in no recovery point. Next: aws backup list-backup-jobs --region eu-west-1 --by-backup-vault-name shop-staging-critical"
  namespace         = "AWS/Backup"
  metric_name       = "NumberOfBackupJobsCompleted"
  dimensions = {
    BackupVaultName = "shop-staging-critical"
  }
  statistic           = "Sum"
  period              = 3600
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  evaluation_periods  = 37
  datapoints_to_alarm = 37
  treat_missing_data  = "breaching"
  alarm_actions       = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"]
  ok_actions          = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"]
  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
}

# A schedule of recovery started nothing.
resource "aws_cloudwatch_metric_alarm" "unstarted_alarm_recovery" {
  alarm_name        = "shop-staging-recovery.unstarted"
  alarm_description = "The queue shop-staging-recovery-unstarted holds what a schedule could not start. Risk: what it should have started did not run, exports or native backups for one. Next: aws sqs get-queue-url --region eu-west-1 --queue-name shop-staging-recovery-unstarted; receive the messages, mend what they name, and start the state machine with their input"
  namespace         = "AWS/SQS"
  metric_name       = "ApproximateNumberOfMessagesVisible"
  dimensions = {
    QueueName = "shop-staging-recovery-unstarted"
  }
  statistic           = "Maximum"
  period              = 300
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"]
  ok_actions          = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"]
  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
}

# A schedule of exports started nothing.
resource "aws_cloudwatch_metric_alarm" "unstarted_alarm_exports" {
  alarm_name        = "shop-staging-exports.unstarted"
  alarm_description = "The queue shop-staging-exports-unstarted holds what a schedule could not start. Risk: what it should have started did not run, exports or native backups for one. Next: aws sqs get-queue-url --region eu-west-1 --queue-name shop-staging-exports-unstarted; receive the messages, mend what they name, and start the state machine with their input"
  namespace         = "AWS/SQS"
  metric_name       = "ApproximateNumberOfMessagesVisible"
  dimensions = {
    QueueName = "shop-staging-exports-unstarted"
  }
  statistic           = "Maximum"
  period              = 300
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"]
  ok_actions          = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"]
  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
}

# standard.point_in_time_recovery: the latest restorable time of a table is too old, or nobody measured it.
resource "aws_cloudwatch_metric_alarm" "age_alarm_standard_point_in_time_recovery_96fe" {
  alarm_name        = "shop-staging-too-old.standard.point_in_time_recovery"
  alarm_description = "The latest restorable time of a table of class standard is older than 1 hours (standard.point_in_time_recovery), or was not measured for 2 hours. Risk: the newest data of that table cannot come back this way; the message of the hourly look names it. Next: aws stepfunctions list-executions --region eu-west-1 --state-machine-arn arn:aws:states:eu-west-1:444444444444:stateMachine:shop-staging-freshness --max-items 3"
  namespace         = "Holdfast"
  metric_name       = "AgeOfNewestPoint"
  dimensions = {
    Project     = "shop"
    Environment = "staging"
    Rule        = "standard.point_in_time_recovery"
  }
  statistic           = "Maximum"
  period              = 3600
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 3600
  evaluation_periods  = 2
  datapoints_to_alarm = 2
  treat_missing_data  = "breaching"
  alarm_actions       = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"]
  ok_actions          = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"]
  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
}

# standard.backups.daily: the newest recovery point of a table is too old, or nobody measured it.
resource "aws_cloudwatch_metric_alarm" "age_alarm_standard_backups_daily" {
  alarm_name        = "shop-staging-too-old.standard.backups.daily"
  alarm_description = "The newest recovery point of a table of class standard is older than 37 hours (standard.backups.daily), or was not measured for 2 hours. Risk: the newest data of that table cannot come back this way; the message of the hourly look names it. Next: aws stepfunctions list-executions --region eu-west-1 --state-machine-arn arn:aws:states:eu-west-1:444444444444:stateMachine:shop-staging-freshness --max-items 3"
  namespace         = "Holdfast"
  metric_name       = "AgeOfNewestPoint"
  dimensions = {
    Project     = "shop"
    Environment = "staging"
    Rule        = "standard.backups.daily"
  }
  statistic           = "Maximum"
  period              = 3600
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 133200
  evaluation_periods  = 2
  datapoints_to_alarm = 2
  treat_missing_data  = "breaching"
  alarm_actions       = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"]
  ok_actions          = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"]
  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
}

# critical.point_in_time_recovery: the latest restorable time of a table is too old, or nobody measured it.
resource "aws_cloudwatch_metric_alarm" "age_alarm_critical_point_in_time_recovery_a46b" {
  alarm_name        = "shop-staging-too-old.critical.point_in_time_recovery"
  alarm_description = "The latest restorable time of a table of class critical is older than 1 hours (critical.point_in_time_recovery), or was not measured for 2 hours. Risk: the newest data of that table cannot come back this way; the message of the hourly look names it. Next: aws stepfunctions list-executions --region eu-west-1 --state-machine-arn arn:aws:states:eu-west-1:444444444444:stateMachine:shop-staging-freshness --max-items 3"
  namespace         = "Holdfast"
  metric_name       = "AgeOfNewestPoint"
  dimensions = {
    Project     = "shop"
    Environment = "staging"
    Rule        = "critical.point_in_time_recovery"
  }
  statistic           = "Maximum"
  period              = 3600
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 3600
  evaluation_periods  = 2
  datapoints_to_alarm = 2
  treat_missing_data  = "breaching"
  alarm_actions       = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"]
  ok_actions          = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"]
  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
}

# critical.backups.daily: the newest recovery point of a table is too old, or nobody measured it.
resource "aws_cloudwatch_metric_alarm" "age_alarm_critical_backups_daily" {
  alarm_name        = "shop-staging-too-old.critical.backups.daily"
  alarm_description = "The newest recovery point of a table of class critical is older than 37 hours (critical.backups.daily), or was not measured for 2 hours. Risk: the newest data of that table cannot come back this way; the message of the hourly look names it. Next: aws stepfunctions list-executions --region eu-west-1 --state-machine-arn arn:aws:states:eu-west-1:444444444444:stateMachine:shop-staging-freshness --max-items 3"
  namespace         = "Holdfast"
  metric_name       = "AgeOfNewestPoint"
  dimensions = {
    Project     = "shop"
    Environment = "staging"
    Rule        = "critical.backups.daily"
  }
  statistic           = "Maximum"
  period              = 3600
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 133200
  evaluation_periods  = 2
  datapoints_to_alarm = 2
  treat_missing_data  = "breaching"
  alarm_actions       = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"]
  ok_actions          = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"]
  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
}

# critical.backups.monthly: the newest recovery point of a table is too old, or nobody measured it.
resource "aws_cloudwatch_metric_alarm" "age_alarm_critical_backups_monthly" {
  alarm_name        = "shop-staging-too-old.critical.backups.monthly"
  alarm_description = "The newest recovery point of a table of class critical is older than 757 hours (critical.backups.monthly), or was not measured for 2 hours. Risk: the newest data of that table cannot come back this way; the message of the hourly look names it. Next: aws stepfunctions list-executions --region eu-west-1 --state-machine-arn arn:aws:states:eu-west-1:444444444444:stateMachine:shop-staging-freshness --max-items 3"
  namespace         = "Holdfast"
  metric_name       = "AgeOfNewestPoint"
  dimensions = {
    Project     = "shop"
    Environment = "staging"
    Rule        = "critical.backups.monthly"
  }
  statistic           = "Maximum"
  period              = 3600
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 2725200
  evaluation_periods  = 2
  datapoints_to_alarm = 2
  treat_missing_data  = "breaching"
  alarm_actions       = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"]
  ok_actions          = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"]
  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
}

# critical.snapshots: the newest native backup of a table is too old, or nobody measured it.
resource "aws_cloudwatch_metric_alarm" "age_alarm_critical_snapshots" {
  alarm_name        = "shop-staging-too-old.critical.snapshots"
  alarm_description = "The newest native backup of a table of class critical is older than 27 hours (critical.snapshots), or was not measured for 2 hours. Risk: the newest data of that table cannot come back this way; the message of the hourly look names it. Next: aws stepfunctions list-executions --region eu-west-1 --state-machine-arn arn:aws:states:eu-west-1:444444444444:stateMachine:shop-staging-freshness --max-items 3"
  namespace         = "Holdfast"
  metric_name       = "AgeOfNewestPoint"
  dimensions = {
    Project     = "shop"
    Environment = "staging"
    Rule        = "critical.snapshots"
  }
  statistic           = "Maximum"
  period              = 3600
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 97200
  evaluation_periods  = 2
  datapoints_to_alarm = 2
  treat_missing_data  = "breaching"
  alarm_actions       = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"]
  ok_actions          = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"]
  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
}

# critical.exports.full: the newest full export of a table is too old, or nobody measured it.
resource "aws_cloudwatch_metric_alarm" "age_alarm_critical_exports_full" {
  alarm_name        = "shop-staging-too-old.critical.exports.full"
  alarm_description = "The newest full export of a table of class critical is older than 768 hours (critical.exports.full), or was not measured for 2 hours. Risk: the newest data of that table cannot come back this way; the message of the hourly look names it. Next: aws stepfunctions list-executions --region eu-west-1 --state-machine-arn arn:aws:states:eu-west-1:444444444444:stateMachine:shop-staging-freshness --max-items 3"
  namespace         = "Holdfast"
  metric_name       = "AgeOfNewestPoint"
  dimensions = {
    Project     = "shop"
    Environment = "staging"
    Rule        = "critical.exports.full"
  }
  statistic           = "Maximum"
  period              = 3600
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 2764800
  evaluation_periods  = 2
  datapoints_to_alarm = 2
  treat_missing_data  = "breaching"
  alarm_actions       = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"]
  ok_actions          = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"]
  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
}

# critical.exports.incremental: the end of the chain of exports of a table is too old, or nobody measured it.
resource "aws_cloudwatch_metric_alarm" "age_alarm_critical_exports_incremental" {
  alarm_name        = "shop-staging-too-old.critical.exports.incremental"
  alarm_description = "The end of the chain of exports of a table of class critical is older than 52 hours (critical.exports.incremental), or was not measured for 2 hours. Risk: the newest data of that table cannot come back this way; the message of the hourly look names it. Next: aws stepfunctions list-executions --region eu-west-1 --state-machine-arn arn:aws:states:eu-west-1:444444444444:stateMachine:shop-staging-freshness --max-items 3"
  namespace         = "Holdfast"
  metric_name       = "AgeOfNewestPoint"
  dimensions = {
    Project     = "shop"
    Environment = "staging"
    Rule        = "critical.exports.incremental"
  }
  statistic           = "Maximum"
  period              = 3600
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 187200
  evaluation_periods  = 2
  datapoints_to_alarm = 2
  treat_missing_data  = "breaching"
  alarm_actions       = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"]
  ok_actions          = ["arn:aws:sns:eu-west-1:444444444444:shop-staging-alerts"]
  tags = {
    project     = "shop"
    environment = "staging"
    owner       = "payments"
    cost_center = "4711"
  }
}
