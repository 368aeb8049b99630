"""The counts of 1 October that go to GSI: worked out once, frozen, and corrected only with a reason (handbook 10)."""
