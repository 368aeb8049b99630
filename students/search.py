"""Pupils and groups in the one search.

Whole schools are searched by an index, past the wall, for ids that the wall then judges. Where somebody reaches single
pupils, as teachers do, their names are read and compared here: that is fewer rows than the index would find.
"""

from collections.abc import Iterable

from django.contrib.postgres.search import SearchQuery, SearchVectorExact
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accessctl import wall
from accessctl.models import User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from people.models import Protection
from schoolapp.lib.search_words import SearchWords, begins, folded, matching, terms, whole
from schools.search import Finder, Hit, register
from students.groups.listing import groups_seen, staffing
from students.models import Group, GroupStaffing, Student

# Some of those found may be out of sight; so many more are asked for.
SPARE = 5
MOST_GROUPS = 200
# Whoever holds one of these finds staff in the staff register instead.
STAFF_PAGES = (Permission.VIEW_STAFF, Permission.GIVE_ROLES)
COLLEAGUES = SearchWords("employee__person__given_name", "employee__person__family_name")


def pupils(user: User, words: list[str], most: int) -> list[Hit]:
    ids = at_schools("students_found", user, Permission.VIEW_PUPIL, words, most)
    own = beyond_schools(user, Permission.VIEW_PUPIL)
    ids += in_order((pk, name) for pk, name in own.items() if begins(name, words))[: most * SPARE]
    if not ids:
        return []
    rows: QuerySet[Student] = Student.objects.visible_to(user).filter(pk__in=ids).with_page_data()
    found = {pupil.pk: pupil for pupil in rows}
    shown = [found[pk] for pk in dict.fromkeys(ids) if pk in found][:most]
    return [
        Hit(pupil.person.full_name, place_of(pupil), reverse("students:pupil", args=[pupil.uuid]), pupil)
        for pupil in shown
    ]


def at_schools(function: str, user: User, right: Permission, words: list[str], most: int) -> list[int]:
    """Ids the database function finds in the whole schools where the user holds the right, the best first."""
    reach = scope_of(user).reach(right)
    if not reach.everything and not reach.school_ids:
        return []
    place = (str(reach.everything), wall.array(reach.school_ids), str(most * SPARE))
    return wall.found_by(function, whole(words), terms(words), *place)


def beyond_schools(user: User, right: Permission) -> dict[int, str]:
    """The pupils the user reaches one by one or by groups, with their filed names, read once per request.

    Where seeing pupils reaches as far, it is those; whether `right` holds for each is asked of what is found.
    """
    scope = scope_of(user)
    reach, seen = scope.reach(right), scope.reach(Permission.VIEW_PUPIL)
    if reach.everything or not reach.is_beyond_schools:
        return {}
    read: dict[Permission, dict[int, str]] = user.__dict__.setdefault("_pupils_to_search", {})
    asked = Permission.VIEW_PUPIL if reach == seen else right
    if asked not in read:
        rows = Student.objects.visible_to(user, asked).exclude(school_id__in=reach.school_ids)
        read[asked] = dict(rows.values_list("pk", "sort_name"))
    return read[asked]


def in_order(named: Iterable[tuple[int, str]]) -> list[int]:
    return [pk for pk, _name in sorted(named, key=lambda row: (row[1], row[0]))]


def place_of(pupil: Student) -> str:
    """Class and school, in one line."""
    grade = _("%(grade)s. trinn") % {"grade": pupil.grade_level} if pupil.grade_level else ""
    school = pupil.school.name if pupil.school else _("Ingen skoleplass nå")
    return " · ".join(filter(None, (pupil.home_class_name or grade, school)))


def own_groups(user: User) -> list[Group] | None:
    """The groups of somebody who sees single ones, read once per request; None for who sees those of whole schools."""
    reach = scope_of(user).reach(Permission.VIEW_GROUPS)
    if reach.everything or reach.school_ids:
        return None
    if "_groups_to_search" not in user.__dict__:
        user.__dict__["_groups_to_search"] = list(groups_seen(user))
    read: list[Group] = user.__dict__["_groups_to_search"]
    return read


def groups(user: User, words: list[str], most: int) -> list[Hit]:
    """Groups of this year by their names; some of the words may name the school, as in «5a åsen»."""
    rows: Iterable[Group] | None = own_groups(user)
    if rows is None:
        any_word = SearchQuery(terms(words, " | "), config="simple", search_type="raw")
        rows = groups_seen(user).filter(SearchVectorExact(SearchWords("name"), any_word))[:MOST_GROUPS]
    fitting = [group for group in rows if begins(f"{group.name} {group.school.name}", words)]
    fitting.sort(key=lambda group: folded(group.name) != " ".join(words))
    return [hit_of(group) for group in fitting[:most]]


def hit_of(group: Group) -> Hit:
    kind = f"{group.get_kind_display()} · {group.school.name}"
    return Hit(group.name, kind, reverse("groups:group", args=[group.uuid]))


def colleagues(user: User, words: list[str], most: int) -> list[Hit]:
    """Those responsible today for a group the user sees, for whoever may not open the staff register.

    A hit leads to the group, where the same people stand. Nobody with address protection is found.
    """
    if any(user.holds(right) for right in STAFF_PAGES):
        return []
    seen = own_groups(user)
    within = groups_seen(user).order_by().values("pk") if seen is None else [group.pk for group in seen]
    rows = staffing(GroupStaffing.objects.on().filter(group__in=within, employee__person__protection=Protection.NONE))
    rows = rows.select_related("employee__person", "group__school")
    if seen is None:
        rows = rows.filter(matching(COLLEAGUES, words))[: most * SPARE]
    found: dict[int, Hit] = {}
    for row in rows:
        if not begins(row.employee.person.full_name, words):
            continue
        place = f"{row.get_function_display()} · {row.group.name} · {row.group.school.name}"
        url = reverse("groups:group", args=[row.group.uuid])
        found.setdefault(row.employee_id, Hit(row.employee.person.full_name, place, url))
    return list(found.values())[:most]


register(Finder("elever", gettext_lazy("Elever"), (Permission.VIEW_PUPIL,), pupils, order=10, by_name=True))
register(Finder("kolleger", gettext_lazy("Kolleger"), (Permission.VIEW_GROUPS,), colleagues, order=30, by_name=True))
register(Finder("grupper", gettext_lazy("Klasser og grupper"), (Permission.VIEW_GROUPS,), groups, order=40))
