"""Variable pay: recorded by one, approved by another, transferred once in a file that never changes."""
