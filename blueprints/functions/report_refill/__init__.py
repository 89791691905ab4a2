"""Reports a refill: as a document in the catalogue, and to people as text."""
