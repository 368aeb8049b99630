"""The next school year as a draft: planned, published, rolled back, and at last made the current one (handbook 2.2)."""
