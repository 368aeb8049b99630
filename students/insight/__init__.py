"""Everything held about one pupil, as files for whoever has the right to see it (personvernforordningen art. 15)."""
