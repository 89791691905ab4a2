"""Plans a refill round by round: which files are loaded next, by how many at once."""
