"""Stands in for Visma Enterprise HRM's web service: the persons of one company as XML, behind HTTP Basic."""
