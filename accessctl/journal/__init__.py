"""The access log and the change history: what is kept, how it is sealed, and the privacy officer's screens."""
