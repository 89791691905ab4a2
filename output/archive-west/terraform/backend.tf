# Written by Holdfast 0.1.0 from environments/archive-west.yaml.
# Do not edit: change the environment file and run `holdfast generate`.

terraform {
  backend "s3" {
    bucket  = "shop-archive-tfstate"
    region  = "eu-central-1"
    key     = "shop/archive-west/holdfast.tfstate"
    encrypt = true
  }
}
