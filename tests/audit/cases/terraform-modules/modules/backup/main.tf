variable "table_arns" { type = list(string) }
variable "one_arn" { type = string }
variable "archive_name" { type = string }

resource "aws_kms_key" "vault" {
  description = "vault"
}

resource "aws_backup_vault" "this" {
  name        = "shop"
  kms_key_arn = aws_kms_key.vault.arn
}

resource "aws_backup_vault_lock_configuration" "this" {
  backup_vault_name  = aws_backup_vault.this.name
  min_retention_days = 7
  max_retention_days = 120
}

data "aws_iam_policy_document" "vault" {
  statement {
    effect    = "Deny"
    actions   = ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle", "backup:PutBackupVaultAccessPolicy"]
    resources = ["*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}

resource "aws_backup_vault_policy" "this" {
  backup_vault_name = aws_backup_vault.this.name
  policy            = data.aws_iam_policy_document.vault.json
}

resource "aws_backup_plan" "this" {
  name = "shop"

  dynamic "rule" {
    for_each = { daily = 35, weekly = 90 }
    content {
      rule_name         = rule.key
      target_vault_name = aws_backup_vault.this.name
      schedule          = "cron(0 3 * * ? *)"
      lifecycle {
        delete_after = rule.value
      }
      copy_action {
        destination_vault_arn = "arn:aws:backup:eu-west-1:222222222222:backup-vault:${var.archive_name}"
        lifecycle {
          delete_after = 35
        }
      }
    }
  }
}

resource "aws_iam_role" "backup" {
  name = "shop-backup"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "backup.amazonaws.com" } }]
  })
}

resource "aws_backup_selection" "all" {
  name         = "all"
  plan_id      = aws_backup_plan.this.id
  iam_role_arn = aws_iam_role.backup.arn
  resources    = var.table_arns
}

resource "aws_backup_selection" "one" {
  name         = "one"
  plan_id      = aws_backup_plan.this.id
  iam_role_arn = aws_iam_role.backup.arn
  resources    = [var.one_arn]
}
