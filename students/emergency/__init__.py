"""Emergency access: one pupil, until the end of the day, with a reason, and the privacy officer is told."""
