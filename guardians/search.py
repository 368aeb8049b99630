"""Guardians in the one search: each with the child, whose page is where they are found."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accessctl.models import User
from accessctl.permissions import Permission
from guardians.models import GuardianRelation
from schoolapp.lib.search_words import begins
from schools.search import Finder, Hit, register
from students.models import Student
from students.search import SPARE, at_schools, beyond_schools, in_order

RIGHT, VERIFIED = Permission.VIEW_GUARDIANS, GuardianRelation.State.VERIFIED


def guardians(user: User, words: list[str], most: int) -> list[Hit]:
    """Those who are guardians today, of pupils the user sees. Whether something keeps one out is told on the page."""
    ids = at_schools("guardians_found", user, RIGHT, words, most)
    ids += of_pupils(list(beyond_schools(user, RIGHT)), words)[: most * SPARE]
    if not ids:
        return []
    rows = GuardianRelation.objects.of_guardians_shown_to(user, RIGHT).on().filter(pk__in=ids, state=VERIFIED)
    named = {row.pk: row for row in rows.select_related("guardian")}
    # The children are asked for by themselves: planning one statement behind both walls takes longer than two.
    children: Any = Student.objects.visible_to(user, RIGHT).with_page_data()
    seen = children.in_bulk({row.student_id for row in named.values()})
    found = {pk: row for pk, row in named.items() if row.student_id in seen}
    for row in found.values():
        row.student = seen[row.student_id]
    return [hit_of(found[pk]) for pk in dict.fromkeys(ids) if pk in found][:most]


def of_pupils(pupils: list[int], words: list[str]) -> list[int]:
    """Ids of the pupils' relations whose guardian is called so. Whether they hold and may be seen is asked later."""
    if not pupils:
        return []
    rows = GuardianRelation.objects.filter(student__in=pupils, state=VERIFIED)
    names = rows.values_list("pk", "guardian__family_name", "guardian__given_name")
    named = ((pk, f"{family} {given}") for pk, family, given in names)
    return in_order((pk, name) for pk, name in named if begins(name, words))


def hit_of(relation: GuardianRelation) -> Hit:
    child = relation.student
    where = ", ".join(filter(None, (child.home_class_name, child.school.name if child.school else "")))
    told = _("foresatt til %(child)s") % {"child": child.person.full_name}
    url = reverse("guardians:tab", args=[child.uuid])
    return Hit(relation.guardian.full_name, f"{told}, {where}" if where else told, url, relation)


register(Finder("foresatte", gettext_lazy("Foresatte"), (RIGHT,), guardians, order=20, by_name=True))
