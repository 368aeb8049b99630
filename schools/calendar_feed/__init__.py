"""A staff member's calendar of days without school and own deadlines, at a secret address. It tells of no pupil."""
