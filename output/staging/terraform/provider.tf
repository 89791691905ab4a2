# Written by Holdfast 0.1.0 from environments/staging.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

# Refuses to run with the credentials of another account.
provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["444444444444"]
}
