"""Pupils who are taught another place than the school they belong to (STR-09)."""
