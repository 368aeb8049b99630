"""The list of pupils: what it is filtered by and shows, what is done to many at once, and how it is taken out."""
