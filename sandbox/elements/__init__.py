"""A small archive that answers the SOAP operations of Elements NCore which Schoolapp uses. For development and tests.

It keeps its own SQLite file, knows nothing of Schoolapp's code, and can be told to misbehave.
"""
