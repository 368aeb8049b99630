"""Subjects: read from what the Directorate for Education publishes, never typed in as truth."""
