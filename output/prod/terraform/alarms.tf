# Written by Holdfast 0.1.0 from environments/prod.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

# Table order_transaction: read requests are throttled.
resource "aws_cloudwatch_metric_alarm" "read_throttling_alarm_order_transaction" {
  alarm_name        = "shop-prod-read-throttling.order_transaction"
  alarm_description = "Read requests of the table order_transaction were throttled in 3 of 5 minutes. Risk: requests of applications fail. Next: aws dynamodb describe-table --region eu-central-1 --table-name order_transaction"
  namespace         = "AWS/DynamoDB"
  metric_name       = "ReadThrottleEvents"
  dimensions = {
    TableName = "order_transaction"
  }
  statistic           = "Sum"
  period              = 60
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = ["arn:aws:sns:eu-central-1:111111111111:shop-prod-alerts"]
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }
}

# Table order_transaction: write requests are throttled.
resource "aws_cloudwatch_metric_alarm" "write_throttling_alarm_order_transaction" {
  alarm_name        = "shop-prod-write-throttling.order_transaction"
  alarm_description = "Write requests of the table order_transaction were throttled in 3 of 5 minutes. Risk: requests of applications fail. Next: aws dynamodb describe-table --region eu-central-1 --table-name order_transaction"
  namespace         = "AWS/DynamoDB"
  metric_name       = "WriteThrottleEvents"
  dimensions = {
    TableName = "order_transaction"
  }
  statistic           = "Sum"
  period              = 60
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = ["arn:aws:sns:eu-central-1:111111111111:shop-prod-alerts"]
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }
}

# Table order_transaction: DynamoDB answers with HTTP 500.
resource "aws_cloudwatch_metric_alarm" "system_errors_alarm_order_transaction" {
  alarm_name          = "shop-prod-system-errors.order_transaction"
  alarm_description   = "DynamoDB answered requests to the table order_transaction with HTTP 500 in 3 of 5 minutes. Risk: requests of applications fail. Next: aws cloudwatch list-metrics --region eu-central-1 --namespace AWS/DynamoDB --metric-name SystemErrors --dimensions Name=TableName,Value=order_transaction"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = ["arn:aws:sns:eu-central-1:111111111111:shop-prod-alerts"]
  tags = {
    project     = "shop"
    environment = "prod"
    owner       = "payments"
    cost_center = "4711"
  }

  metric_query {
    id          = "errors"
    expression  = "SUM(FILL(METRICS(), 0))"
    label       = "System errors of all operations"
    return_data = true
  }

  metric_query {
    id          = "getItem"
    return_data = false

    metric {
      namespace   = "AWS/DynamoDB"
      metric_name = "SystemErrors"
      dimensions = {
        TableName = "order_transaction"
        Operation = "GetItem"
      }
      period = 60
      stat   = "Sum"
    }
  }

  metric_query {
    id          = "batchGetItem"
    return_data = false

    metric {
      namespace   = "AWS/DynamoDB"
      metric_name = "SystemErrors"
      dimensions = {
        TableName = "order_transaction"
        Operation = "BatchGetItem"
      }
      period = 60
      stat   = "Sum"
    }
  }

  metric_query {
    id          = "query"
    return_data = false

    metric {
      namespace   = "AWS/DynamoDB"
      metric_name = "SystemErrors"
      dimensions = {
        TableName = "order_transaction"
        Operation = "Query"
      }
      period = 60
      stat   = "Sum"
    }
  }

  metric_query {
    id          = "scan"
    return_data = false

    metric {
      namespace   = "AWS/DynamoDB"
      metric_name = "SystemErrors"
      dimensions = {
        TableName = "order_transaction"
        Operation = "Scan"
      }
      period = 60
      stat   = "Sum"
    }
  }

  metric_query {
    id          = "putItem"
    return_data = false

    metric {
      namespace   = "AWS/DynamoDB"
      metric_name = "SystemErrors"
      dimensions = {
        TableName = "order_transaction"
        Operation = "PutItem"
      }
      period = 60
      stat   = "Sum"
    }
  }

  metric_query {
    id          = "updateItem"
    return_data = false

    metric {
      namespace   = "AWS/DynamoDB"
      metric_name = "SystemErrors"
      dimensions = {
        TableName = "order_transaction"
        Operation = "UpdateItem"
      }
      period = 60
      stat   = "Sum"
    }
  }

  metric_query {
    id          = "deleteItem"
    return_data = false

    metric {
      namespace   = "AWS/DynamoDB"
      metric_name = "SystemErrors"
      dimensions = {
        TableName = "order_transaction"
        Operation = "DeleteItem"
      }
      period = 60
      stat   = "Sum"
    }
  }

  metric_query {
    id          = "batchWriteItem"
    return_data = false

    metric {
      namespace   = "AWS/DynamoDB"
      metric_name = "SystemErrors"
      dimensions = {
        TableName = "order_transaction"
        Operation = "BatchWriteItem"
      }
      period = 60
      stat   = "Sum"
    }
  }

  metric_query {
    id          = "transactGetItems"
    return_data = false

    metric {
      namespace   = "AWS/DynamoDB"
      metric_name = "SystemErrors"
      dimensions = {
        TableName = "order_transaction"
        Operation = "TransactGetItems"
      }
      period = 60
      stat   = "Sum"
    }
  }

  metric_query {
    id          = "transactWriteItems"
    return_data = false

    metric {
      namespace   = "AWS/DynamoDB"
      metric_name = "SystemErrors"
      dimensions = {
        TableName = "order_transaction"
        Operation = "TransactWriteItems"
      }
      period = 60
      stat   = "Sum"
    }
  }
}
