"""The same letter about many pupils: written once, made for each by the workers, taken out as one file or many."""
