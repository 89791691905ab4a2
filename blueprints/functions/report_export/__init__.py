"""Tells people that an export failed, or that a new chain of exports begins."""
