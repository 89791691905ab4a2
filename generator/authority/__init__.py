"""Who can destroy the last copy: our own reading of the rendered policies, to a fixed point."""
