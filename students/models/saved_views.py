"""A filter, a sort order and a choice of columns that somebody gave a name."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from schoolapp.lib import clock


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, user, permission: Permission = Permission.VIEW_PUPIL):
        """One's own, and those shared with a school where `user` holds `permission` for something."""
        reach = scope_of(user).reach(permission)
        if not reach:
            return self.none()
        shared = Q(school__isnull=False) if reach.everything else Q(school_id__in=reach.any_school_ids)
        return self.filter(Q(owner=user, school__isnull=True) | shared)

    def own_first(self):
        return self.select_related("school").order_by(F("school__name").asc(nulls_first=True), "name", "pk")

    def deletable_by(self, user):
        """One's own; and those of a school, for whoever may share with it."""
        reach = scope_of(user).reach(Permission.EDIT_GROUPS)
        shared = Q(school__isnull=False) if reach.everything else Q(school_id__in=reach.school_ids)
        return self.visible_to(user).filter(Q(owner=user, school__isnull=True) | shared)


class SavedView(models.Model):
    """A view of the list of pupils. `query` is what stands in the address; it names no pupil, and opens nothing: who
    looks through it sees the pupils they would see anyway. Without a school it is the owner's alone.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("eier"))
    school = models.ForeignKey(
        School, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("delt med skole")
    )
    name = models.CharField(_("navn"), max_length=60)
    query = models.CharField(_("filter"), max_length=1000, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("lagret visning"), _("lagrede visninger")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"], condition=Q(school__isnull=True), name="own_view_name_once"
            ),
            models.UniqueConstraint(
                fields=["school", "name"], condition=Q(school__isnull=False), name="shared_view_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name
