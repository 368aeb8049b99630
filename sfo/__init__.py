"""After-school care: placements, groups, attendance, invoice basis."""
