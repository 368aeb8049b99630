"""The screens where the municipality and the schools administer who may do what."""
