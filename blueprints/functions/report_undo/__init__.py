"""Says what an undo put back, or would put back, and what it left alone."""
