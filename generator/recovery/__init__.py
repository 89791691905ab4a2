"""What lies ready for a restore: a request for each table, and what gives it back to its owner."""
