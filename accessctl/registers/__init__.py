"""Registers in and out as files, and their history."""
