"""Verifies an export against its manifest and records it in the catalogue."""
