"""Notes, tasks and tags of leads."""
