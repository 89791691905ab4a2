"""Decides what a restore does: from which source, under which name, with which request."""
