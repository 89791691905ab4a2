"""Writes the items of some files in S3 into a table, as a child of a refill."""
