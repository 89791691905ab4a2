"""Compares every table and rule with its newest point, and tells of tables that are stale."""
