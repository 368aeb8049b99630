"""What is held about a pupil in the registers of pupils, people and the access log."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accessctl.audit import OWN_BASES
from accessctl.models import AccessEvent, User
from accessctl.permissions import Permission
from people.display import contact_card
from people.models import Address, ContactDetails, NationalId, Person, ProtectionChange, Shielding
from schoolapp.lib import clock
from staff.models import Employee
from students.emergency.actions import TAKEN
from students.insight.actions import yes_or_no
from students.insight.changes import changes_of, keep_back, tell
from students.insight.registry import Attached, Part, Section, register
from students.models import Elsewhere, Enrolment, GrantProposal, Membership, Photo, PhotoNumber, Student, StudentGrant
from students.tabs import hides_address

WRITTEN_FORMS = {"nb": "bokmål", "nn": "nynorsk"}


def day(value: Any) -> str:
    return f"{value:%d.%m.%Y}" if value else ""


def person(student: Student, user: User) -> list[Section]:
    """Who the pupil is. A protected pupil's address is not in it, nor one that tells where somebody protected lives."""
    who = student.person
    card = contact_card(
        who, sees_contact=True, sees_protected=True, household_protected=hides_address(user, student), birth_date=True
    )
    numbers = NationalId.objects.filter(person=who).order_by("-is_current", "pk").values_list("number", flat=True)
    rows = [
        {_("Opplysning"): _("Navn"), _("Verdi"): who.full_name},
        {_("Opplysning"): _("Født"), _("Verdi"): day(who.birth_date)},
        {_("Opplysning"): _("Fødselsnummer eller D-nummer"), _("Verdi"): ", ".join(numbers)},
        {_("Opplysning"): _("Kjønn"), _("Verdi"): who.sex},
        {_("Opplysning"): _("Målform"), _("Verdi"): WRITTEN_FORMS.get(who.written_form, who.written_form)},
        {_("Opplysning"): _("Adressesperre"), _("Verdi"): yes_or_no(who.is_protected)},
        {_("Opplysning"): _("Skole"), _("Verdi"): student.school.name if student.school else ""},
        {_("Opplysning"): _("Klasse"), _("Verdi"): student.home_class_name},
    ]
    if card:
        rows += [{_("Opplysning"): _("Telefon"), _("Verdi"): card.phone}]
        rows += [{_("Opplysning"): _("E-post"), _("Verdi"): card.email}]
        rows += [{_("Opplysning"): _("Adresse"), _("Verdi"): f"{line.kind}: {line.text}"} for line in card.addresses]
    return [Section(_("Personopplysninger"), rows)]


def school(student: Student, user: User) -> list[Section]:
    places = Enrolment.objects.filter(student=student).select_related("school", "school_year").order_by("valid_from")
    groups = Membership.objects.filter(student=student).select_related("group__school_year").order_by("valid_from")
    away = Elsewhere.objects.filter(student=student).select_related("host").order_by("valid_from")
    photos = Photo.objects.filter(student=student)
    files = [Attached(f"bilde-{n}.jpg", str(photo.file.name)) for n, photo in enumerate(photos, 1)]
    return [
        Section(
            _("Skoleplasser"),
            [
                {
                    _("Skoleår"): str(row.school_year),
                    _("Skole"): row.school.name,
                    _("Trinn"): str(row.grade_level),
                    _("Status"): str(row.get_state_display()),
                    _("Fra"): day(row.valid_from),
                    _("Til"): day(row.valid_to),
                }
                for row in places
            ],
        ),
        Section(
            _("Klasser og grupper"),
            [
                {
                    _("Skoleår"): str(row.group.school_year),
                    _("Gruppe"): row.group.name,
                    _("Slag"): str(row.group.get_kind_display()),
                    _("Fra"): day(row.valid_from),
                    _("Til"): day(row.valid_to),
                }
                for row in groups
            ],
        ),
        Section(
            _("Opplæring et annet sted"),
            [
                {
                    _("Slag"): str(row.get_kind_display()),
                    _("Sted"): row.where,
                    _("Fra"): day(row.valid_from),
                    _("Til"): day(row.valid_to),
                }
                for row in away
            ],
        ),
        Section(_("Bilder"), [{_("Fil"): attached.name} for attached in files], files),
    ]


