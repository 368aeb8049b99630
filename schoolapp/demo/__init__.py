"""The demo municipality: made up, the same each time, with synthetic national ids only."""
