"""What is held about who is responsible for a pupil."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accessctl.models import User
from guardians.models import ContactShare, GuardianRelation, PhotoConsent, RelationBlock
from people.models import Protection
from students.insight.actions import yes_or_no
from students.insight.changes import keep_back, tell
from students.insight.registry import Part, Section, register
from students.models import Student


def responsible(student: Student, user: User) -> list[Section]:
    """Names and the ground, never how to reach anybody. A guardian with address protection is not told of at all, and
    neither are blocks, which are about somebody else.
    """
    relations = (
        GuardianRelation.objects.filter(student=student, guardian__protection=Protection.NONE)
        .exclude(state=GuardianRelation.State.PROPOSED)
        .select_related("guardian")
        .order_by("valid_from", "pk")
    )
    answers = PhotoConsent.objects.filter(student=student).order_by("answered_at")
    return [
        Section(
            _("Foresatte"),
            [
                {
                    _("Navn"): row.guardian.full_name,
                    _("Grunnlag"): str(row.get_ground_display()),
                    _("Status"): str(row.get_state_display()),
                    _("Fra"): f"{row.valid_from:%d.%m.%Y}",
                    _("Til"): f"{row.valid_to:%d.%m.%Y}" if row.valid_to else "",
                }
                for row in relations
            ],
        ),
        Section(
            _("Samtykker"),
            [
                {
                    _("Formål"): str(row.get_purpose_display()),
                    _("Svar"): yes_or_no(row.is_given),
                    _("Besvart"): f"{row.answered_at:%d.%m.%Y}",
                }
                for row in answers
            ],
        ),
    ]


register(Part("foresatte", gettext_lazy("Foresatte og samtykker"), responsible, order=30))

OTHERS = gettext_lazy("Endringer i opplysninger om foresatte og andre personer. De gjelder andre enn eleven.")
for of_others in (ContactShare, GuardianRelation, RelationBlock):
    keep_back(of_others, OTHERS)
tell(PhotoConsent, "purpose", "is_given", "valid_from", "valid_to")
