"""Employees in the one search. Nobody with address protection is found by name."""

from django.db.models import Subquery
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from accessctl import wall
from accessctl.models import User
from accessctl.permissions import Permission
from people.models import Person
from people.models.persons import NAME_WORDS
from schoolapp.lib.search_words import matching
from schools.search import Finder, Hit, register
from staff.models import Employee

# The page about an employee, for whoever holds the right; the first that the user may open is where a hit leads.
PAGES = (("staff:person", Permission.VIEW_STAFF), ("rights:person", Permission.GIVE_ROLES))


def employees(user: User, words: list[str], most: int) -> list[Hit]:
    called = Person.objects.unprotected().filter(matching(NAME_WORDS, words)).values("pk")
    for url_name, right in PAGES:
        if user.holds(right) and exists(url_name):
            rows = Employee.objects.visible_to(user, right).filter(wall.Among("person_id", Subquery(called)))
            in_order = rows.select_related("person").order_by("person__family_name", "person__given_name", "pk")
            return [Hit(row.person.full_name, row.title, reverse(url_name, args=[row.uuid])) for row in in_order[:most]]
    return []


def exists(url_name: str) -> bool:
    try:
        reverse(url_name, args=["00000000-0000-0000-0000-000000000000"])
    except NoReverseMatch:
        return False
    return True


register(
    Finder("ansatte", _("Ansatte"), (Permission.VIEW_STAFF, Permission.GIVE_ROLES), employees, order=30, by_name=True)
)
