"""The pupils something is to be done with: those ticked, or all those the list finds."""

from dataclasses import dataclass

from django.http import QueryDict

from accessctl.models import User
from students.lists.filters import as_uuids
from students.lists.listing import Listing
from students.lists.past import looking_back
from students.models import Student

MOST = 5_000


@dataclass(frozen=True)
class Selection:
    """`is_all` says that all found are meant; `is_too_many` that there are more than MOST, and then none is read."""

    students: list[Student]
    is_all: bool
    is_too_many: bool = False

    @property
    def protected(self) -> int:
        return sum(student.person.is_protected for student in self.students)


def selected(user: User, listing: Listing, post: QueryDict) -> Selection:
    """Read anew from what the user sees now, whatever ids were sent."""
    rows, is_all = listing.found, post.get("utvalg") == "alle"
    if not is_all:
        rows = rows.filter(uuid__in=as_uuids(post.getlist("elev")))

    def read() -> list[Student]:
        return list(rows[: MOST + 1])

    students = looking_back(user, listing.filter, read)
    if len(students) > MOST:
        return Selection([], is_all, is_too_many=True)
    return Selection(students, is_all)
