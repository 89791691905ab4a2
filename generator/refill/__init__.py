"""`holdfast refill`: items of files in S3 into a table that exists."""
