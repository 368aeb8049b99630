"""The demo persons worth logging in as: found by what is special about them, not by name."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.db.models import Count, F, Q, QuerySet

from accessctl.models import MunicipalityGrant
from guardians.models import GuardianRelation
from people.models import Address, NationalId, Person, Protection
from schoolapp.demo.town import DOMAIN
from schoolapp.lib import clock
from schoolapp.lib.national_id import InvalidNationalId, parse
from students.models import Group, GroupStaffing, Student, StudentGrant

BOTH, IDPORTEN, FEIDE = "both", "idporten", "feide"
VERIFIED, ENDED = GuardianRelation.State.VERIFIED, GuardianRelation.State.ENDED


@dataclass(frozen=True)
class Persona:
    login_id: str
    name: str
    role: str
    school: str
    provider: str
    national_id: str
    feide_id: str
    note: str


@dataclass(frozen=True)
class Casting:
    """A part, who may play it, and what is special about whoever does."""

    login_id: str
    role: str
    provider: str
    find: Callable[[], QuerySet[Person]]
    note: str


def personas() -> list[Persona]:
    """One person for every part that someone in the database can play. Only synthetic numbers are ever listed."""
    found, taken = [], set()
    for part in PARTS:
        person = next(
            (p for p in part.find()[:20] if p.pk not in taken and synthetic_number(p)),
            None,
        )
        if person is None:
            continue
        taken.add(person.pk)
        found.append(
            Persona(
                login_id=part.login_id,
                name=person.full_name,
                role=part.role,
                school=", ".join(schools_of(person)),
                provider=part.provider,
                national_id=synthetic_number(person),
                feide_id=f"{part.login_id}@{DOMAIN}" if part.provider != IDPORTEN else "",
                note=". ".join([part.note, *children_of(person)]),
            )
        )
    return found


def as_json(found: list[Persona]) -> list[dict[str, str]]:
    return [asdict(persona) for persona in found]


def synthetic_number(person: Person) -> str:
    number = NationalId.objects.filter(person=person, is_current=True).values_list("number", flat=True).first() or ""
    try:
        return number if parse(number, synthetic_allowed=True).is_synthetic else ""
    except InvalidNationalId:
        return ""


def schools_of(person: Person) -> Iterator[str]:
    """The schools an employee has roles at, at most three of them, or those of a guardian's children or the pupil."""
    of_staff = person.user.assignments.on().filter(school__isnull=False) if person.user else None
    names = set(of_staff.values_list("school__name", flat=True)) if of_staff is not None else set()
    names |= set(person.guardian_relations.values_list("student__school__name", flat=True))
    names |= set(Student.objects.filter(person=person).values_list("school__name", flat=True))
    known = sorted(name for name in names if name)
    yield from known[:3]
    if len(known) > 3:
        yield f"og {len(known) - 3} til"


def children_of(person: Person) -> Iterator[str]:
    """Name and class of the children a guardian reaches, so that one knows whom to write a letter about."""
    relations = guardians(guardian=person, student__person__protection=Protection.NONE)
    children = [
        f"{relation.student.person.full_name} ({relation.student.home_class_name})"
        for relation in relations.select_related("student__person").order_by("student__sort_name")
    ]
    if children:
        yield f"Barn: {', '.join(children)}"


def staff(role: str) -> QuerySet[Person]:
    """Employees who hold the role today without an end, those of the first school first."""
    return (
        Person.objects.filter(
            employee__isnull=False,
            user__assignments__role__slug=role,
            user__assignments__valid_to__isnull=True,
        )
        .annotate(first_school=F("user__assignments__school"))
        .order_by("first_school", "pk")
    )


def responsible(function: str, *, kind: str = Group.Kind.HOME_CLASS) -> QuerySet[GroupStaffing]:
    return GroupStaffing.objects.on().filter(
        function=function, group__kind=kind, group__school_year__state="current", valid_to__isnull=True
    )


def contact_teacher() -> QuerySet[Person]:
    """One with a class of 28 or nearly so, whose school is the first."""
    classes = (
        responsible(GroupStaffing.Function.CONTACT_TEACHER)
        .annotate(
            size=Count("group__memberships", filter=Q(group__memberships__valid_to__isnull=True)),
        )
        .filter(size__gte=24, group__grade_level=5)
        .order_by("group__school_id", "group__name")
    )
    return in_order(classes.values_list("employee__person", flat=True)[:5])


