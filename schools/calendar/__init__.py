"""The school calendar: days without school, and what they leave of the school year."""
