"""What moto lacks of AWS, added in the shape of the AWS API; it knows nothing of the rest of this project.

`python -m aws_extensions PORT` serves moto with all of it on 127.0.0.1.
"""
