terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  region = "eu-central-1"
}
resource "aws_s3_bucket" "replica" {
  bucket              = "tf-replica"
  object_lock_enabled = true
}
resource "aws_s3_bucket_versioning" "replica" {
  bucket = aws_s3_bucket.replica.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_s3_bucket_object_lock_configuration" "replica" {
  bucket = aws_s3_bucket.replica.id
  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = 35
    }
  }
  depends_on = [aws_s3_bucket_versioning.replica]
}
resource "aws_s3_bucket_lifecycle_configuration" "replica" {
  bucket = aws_s3_bucket.replica.id
  rule {
    id     = "full"
    status = "Enabled"
    filter { prefix = "a/full/" }
    expiration { days = 57 }
    noncurrent_version_expiration { noncurrent_days = 7 }
    abort_incomplete_multipart_upload { days_after_initiation = 7 }
    transition {
      days          = 1
      storage_class = "GLACIER_IR"
    }
  }
  rule {
    id     = "markers"
    status = "Enabled"
    filter { prefix = "" }
    expiration { expired_object_delete_marker = true }
    noncurrent_version_expiration { noncurrent_days = 3 }
  }
  depends_on = [aws_s3_bucket_versioning.replica]
}
resource "aws_s3_bucket" "source" {
  bucket = "tf-source"
}
resource "aws_s3_bucket_versioning" "source" {
  bucket = aws_s3_bucket.source.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_s3_bucket_replication_configuration" "source" {
  bucket = aws_s3_bucket.source.id
  role   = "arn:aws:iam::111111111111:role/replicates"
  rule {
    id       = "replica"
    status   = "Enabled"
    priority = 2
    filter { prefix = "a/" }
    delete_marker_replication { status = "Disabled" }
    source_selection_criteria {
      sse_kms_encrypted_objects { status = "Enabled" }
    }
    destination {
      bucket        = aws_s3_bucket.replica.arn
      storage_class = "STANDARD_IA"
      encryption_configuration {
        replica_kms_key_id = "arn:aws:kms:eu-central-1:111111111111:alias/archive"
      }
    }
  }
  rule {
    id       = "again"
    status   = "Enabled"
    priority = 1
    filter { prefix = "a/" }
    delete_marker_replication { status = "Disabled" }
    destination {
      bucket  = aws_s3_bucket.replica.arn
      account = "111111111111"
      access_control_translation { owner = "Destination" }
    }
  }
  depends_on = [aws_s3_bucket_versioning.source, aws_s3_bucket_versioning.replica]
}
