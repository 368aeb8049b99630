"""Runs of the population register: staging, comparing, writing, and what is left for a person to decide."""
