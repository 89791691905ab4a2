"""Exports a window of a table to S3: starts it, once, and looks until it is there."""
