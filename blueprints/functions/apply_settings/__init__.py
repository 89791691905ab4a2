"""Gives a restored table the settings that AWS does not restore."""
