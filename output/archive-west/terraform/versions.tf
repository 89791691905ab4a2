# Written by Holdfast 0.1.0 from environments/archive-west.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}
