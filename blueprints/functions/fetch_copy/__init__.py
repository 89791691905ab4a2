"""Fetches a recovery point from another account's or Region's vault, so that it can be restored."""
