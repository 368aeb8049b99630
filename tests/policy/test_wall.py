"""The second wall: whatever a view asks for, the database lets out only the rows of the one who asks."""

import random
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse

from accessctl import wall
from accessctl.actions import assign_role, give_grant
from accessctl.models import AccessEvent, Role, User
from accessctl.permissions import OFFICER_GRANTS, Permission
from accessctl.roles import Reach
from documents.models import Attachment, Document, DocumentQuerySet
from guardians.models import GuardianRelation
from people.models import Address, ContactDetails
from students.models import Enrolment, Membership, Student, StudentQuerySet
from tests.login import log_in
from tests.policy.personas import add_personas
from tests.policy.test_matrix import ANONYMOUS, PERSONAS

NAMED = [persona for persona in PERSONAS if persona not in (ANONYMOUS, "inactive")]
# Tables that point at pupils and have no policy, each with the reason.
UNPROTECTED = {
    "students_studentgrant": "what a user is granted is read before the user's rows are known",
    "students_grantproposal": "gives nothing, mostly names no pupil, and is read through the pupils its reader sees",
}
LEFT_OPEN = "SELECT relname FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity"
PROTECTED = "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity ORDER BY relname"
POINTING_AT_PUPILS = (
    "SELECT DISTINCT conrelid::regclass::text FROM pg_constraint WHERE confrelid = 'students_student'::regclass"
)


def column(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]


