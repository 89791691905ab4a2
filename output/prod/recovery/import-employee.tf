# Written by Holdfast 0.1.0 from environments/prod.yaml.
# Do not edit: change the environment file and run `holdfast generate`.
# Needed once, after a restore, where nothing owns the tables any more: see README.md.

import {
  to = aws_dynamodb_table.table_employee
  id = "employee"
}
