# Written by Holdfast 0.1.0 from environments/archive-west.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

# EventBridge forwards events of global services with this role.
resource "aws_iam_role" "role_for_tripwires" {
  provider = aws.us_east_1
  name     = "shop-archive-west-tripwires-eu-west-1"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "OurRules"
        Effect = "Allow"
        Principal = {
          Service = "events.amazonaws.com"
        }
        Action = "sts:AssumeRole"
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = "222222222222"
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

resource "aws_iam_role_policy" "role_for_tripwires" {
  provider = aws.us_east_1
  name     = "tripwires"
  role     = aws_iam_role.role_for_tripwires.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Forward"
        Effect   = "Allow"
        Action   = "events:PutEvents"
        Resource = "arn:aws:events:eu-west-1:222222222222:event-bus/default"
      },
    ]
  })
}

# Sent on to the environment's Region: a call that changes or stops a rule of ours.
resource "aws_cloudwatch_event_rule" "forward_rule_rule" {
  provider    = aws.us_east_1
  name        = "shop-archive-west-forward-rule"
  description = "Sent on to the environment's Region: a call that changes or stops a rule of ours"
  state       = "ENABLED"
  event_pattern = jsonencode({
    detail-type = ["AWS API Call via CloudTrail"]
    account     = ["222222222222"]
    region      = ["us-east-1"]
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

resource "aws_cloudwatch_event_target" "forward_rule_rule" {
  provider  = aws.us_east_1
  rule      = aws_cloudwatch_event_rule.forward_rule_rule.name
  target_id = "environment"
  arn       = "arn:aws:events:eu-west-1:222222222222:event-bus/default"
  role_arn  = aws_iam_role.role_for_tripwires.arn

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }
}

# Sent on to the environment's Region: a call that stops or changes a CloudTrail trail.
resource "aws_cloudwatch_event_rule" "forward_rule_trail" {
  provider    = aws.us_east_1
  name        = "shop-archive-west-forward-trail"
  description = "Sent on to the environment's Region: a call that stops or changes a CloudTrail trail"
  state       = "ENABLED"
  event_pattern = jsonencode({
    detail-type = ["AWS API Call via CloudTrail"]
    account     = ["222222222222"]
    region      = ["us-east-1"]
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

resource "aws_cloudwatch_event_target" "forward_rule_trail" {
  provider  = aws.us_east_1
  rule      = aws_cloudwatch_event_rule.forward_rule_trail.name
  target_id = "environment"
  arn       = "arn:aws:events:eu-west-1:222222222222:event-bus/default"
  role_arn  = aws_iam_role.role_for_tripwires.arn

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }
}

# Sent on to the environment's Region: a call that changes a policy of ours or takes it off.
resource "aws_cloudwatch_event_rule" "forward_rule_policy" {
  provider    = aws.us_east_1
  name        = "shop-archive-west-forward-policy"
  description = "Sent on to the environment's Region: a call that changes a policy of ours or takes it off"
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

resource "aws_cloudwatch_event_target" "forward_rule_policy" {
  provider  = aws.us_east_1
  rule      = aws_cloudwatch_event_rule.forward_rule_policy.name
  target_id = "environment"
  arn       = "arn:aws:events:eu-west-1:222222222222:event-bus/default"
  role_arn  = aws_iam_role.role_for_tripwires.arn

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }
}

# Sent on to the environment's Region: a call that changes a role of ours or of break-glass.
resource "aws_cloudwatch_event_rule" "forward_rule_role" {
  provider    = aws.us_east_1
  name        = "shop-archive-west-forward-role"
  description = "Sent on to the environment's Region: a call that changes a role of ours or of break-glass"
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
            roleName = [
              {
                prefix = "shop-archive-west-"
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

resource "aws_cloudwatch_event_target" "forward_rule_role" {
  provider  = aws.us_east_1
  rule      = aws_cloudwatch_event_rule.forward_rule_role.name
  target_id = "environment"
  arn       = "arn:aws:events:eu-west-1:222222222222:event-bus/default"
  role_arn  = aws_iam_role.role_for_tripwires.arn

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }
}

# Sent on to the environment's Region: a call that changes the organization or its policies.
resource "aws_cloudwatch_event_rule" "forward_rule_organization" {
  provider    = aws.us_east_1
  name        = "shop-archive-west-forward-organization"
  description = "Sent on to the environment's Region: a call that changes the organization or its policies"
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

resource "aws_cloudwatch_event_target" "forward_rule_organization" {
  provider  = aws.us_east_1
  rule      = aws_cloudwatch_event_rule.forward_rule_organization.name
  target_id = "environment"
  arn       = "arn:aws:events:eu-west-1:222222222222:event-bus/default"
  role_arn  = aws_iam_role.role_for_tripwires.arn

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }
}

# Sent on to the environment's Region: a call that switches off the Region of this environment.
resource "aws_cloudwatch_event_rule" "forward_rule_region_disabled" {
  provider    = aws.us_east_1
  name        = "shop-archive-west-forward-region-disabled"
  description = "Sent on to the environment's Region: a call that switches off the Region of this environment"
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

resource "aws_cloudwatch_event_target" "forward_rule_region_disabled" {
  provider  = aws.us_east_1
  rule      = aws_cloudwatch_event_rule.forward_rule_region_disabled.name
  target_id = "environment"
  arn       = "arn:aws:events:eu-west-1:222222222222:event-bus/default"
  role_arn  = aws_iam_role.role_for_tripwires.arn

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }
}

# Sent on to the environment's Region: a call that assumes break-glass.
resource "aws_cloudwatch_event_rule" "forward_rule_break_glass" {
  provider    = aws.us_east_1
  name        = "shop-archive-west-forward-break-glass"
  description = "Sent on to the environment's Region: a call that assumes break-glass"
  state       = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
  event_pattern = jsonencode({
    detail-type = ["AWS API Call via CloudTrail"]
    account     = ["222222222222"]
    region      = ["us-east-1"]
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

resource "aws_cloudwatch_event_target" "forward_rule_break_glass" {
  provider  = aws.us_east_1
  rule      = aws_cloudwatch_event_rule.forward_rule_break_glass.name
  target_id = "environment"
  arn       = "arn:aws:events:eu-west-1:222222222222:event-bus/default"
  role_arn  = aws_iam_role.role_for_tripwires.arn

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }
}
