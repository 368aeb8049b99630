"""Moves to, between and from the schools as guided cases (handbook 2.3)."""
