# Written by Holdfast 0.1.0 from environments/archive-west.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

resource "aws_kms_key" "key_of_alert_topic_alerts" {
  description = "Messages of the topic shop-archive-west-alerts"
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
            "aws:SourceAccount" = "222222222222"
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

resource "aws_kms_alias" "alias_of_alert_topic_alerts" {
  name          = "alias/shop-archive-west-alerts"
  target_key_id = aws_kms_key.key_of_alert_topic_alerts.key_id

  lifecycle {
    prevent_destroy = true
  }
}

# Alerts: failed jobs, missing backups, alarms of tables.
resource "aws_sns_topic" "alert_topic_alerts" {
  name              = "shop-archive-west-alerts"
  kms_master_key_id = aws_kms_key.key_of_alert_topic_alerts.key_id
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
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
        Resource = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"
        Condition = {
          ArnEquals = {
            "aws:SourceArn" = [
              "arn:aws:events:eu-west-1:222222222222:rule/shop-archive-west-backup-job-failed",
              "arn:aws:events:eu-west-1:222222222222:rule/shop-archive-west-copy-job-failed",
              "arn:aws:events:eu-west-1:222222222222:rule/shop-archive-west-restore-job-failed",
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
        Resource = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"
        Condition = {
          ArnLike = {
            "aws:SourceArn" = "arn:aws:events:eu-west-1:222222222222:rule/shop-archive-west-tripwire-*"
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
        Resource = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = "222222222222"
          }
          ArnLike = {
            "aws:SourceArn" = "arn:aws:cloudwatch:eu-west-1:222222222222:alarm:shop-archive-west-*"
          }
        }
      },
      {
        Sid       = "DenyPlainHttp"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["sns:Publish"]
        Resource  = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"
        Condition = {
          Bool = {
            "aws:SecureTransport" = "false"
          }
        }
      },
    ]
  })
}

# Subscription security: waits until the link in its first message has been followed.
resource "aws_sns_topic_subscription" "alert_subscription_alerts_security" {
  topic_arn = aws_sns_topic.alert_topic_alerts.arn
  protocol  = "email"
  endpoint  = "security@shop.example"
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.undelivered_alerts.arn
  })
}

resource "aws_kms_key" "key_of_alert_topic_watchdog" {
  description = "Messages of the topic shop-archive-west-watchdog"
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
        Sid    = "AllowCloudWatch"
        Effect = "Allow"
        Principal = {
          Service = "cloudwatch.amazonaws.com"
        }
        Action   = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource = "*"
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = "222222222222"
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

resource "aws_kms_alias" "alias_of_alert_topic_watchdog" {
  name          = "alias/shop-archive-west-alerts-watchdog"
  target_key_id = aws_kms_key.key_of_alert_topic_watchdog.key_id

  lifecycle {
    prevent_destroy = true
  }
}

# Says that alerts could not be delivered.
resource "aws_sns_topic" "alert_topic_watchdog" {
  name              = "shop-archive-west-watchdog"
  kms_master_key_id = aws_kms_key.key_of_alert_topic_watchdog.key_id
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
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
        Resource = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-watchdog"
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = "222222222222"
          }
          ArnLike = {
            "aws:SourceArn" = "arn:aws:cloudwatch:eu-west-1:222222222222:alarm:shop-archive-west-*"
          }
        }
      },
      {
        Sid       = "DenyPlainHttp"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["sns:Publish"]
        Resource  = "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-watchdog"
        Condition = {
          Bool = {
            "aws:SecureTransport" = "false"
          }
        }
      },
    ]
  })
}

# Subscription security: waits until the link in its first message has been followed.
resource "aws_sns_topic_subscription" "alert_subscription_watchdog_security" {
  topic_arn = aws_sns_topic.alert_topic_watchdog.arn
  protocol  = "email"
  endpoint  = "security@shop.example"
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.undelivered_alerts.arn
  })
}

