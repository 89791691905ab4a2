"""Puts the keys of one share back to what they were, where nobody wrote to them later."""
