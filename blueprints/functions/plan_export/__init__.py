"""Decides what of one table is exported next."""