def guardian_in_that_class() -> QuerySet[Person]:
    """Of the first pupil with an open portal in the class of the contact teacher."""
    classes = responsible(GroupStaffing.Function.CONTACT_TEACHER).filter(
        employee__person__in=contact_teacher()[:1], group__grade_level=5
    )
    rows = guardians(
        student__memberships__group__in=classes.values("group"),
        student__memberships__valid_to__isnull=True,
        student__person__protection=Protection.NONE,
    )
    return in_order(rows.order_by("student__sort_name", "pk").values_list("guardian", flat=True)[:5])


def contact_teacher_with_grant() -> QuerySet[Person]:
    return Person.objects.filter(user__in=StudentGrant.objects.values("user")).order_by("pk")


def protection_officer() -> QuerySet[Person]:
    return Person.objects.filter(user__in=MunicipalityGrant.objects.values("user")).order_by("pk")


def contact_teacher_of_elders() -> QuerySet[Person]:
    classes = responsible(GroupStaffing.Function.CONTACT_TEACHER).filter(group__grade_level=10)
    return in_order(classes.order_by("group__school_id", "group__name").values_list("employee__person", flat=True)[:5])


def subject_teacher() -> QuerySet[Person]:
    """One without a class of their own, with subject groups in the lower secondary grades."""
    groups = responsible(GroupStaffing.Function.SUBJECT_TEACHER, kind=Group.Kind.SUBJECT_GROUP)
    groups = groups.filter(group__grade_level__gte=8).exclude(
        employee__staffing__function=GroupStaffing.Function.CONTACT_TEACHER
    )
    return in_order(groups.order_by("group__school_id", "pk").values_list("employee__person", flat=True)[:10])


def substitute() -> QuerySet[Person]:
    return Person.objects.filter(
        employee__isnull=False,
        user__assignments__role__slug="laerer",
        user__assignments__valid_to__gt=clock.today(),
    ).order_by("pk")


def employee_without_role() -> QuerySet[Person]:
    return Person.objects.filter(employee__isnull=False, user__assignments__isnull=True).order_by("pk")


def guardians(**conditions: object) -> QuerySet[GuardianRelation]:
    """Relations that open the portal today, of unprotected guardians with nothing closed."""
    closed = GuardianRelation.objects.filter(portal_enabled=False).values("guardian")
    return GuardianRelation.objects.giving_access().exclude(guardian__in=closed).filter(**conditions)


def guardian_at_two_schools() -> QuerySet[Person]:
    several = (
        guardians(student__school__isnull=False)
        .values("guardian")
        .annotate(children=Count("student"), schools=Count("student__school", distinct=True))
        .filter(children=2, schools=2)
        .order_by("guardian")
    )
    return in_order(several.values_list("guardian", flat=True)[:5])


def guardian_with_joint_responsibility() -> QuerySet[Person]:
    """One whose child lives in two homes."""
    shared = Address.objects.filter(kind=Address.Kind.SHARED, valid_to__isnull=True).values("person")
    rows = guardians(responsibility="felles", student__person__in=shared)
    return in_order(rows.order_by("pk").values_list("guardian", flat=True)[:5])


def parent_without_responsibility() -> QuerySet[Person]:
    return Person.objects.filter(
        employee__isnull=True, student__isnull=True, guardian_relations__isnull=True, user__isnull=True
    ).order_by("pk")


def guardian_of_protected() -> QuerySet[Person]:
    rows = GuardianRelation.objects.on().filter(
        state=VERIFIED, portal_enabled=False, student__person__protection=Protection.STRICT
    )
    return in_order(rows.order_by("pk").values_list("guardian", flat=True)[:5])


def guardian_who_lost() -> QuerySet[Person]:
    ended = GuardianRelation.objects.filter(state=ENDED, valid_to__lt=clock.today())
    ended = ended.exclude(guardian__in=GuardianRelation.objects.giving_access().values("guardian"))
    return in_order(ended.order_by("-valid_to", "pk").values_list("guardian", flat=True)[:5])


def foster_parent() -> QuerySet[Person]:
    rows = guardians(ground=GuardianRelation.Ground.MANUAL, responsibility="fosterforelder")
    return in_order(rows.order_by("pk").values_list("guardian", flat=True)[:5])


