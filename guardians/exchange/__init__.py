"""Pupils, groups and staff for systems outside: one shape, read once, and a writer for each format."""
