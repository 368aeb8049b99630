"""Own classes on the start page."""

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import ngettext

from accessctl.models import User
from schoolapp.lib import clock
from schools.today import Shortcut, register_shortcuts
from students.models import Group, GroupStaffing, Student


def own_classes(user: User) -> list[Shortcut]:
    """The classes the user is responsible for today, with the number of pupils the user can see."""
    today = clock.today()
    own = GroupStaffing.objects.on().filter(employee__person__user=user)
    present = Q(memberships__valid_from__lte=today) & (
        Q(memberships__valid_to__isnull=True) | Q(memberships__valid_to__gte=today)
    )
    seen = Q(memberships__student__in=Student.objects.visible_to(user))
    groups = (
        Group.objects.visible_to(user)
        .filter(pk__in=own.values("group"), kind=Group.Kind.HOME_CLASS)
        .annotate(pupils=Count("memberships", filter=present & seen), school_uuid=F("school__uuid"))
    )
    return [
        Shortcut(
            group.name,
            ngettext("%(n)d elev", "%(n)d elever", group.pupils) % {"n": group.pupils},
            f"{reverse('students:list')}?{urlencode({'skole': group.school_uuid, 'klasse': group.name})}",
        )
        for group in groups
    ]


register_shortcuts(own_classes)