# Takes alerts that reached nobody, for 14 days; an alarm watches it.
resource "aws_sqs_queue" "undelivered_alerts" {
  name                      = "shop-archive-west-alerts-undelivered"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
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
        Resource = "arn:aws:sqs:eu-west-1:222222222222:shop-archive-west-alerts-undelivered"
        Condition = {
          ArnEquals = {
            "aws:SourceArn" = [
              "arn:aws:events:eu-west-1:222222222222:rule/shop-archive-west-backup-job-failed",
              "arn:aws:events:eu-west-1:222222222222:rule/shop-archive-west-copy-job-failed",
              "arn:aws:events:eu-west-1:222222222222:rule/shop-archive-west-restore-job-failed",
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
        Resource = "arn:aws:sqs:eu-west-1:222222222222:shop-archive-west-alerts-undelivered"
        Condition = {
          ArnLike = {
            "aws:SourceArn" = [
              "arn:aws:events:eu-west-1:222222222222:rule/shop-archive-west-tripwire-*",
            ]
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
        Resource = "arn:aws:sqs:eu-west-1:222222222222:shop-archive-west-alerts-undelivered"
        Condition = {
          ArnEquals = {
            "aws:SourceArn" = [
              "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts",
              "arn:aws:sns:eu-west-1:222222222222:shop-archive-west-watchdog",
            ]
          }
        }
      },
      {
        Sid       = "DenyPlainHttp"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["sqs:ReceiveMessage", "sqs:SendMessage"]
        Resource  = "arn:aws:sqs:eu-west-1:222222222222:shop-archive-west-alerts-undelivered"
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
  name        = "shop-archive-west-backup-job-failed"
  description = "Failed, aborted, expired and partial backup jobs of DynamoDB"
  state       = "ENABLED"
  event_pattern = jsonencode({
    source      = ["aws.backup"]
    detail-type = ["Backup Job State Change"]
    detail = {
      state        = ["FAILED", "ABORTED", "EXPIRED", "PARTIAL"]
      resourceType = ["DynamoDB"]
      backupVaultArn = [
        "arn:aws:backup:eu-west-1:222222222222:backup-vault:shop-archive-west-archive",
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
    input_template = "{\"alert\": \"shop-archive-west: the backup of a DynamoDB table did not complete\", \"state\": \"<state>\", \"table\": \"<table>\", \"vault\": \"<vault>\", \"risk\": \"No recovery point from this run: a restore has to use an older one.\", \"next\": \"aws backup describe-backup-job --region eu-west-1 --backup-job-id <id>\", \"reason\": \"job.statusMessage\", \"job\": <job>}"
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
  name        = "shop-archive-west-copy-job-failed"
  description = "Failed, aborted, expired and partial copy jobs of DynamoDB"
  state       = "ENABLED"
  event_pattern = jsonencode({
    source      = ["aws.backup"]
    detail-type = ["Copy Job State Change"]
    detail = {
      state        = ["FAILED", "ABORTED", "EXPIRED", "PARTIAL"]
      resourceType = ["DynamoDB"]
      sourceBackupVaultArn = [
        "arn:aws:backup:eu-west-1:222222222222:backup-vault:shop-archive-west-archive",
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
    input_template = "{\"alert\": \"shop-archive-west: the copy of a DynamoDB backup did not complete\", \"state\": \"<state>\", \"table\": \"<table>\", \"vault\": \"<vault>\", \"destination\": \"<destination>\", \"risk\": \"The destination lacks this recovery point: it would have to use an older one.\", \"next\": \"aws backup describe-copy-job --region eu-west-1 --copy-job-id <id>\", \"reason\": \"job.statusMessage\", \"job\": <job>}"
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
  name        = "shop-archive-west-restore-job-failed"
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
    environment = "archive-west"
    owner       = "security"
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
    input_template = "{\"alert\": \"shop-archive-west: the restore of a DynamoDB table did not complete\", \"state\": \"<state>\", \"table\": \"table not in the event: the next command shows it\", \"risk\": \"The restored table is missing or incomplete; its backup is untouched.\", \"next\": \"aws backup describe-restore-job --region eu-west-1 --restore-job-id <id>\", \"reason\": \"job.statusMessage\", \"job\": <job>}"
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
  alarm_name        = "shop-archive-west-alerts-undelivered"
  alarm_description = "The queue shop-archive-west-alerts-undelivered holds alerts that could not be delivered. Risk: a backup, copy or restore may have failed unnoticed. Next: aws sqs receive-message --region eu-west-1 --queue-url https://sqs.eu-west-1.amazonaws.com/222222222222/shop-archive-west-alerts-undelivered"
  namespace         = "AWS/SQS"
  metric_name       = "ApproximateNumberOfMessagesVisible"
  dimensions = {
    QueueName = "shop-archive-west-alerts-undelivered"
  }
  statistic           = "Maximum"
  period              = 300
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = ["arn:aws:sns:eu-west-1:222222222222:shop-archive-west-watchdog"]
  ok_actions          = ["arn:aws:sns:eu-west-1:222222222222:shop-archive-west-watchdog"]
  tags = {
    project     = "shop"
    environment = "archive-west"
    owner       = "security"
    cost_center = "4711"
  }
}

# An alert of shop-archive-west-backup-job-failed got lost: not even the queue took it.
resource "aws_cloudwatch_metric_alarm" "lost_alerts_alarm_backup_job_failed" {
  alarm_name        = "shop-archive-west-backup-job-failed-lost"
  alarm_description = "An alert of shop-archive-west-backup-job-failed reached neither its receivers nor the queue shop-archive-west-alerts-undelivered. Risk: a failure went unnoticed and its message is gone. Next: aws events list-targets-by-rule --region eu-west-1 --rule shop-archive-west-backup-job-failed"
  namespace         = "AWS/Events"
  metric_name       = "InvocationsFailedToBeSentToDlq"
  dimensions = {
    RuleName = "shop-archive-west-backup-job-failed"
  }
  statistic           = "Sum"
  period              = 300
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
}

# An alert of shop-archive-west-copy-job-failed got lost: not even the queue took it.
resource "aws_cloudwatch_metric_alarm" "lost_alerts_alarm_copy_job_failed" {
  alarm_name        = "shop-archive-west-copy-job-failed-lost"
  alarm_description = "An alert of shop-archive-west-copy-job-failed reached neither its receivers nor the queue shop-archive-west-alerts-undelivered. Risk: a failure went unnoticed and its message is gone. Next: aws events list-targets-by-rule --region eu-west-1 --rule shop-archive-west-copy-job-failed"
  namespace         = "AWS/Events"
  metric_name       = "InvocationsFailedToBeSentToDlq"
  dimensions = {
    RuleName = "shop-archive-west-copy-job-failed"
  }
  statistic           = "Sum"
  period              = 300
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
}

# An alert of shop-archive-west-restore-job-failed got lost: not even the queue took it.
resource "aws_cloudwatch_metric_alarm" "lost_alerts_alarm_restore_job_failed" {
  alarm_name        = "shop-archive-west-restore-job-failed-lost"
  alarm_description = "An alert of shop-archive-west-restore-job-failed reached neither its receivers nor the queue shop-archive-west-alerts-undelivered. Risk: a failure went unnoticed and its message is gone. Next: aws events list-targets-by-rule --region eu-west-1 --rule shop-archive-west-restore-job-failed"
  namespace         = "AWS/Events"
  metric_name       = "InvocationsFailedToBeSentToDlq"
  dimensions = {
    RuleName = "shop-archive-west-restore-job-failed"
  }
  statistic           = "Sum"
  period              = 300
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
}

# An alert of shop-archive-west-alerts got lost: not even the queue took it.
resource "aws_cloudwatch_metric_alarm" "lost_alerts_alarm_alerts" {
  alarm_name        = "shop-archive-west-alerts-lost"
  alarm_description = "An alert of shop-archive-west-alerts reached neither its receivers nor the queue shop-archive-west-alerts-undelivered. Risk: a failure went unnoticed and its message is gone. Next: aws sns list-subscriptions-by-topic --region eu-west-1 --topic-arn arn:aws:sns:eu-west-1:222222222222:shop-archive-west-alerts"
  namespace         = "AWS/SNS"
  metric_name       = "NumberOfNotificationsFailedToRedriveToDlq"
  dimensions = {
    TopicName = "shop-archive-west-alerts"
  }
  statistic           = "Sum"
  period              = 300
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
}
