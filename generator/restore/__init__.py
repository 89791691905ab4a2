"""`holdfast restore`: a table back, whole and verified, by the environment's state machine."""