def access_log(student: Student, user: User) -> list[Section]:
    """When, in which role and what. Names of staff are judged case by case and are not in it (handbook 8.5), and
    neither is when a guardian has looked, which is about the guardian.
    """
    by_staff = AccessEvent.objects.filter(about=student.uuid).exclude(basis__in=OWN_BASES)
    rows = by_staff.order_by("pk").values_list("at", "role", "what", "action")
    lines = [
        {
            _("Når"): f"{at.astimezone(clock.OSLO):%d.%m.%Y %H:%M}",
            _("Rolle"): role,
            _("Hva"): what,
            _("Handling"): action,
        }
        for at, role, what, action in rows.iterator()
    ]
    return [Section(_("Oppslag i opplysningene"), lines)]


def accesses(student: Student, user: User) -> list[Section]:
    """Rights somebody was given to this pupil alone, or was proposed for, and emergency accesses. Staff are not named,
    as in the log.
    """
    grants = (
        StudentGrant.objects.filter(content_object=student).select_related("permission").order_by("valid_from", "pk")
    )
    proposals = GrantProposal.objects.filter(student=student).order_by("proposed_at", "pk")
    taken = AccessEvent.objects.filter(about=student.uuid, action=TAKEN).order_by("pk").values_list("at", "role")
    return [
        Section(
            _("Særskilte tilganger"),
            [
                {
                    _("Rettighet"): str(Permission(row.permission.codename).label),
                    _("Fra"): day(row.valid_from),
                    _("Til"): day(row.valid_to),
                }
                for row in grants
            ],
        ),
        Section(
            _("Forslag om særskilt tilgang"),
            [
                {
                    _("Rettighet"): str(row.get_permission_display()),
                    _("Status"): str(row.get_state_display()),
                    _("Foreslått"): day(row.proposed_at.astimezone(clock.OSLO)),
                    _("Avgjort"): day(row.decided_at and row.decided_at.astimezone(clock.OSLO)),
                    _("Til"): day(row.valid_to),
                }
                for row in proposals
            ],
        ),
        Section(
            _("Nødtilganger"),
            [{_("Når"): f"{at.astimezone(clock.OSLO):%d.%m.%Y %H:%M}", _("Rolle"): role} for at, role in taken],
        ),
    ]


register(Part("person", gettext_lazy("Personopplysninger"), person, order=10))
register(Part("skole", gettext_lazy("Skole og grupper"), school, order=20))
register(Part("tilganger", gettext_lazy("Særskilte tilganger og nødtilganger"), accesses, order=80))
register(Part("endringer", gettext_lazy("Endringslogg"), changes_of, order=85))
register(Part("innsynslogg", gettext_lazy("Innsynslogg"), access_log, order=90))

tell(Person, "given_name", "family_name", "birth_date", "sex", "written_form", "protection", "deceased_on")
tell(NationalId, "is_current")
tell(ContactDetails, "email", "phone", is_contact=True)
tell(Address, "kind", "street", "postal_code", "city", "valid_from", "valid_to", is_contact=True)
tell(Shielding, "level", "at")
tell(ProtectionChange, "level", "state", "proposed_at", "decided_at")
tell(Student, "school_id", "grade_level", "home_class_name")
tell(Enrolment, "school_id", "school_year_id", "grade_level", "state", "valid_from", "valid_to")
tell(Membership, "group_id", "valid_from", "valid_to")
tell(Elsewhere, "kind", "host_id", "place", "is_lasting", "valid_from", "valid_to")
tell(Photo, "added_at")
tell(PhotoNumber, "number", "school_year_id")
tell(StudentGrant, "permission_id", "valid_from", "valid_to")
tell(GrantProposal, "permission", "state", "valid_to", "proposed_at", "decided_at")
keep_back(Employee, gettext_lazy("Opplysninger om personen som ansatt i kommunen. Be om innsyn som ansatt."))
