"""Switches on AWS Backup's advanced features for DynamoDB, and disturbs no other service."""
