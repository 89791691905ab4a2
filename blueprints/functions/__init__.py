"""What runs in AWS Lambda: one folder for each function, with the standard library and boto3."""
