"""Position planning: who teaches what next to how large their position is."""
