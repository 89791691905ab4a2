"""What moto lacks of AWS, added in the shape of the AWS API.

It knows nothing of the rest of this project. `python -m aws_extensions PORT` serves moto with it.
"""