@contextmanager
def as_role(role, **settings):
    """Connected as `role`, with these settings of the wall; all of it is undone afterwards."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('role', %s, true)", [role])
            for name, value in settings.items():
                cursor.execute("SELECT set_config(%s, %s, true)", [f"wall.{name}", value])
        yield
        transaction.set_rollback(True)


@pytest.fixture
def open_views(settings, world):
    """The cast with documents about three pupils, and the views that forgot their filter."""
    settings.ROOT_URLCONF = "tests.policy.open_views"
    add_personas(world)
    for pupil in ("own", "other_class", "other_school", "protected"):
        world.add_document(pupil)
        world.add_draft(pupil)
    return world


def shown(client, table, prefix="apen"):
    answer = client.get(f"/{prefix}/{table}/")
    assert answer.status_code == 200
    return set(answer.json()["ids"])


def signed_in(user):
    client = Client()
    log_in(client, user)
    return client


def reached(user, area):
    """The pupils whom the filters of the application show to `user` by any right that opens `area`."""
    user = User.objects.get(pk=user.pk)
    return {
        pk
        for right in wall.opened_by(area)
        for pk in Student.objects.visible_to(user, right).values_list("pk", flat=True)
    }


def pks(rows):
    return set(rows.values_list("pk", flat=True))


def test_every_table_that_points_at_pupils_is_protected(db):
    assert column(LEFT_OPEN) == []
    pointing = set(column(POINTING_AT_PUPILS))
    assert len(pointing) >= 4
    assert pointing - set(column(PROTECTED)) == set(UNPROTECTED)
    assert {"students_student", "documents_attachment", "people_address", "people_nationalid"} <= set(column(PROTECTED))


def test_without_a_context_no_protected_table_shows_a_row(open_views):
    tables = column(PROTECTED)
    counts = {}
    with as_role(wall.WEB):
        for table in tables:
            counts[table] = len(column(f"SELECT 1 FROM {table}"))
    assert set(counts.values()) == {0}
    with as_role(wall.WORKER):
        assert column("SELECT count(*) FROM students_student") == [Student.objects.count()]


def test_a_foreign_context_shows_no_row(open_views):
    elsewhere = {f"{area.value}_{part}": "{999999}" for area in wall.Area for part in ("schools", "pupils")}
    for table in column(PROTECTED):
        with as_role(wall.WEB, **elsewhere):
            assert column(f"SELECT 1 FROM {table}") == []


def test_anyone_who_is_not_logged_in_gets_no_row(open_views):
    for table in column(PROTECTED):
        assert shown(Client(), table, "apen-for-alle") == set()
        assert shown(signed_in(open_views.user("municipal_admin")), table, "apen-for-alle") == set()


@pytest.mark.parametrize("persona", NAMED)
def test_a_view_without_a_filter_shows_exactly_what_the_filter_would(open_views, persona):
    user = open_views.user(persona)
    client = signed_in(user)
    pupils, documents = reached(user, wall.Area.PUPIL), reached(user, wall.Area.DOCUMENT)
    relations = GuardianRelation.objects.filter(student__in=reached(user, wall.Area.CONTACT))
    expected = {
        "students_student": pupils,
        "students_enrolment": pks(Enrolment.objects.filter(student__in=pupils)),
        "students_membership": pks(Membership.objects.filter(student__in=pupils)),
        "documents_document": pks(Document.objects.filter(student__in=documents)),
        "documents_attachment": pks(Attachment.objects.filter(document__student__in=documents)),
        "guardians_guardianrelation": pks(relations),
        "people_nationalid": set(),
    }
    for table, ids in expected.items():
        assert shown(client, table) == ids, table
    family = set(Student.objects.filter(pk__in=pupils).values_list("person", flat=True))
    family |= set(relations.values_list("guardian", flat=True))
    assert shown(client, "people_address") == pks(Address.objects.filter(person__in=family))
    assert shown(client, "people_contactdetails") == pks(ContactDetails.objects.filter(person__in=family))


@pytest.mark.parametrize("persona", NAMED)
def test_with_the_filters_of_the_models_gone_no_foreign_row_comes_out(open_views, persona, monkeypatch):
    user = open_views.user(persona)
    pupils, documents = reached(user, wall.Area.PUPIL), reached(user, wall.Area.DOCUMENT)
    client = signed_in(user)
    about = dict(Document.objects.filter(state="finalised").values_list("uuid", "student_id"))
    everyone = dict(Student.objects.values_list("uuid", "pk"))
    monkeypatch.setattr(StudentQuerySet, "visible_to", lambda rows, user, permission=None: rows.all())
    monkeypatch.setattr(DocumentQuerySet, "visible_to", lambda rows, user, permission=None: rows.all())
    page = client.get(reverse("students:list"))
    if page.status_code == 200:
        assert {student.pk for student in page.context["page"]} <= pupils
    for uuid, pk in everyone.items():
        assert pk in pupils or client.get(reverse("students:pupil", args=[uuid])).status_code in (403, 404)
    for uuid, pk in about.items():
        assert pk in documents or client.get(reverse("documents:pdf", args=[uuid])).status_code in (403, 404)


def test_random_people_see_the_same_through_the_wall_as_through_the_filter(open_views):
    """Whatever roles and grants somebody is given, the two walls agree; the seed is fixed so that a failure returns."""
    chance = random.Random(20261122)
    roles = list(Role.objects.all())
    schools = [open_views.school_a, open_views.school_b]
    places = [open_views.municipality, *schools, *open_views.groups.values(), *open_views.pupils.values()]
    given = [Permission.SEE_PROTECTED, Permission.VIEW_PUPIL, Permission.VIEW_DOCUMENT, Permission.DELETE_DOCUMENT]
    boss = open_views.user("municipal_admin")
    seen = set()
    for number in range(40):
        employee = open_views.add_employee(f"random {number}")
        user = open_views.users[f"random {number}"]
        for role in chance.sample(roles, chance.randint(0, 2)):
            school = chance.choice(schools) if Reach(role.reach).needs_school else None
            assign_role(user, role=role.slug, school=school, by=None)
        for group in chance.sample(list(open_views.groups.values()), chance.randint(0, 2)):
            open_views.add_staffing(employee, group, chance.choice(["contact_teacher", "subject_teacher"]))
        for right in chance.sample(given, chance.randint(0, 2)):
            place = chance.choice(places)
            insist = {"reason": "Prøve", "by": None if right in OFFICER_GRANTS else boss, "valid_to": None}
            try_to_give(user, right, place, insist)
        client = signed_in(user)
        for area, table in (("pupil", "students_student"), ("document", "documents_document")):
            pupils = reached(user, wall.Area(area))
            expected = pupils if area == "pupil" else pks(Document.objects.filter(student__in=pupils))
            assert shown(client, table) == expected, (number, table)
            seen.add((area, frozenset(pupils)))
    assert len(seen) > 8


def try_to_give(user, right, place, how):
    """Some rights are not given on some objects; then the person goes without."""
    try:
        with transaction.atomic():
            give_grant(user, right, on=place, **how)
    except (ValueError, PermissionError):
        pass


def test_a_document_stays_closed_to_one_who_may_see_the_pupil_only(open_views):
    client = signed_in(open_views.user("adviser"))
    assert open_views.pupils["own"].pk in shown(client, "students_student")
    assert shown(client, "documents_document") == set()


def test_a_row_cannot_be_moved_out_of_reach_or_made_there(open_views):
    client = signed_in(open_views.user("school_admin"))
    with pytest.raises(ProgrammingError, match="row-level security"):
        client.get(f"/flytter/{open_views.school_b.pk}/")
    mine = {"pupil_schools": f"{{{open_views.school_a.pk}}}"}
    person = open_views.add_person("Elev", "Ny", born=open_views.people["own"].birth_date)
    with as_role(wall.WEB, **mine), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        Student.objects.create(person=person, school=open_views.school_b)
    with as_role(wall.WEB, **mine):
        assert Student.objects.create(person=person, school=open_views.school_a).pk


def test_the_wall_stands_again_after_it_was_lifted(open_views):
    with as_role(wall.WEB):
        with wall.lifted("a test looks behind it"):
            assert Student.objects.count() > 0
            with wall.lifted("and once more"):
                assert Student.objects.exists()
            assert Student.objects.exists()
        assert not Student.objects.exists()
        with pytest.raises(DatabaseError), wall.lifted("a test that fails"), transaction.atomic():
            column("SELECT * FROM finnes_ikke")
        assert not Student.objects.exists()
    with pytest.raises(ValueError, match="why"), wall.lifted(""):
        pass


def test_nothing_of_a_request_stays_on_the_connection(open_views):
    admin, nobody = signed_in(open_views.user("municipal_admin")), signed_in(open_views.user("no_role"))
    quiet = Client(raise_request_exception=False)
    log_in(quiet, open_views.user("municipal_admin"))
    everything = shown(admin, "students_student")
    assert everything
    assert shown(nobody, "students_student") == set()
    assert quiet.get("/feiler/").status_code == 500
    assert column("SELECT current_user = session_user") == [True]
    assert column("SELECT coalesce(current_setting('wall.pupil_all', true), '')") == [""]
    assert shown(nobody, "students_student") == set()
    assert not Student.objects.filter(home_class_name="feil").exists()


@pytest.mark.django_db(transaction=True)
def test_nothing_of_a_request_stays_after_its_transaction(open_views):
    """The same where each request commits, as in production."""
    shown(signed_in(open_views.user("municipal_admin")), "students_student")
    assert column("SELECT current_user = session_user") == [True]
    assert column("SELECT coalesce(current_setting('wall.pupil_all', true), '')") == [""]
    assert AccessEvent.objects.count() == 0
    client = Client(raise_request_exception=False)
    log_in(client, open_views.user("municipal_admin"))
    assert client.get("/feiler/").status_code == 500
    assert not Student.objects.filter(home_class_name="feil").exists()
    assert column("SELECT current_user = session_user") == [True]


def test_a_page_is_refused_when_an_error_in_the_database_was_swallowed(open_views):
    client = Client(raise_request_exception=False)
    log_in(client, open_views.user("municipal_admin"))
    assert client.get("/svelger/").status_code == 500
