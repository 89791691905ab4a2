from tests.e2e.local_aws import local_aws_server
