"""Assessment, exams and certificates."""
