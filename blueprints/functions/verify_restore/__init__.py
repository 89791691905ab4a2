"""Finds out whether a restored table is what it should be."""
