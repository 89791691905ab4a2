"""Keeps point-in-time recovery on, with the right period, and tells whenever it was not."""
