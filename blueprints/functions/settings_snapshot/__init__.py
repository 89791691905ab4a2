"""Keeps the settings of protected tables, for the day when only their data can be restored."""
