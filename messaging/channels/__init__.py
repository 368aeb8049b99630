"""Ways to reach people. Each channel is a small protocol; the outbox knows no more of it."""
