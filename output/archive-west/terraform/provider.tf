# Written by Holdfast 0.1.0 from environments/archive-west.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

# Refuses to run with the credentials of another account.
provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["222222222222"]
}

# For what exists in this Region only.
provider "aws" {
  alias               = "us_east_1"
  region              = "us-east-1"
  allowed_account_ids = ["222222222222"]
}
