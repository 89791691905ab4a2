# Written by Holdfast 0.1.0 from environments/dev.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

# Refuses to run with the credentials of another account.
provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["333333333333"]
}

# For what exists in this Region only.
provider "aws" {
  alias               = "us_east_1"
  region              = "us-east-1"
  allowed_account_ids = ["333333333333"]
}
