"""`holdfast undo`: what was written to a table in a window of time, put back in place."""
