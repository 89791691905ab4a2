"""`holdfast adopt`: turns tables that exist into the entries of an environment file."""
