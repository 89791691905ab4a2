"""`holdfast points`: everything a table can come back from, newest first."""
