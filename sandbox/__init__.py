"""Stand-ins for outside systems, for development and tests. Production code never imports them."""
