"""Restores the table: starts what the plan says, once, and looks until it is there."""
