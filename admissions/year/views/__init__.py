"""Screens of the new school year, for the municipality and for the schools."""
