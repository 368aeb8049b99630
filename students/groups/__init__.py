"""The screens where one sees the classes and groups of this year, and decides who is responsible for them."""
