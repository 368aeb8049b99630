"""Avansert personsøk: everybody the municipality has on record, for those with a special grant."""
