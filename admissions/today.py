"""School places and moves on the start page."""

from admissions.moves.today import ask_moves, moves
from admissions.year.today import ask_new_year, new_year
from schools.today import register, register_counted_past_the_wall

register_counted_past_the_wall(ask_moves, moves)
register(ask_new_year, new_year)
