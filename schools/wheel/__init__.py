"""The year wheel: the tasks of the school year, who owns each, when it is due, and whether it is done."""
