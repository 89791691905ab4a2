# Written by Holdfast 0.1.0 from environments/dev.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

resource "aws_cloudwatch_log_group" "log_group_of_function_region_settings" {
  name              = "/aws/lambda/shop-dev-region-settings"
  retention_in_days = 365
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }
}

# The function shop-dev-region-settings runs with this role.
resource "aws_iam_role" "role_for_function_region_settings" {
  name = "shop-dev-region-settings-eu-central-1"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Lambda"
        Effect = "Allow"
        Principal = {
          Service = "lambda.amazonaws.com"
        }
        Action = "sts:AssumeRole"
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

resource "aws_iam_role_policy" "role_for_function_region_settings" {
  name = "region-settings"
  role = aws_iam_role.role_for_function_region_settings.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "MergeRegionSettings"
        Effect   = "Allow"
        Action   = ["backup:DescribeRegionSettings", "backup:UpdateRegionSettings"]
        Resource = "*"
      },
      {
        Sid      = "WriteLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:eu-central-1:333333333333:log-group:/aws/lambda/shop-dev-region-settings:*"
      },
    ]
  })
}

# Adds DynamoDB to AWS Backup's settings of the Region; other services stay.
resource "aws_lambda_function" "function_region_settings" {
  function_name    = "shop-dev-region-settings"
  filename         = "${path.module}/../functions/region_settings.zip"
  source_code_hash = "KkTTH+9nVXGEjB3XZdb1TXTlvOxyu/IOi3jiY2ry8dM="
  handler          = "blueprints.functions.region_settings.handler.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = 256
  timeout          = 120
  role             = aws_iam_role.role_for_function_region_settings.arn
  tags = {
    project     = "shop"
    environment = "dev"
    owner       = "payments"
    cost_center = "4711"
  }

  # Without them its first run would lack its permissions, or log without an end.
  depends_on = [
    aws_cloudwatch_log_group.log_group_of_function_region_settings,
    aws_iam_role_policy.role_for_function_region_settings,
  ]
}

# Calls the function once, and again when its code changes.
resource "aws_lambda_invocation" "call_of_function_region_settings" {
  function_name = aws_lambda_function.function_region_settings.function_name
  input         = jsonencode({ CodeSha256 = "KkTTH+9nVXGEjB3XZdb1TXTlvOxyu/IOi3jiY2ry8dM=" })
}
