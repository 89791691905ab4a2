"""Exports the window that an undo takes back, and cuts its keys into shares."""
