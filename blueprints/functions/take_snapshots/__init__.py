"""Takes native backups of tables by schedule, and deletes those that are past their time."""
