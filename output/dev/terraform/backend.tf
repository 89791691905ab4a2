# Written by Holdfast 0.1.0 from environments/dev.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

terraform {
  backend "s3" {
    bucket         = "shop-tfstate"
    region         = "eu-central-1"
    dynamodb_table = "shop-tfstate-lock"
    key            = "shop/dev/holdfast.tfstate"
    encrypt        = true
  }
}
