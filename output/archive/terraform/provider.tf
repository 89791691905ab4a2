# Written by Holdfast 0.1.0 from environments/archive.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

# Refuses to run with the credentials of another account.
provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["222222222222"]
}
