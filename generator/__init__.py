"""Reads environment files, renders blueprints, checks and writes the result."""

__version__ = "0.1.0"