def pupil_of_fifteen() -> QuerySet[Person]:
    today = clock.today()
    born = today.replace(year=today.year - 15) if (today.month, today.day) != (2, 29) else today - timedelta(5479)
    return Person.objects.filter(
        student__grade_level=10, birth_date__lte=born, protection=Protection.NONE, student__school__isnull=False
    ).order_by("pk")


def in_order(ids: QuerySet) -> QuerySet[Person]:
    """The persons with these ids, in the order the ids come."""
    listed = list(dict.fromkeys(ids))
    people = Person.objects.filter(pk__in=listed)
    return sorted(people, key=lambda person: listed.index(person.pk))  # type: ignore[return-value]


PARTS = (
    Casting("kontaktlaerer", "Kontaktlærer", BOTH, contact_teacher, "Har en full klasse på 5. trinn"),
    Casting(
        "foresatt-i-klassen", "Foresatt", IDPORTEN, guardian_in_that_class, "Har barn i klassen til kontaktlæreren"
    ),
    Casting("foresatt-to-skoler", "Foresatt", IDPORTEN, guardian_at_two_schools, "Har to barn, på hver sin skole"),
    Casting("team", "Team, arkivansvarlig", BOTH, lambda: staff("team"), "Kjører arkivet for flere skoler"),
    Casting("rektor", "Rektor", BOTH, lambda: staff("rektor"), "Ser hele skolen, men ikke skjermede elever"),
    Casting(
        "skoleadmin",
        "Inspektør (Skoleadmin)",
        BOTH,
        lambda: staff("skoleadmin"),
        "Legger elever i klasser og fører variabel lønn, som rektor ved samme skole godkjenner",
    ),
    Casting("kommuneadmin", "Kommuneadmin", BOTH, lambda: staff("kommuneadmin"), "Ser alle skoler og administrasjonen"),
    Casting(
        "adressesperre", "Kommuneadmin", BOTH, protection_officer, "Ansvarlig for adressesperre, ser skjermede familier"
    ),
    Casting(
        "adressesperre-to", "Kommuneadmin", BOTH, protection_officer, "Godkjenner det den andre ansvarlige foreslår"
    ),
    Casting("personvernombud", "Personvernombud", BOTH, lambda: staff("personvernombud"), "Søker i innsynsloggen"),
    Casting("faglaerer", "Faglærer", BOTH, subject_teacher, "Har ingen egen klasse, bare klasser og grupper i fag"),
    Casting("kontaktlaerer-ungdom", "Kontaktlærer", FEIDE, contact_teacher_of_elders, "Har en klasse på 10. trinn"),
    Casting(
        "kontaktlaerer-skjermet",
        "Kontaktlærer",
        BOTH,
        contact_teacher_with_grant,
        "Har fått se én skjermet elev i egen klasse",
    ),
    Casting("vikar", "Lærervikar", BOTH, substitute, "Har tilgang som snart tar slutt"),
    Casting(
        "sfo", "SFO-medarbeider", BOTH, lambda: staff("sfo_ansatt"), "Ser barna i sin SFO-gruppe, ingen dokumenter"
    ),
    Casting(
        "helsesykepleier", "Helsesykepleier", BOTH, lambda: staff("helsesykepleier"), "Har rolle uten innsyn i elever"
    ),
    Casting(
        "uten-rolle", "Ansatt uten rolle", BOTH, employee_without_role, "Er ansatt, men skal ikke slippe inn noe sted"
    ),
    Casting(
        "foresatt-felles",
        "Foresatt",
        IDPORTEN,
        guardian_with_joint_responsibility,
        "Har felles foreldreansvar, barnet har delt bosted",
    ),
    Casting("fosterforelder", "Foresatt", IDPORTEN, foster_parent, "Relasjonen er dokumentert for hånd"),
    Casting(
        "foresatt-skjermet",
        "Foresatt",
        IDPORTEN,
        guardian_of_protected,
        "Barnet har strengt fortrolig adresse: portalen er stengt",
    ),
    Casting(
        "uten-foreldreansvar",
        "Forelder uten foreldreansvar",
        IDPORTEN,
        parent_without_responsibility,
        "Skal ikke slippe inn",
    ),
    Casting(
        "mistet-foreldreansvar",
        "Tidligere foresatt",
        IDPORTEN,
        guardian_who_lost,
        "Mistet foreldreansvaret i går: skal ikke slippe inn",
    ),
    Casting("elev", "Elev", FEIDE, pupil_of_fifteen, "Har fylt 15 år og går i 10. klasse"),
)
