"""Our work against the least work that could give the same, as ratios measured in one run."""
