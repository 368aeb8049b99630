"""The demo municipality itself: believable, complete and synthetic."""

import json
from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings as configuration
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count, Q

from accessctl.models import School, User
from accessctl.permissions import Permission
from archive import systems
from archive.models import SchoolArchiveSettings
from documents.models import Document
from guardians.models import GuardianRelation
from people.models import Address, ContactDetails, NationalId, Person, Protection
from schoolapp.demo.build import build
from schoolapp.demo.personas import PARTS, personas
from schoolapp.demo.plan import Size
from schoolapp.lib import clock
from schoolapp.lib.national_id import parse
from schools.models import SchoolYear
from staff.models import IctOrder
from students.models import Enrolment, Group, GroupStaffing, Membership, SavedView, Student


@pytest.fixture(scope="module")
def town(django_db_setup, django_db_blocker):
    """The smallest demo, made once for the tests that only look at it, and undone after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        allowed, configuration.SYNTHETIC_IDS_ALLOWED = configuration.SYNTHETIC_IDS_ALLOWED, True
        counts = build(Size.LITEN, out=StringIO())
        connection.check_constraints()
        yield counts
        transaction.set_rollback(True)
        configuration.SYNTHETIC_IDS_ALLOWED = allowed


@pytest.mark.django_db
@pytest.mark.usefixtures("town")
class TestTown:
    def test_pupils_have_a_place_a_class_and_a_past(self):
        assert Student.objects.count() == 600
        year = SchoolYear.objects.get(state="current")
        for student in Student.objects.select_related("school"):
            assert student.school and student.grade_level and student.home_class_name
        current = Enrolment.objects.filter(school_year=year, state="active")
        assert current.count() == current.values("student").distinct().count() == 600
        repeated = current.filter(school=None) | current.exclude(student__grade_level__isnull=False)
        assert not repeated.exists()
        open_classes = Membership.objects.filter(is_home_class=True, valid_to__isnull=True, group__school_year=year)
        assert open_classes.count() == 600
        for membership in open_classes.select_related("group", "student"):
            assert membership.group.name == membership.student.home_class_name
            assert membership.group.school_id == membership.student.school_id
        past = Enrolment.objects.filter(school_year__state="past")
        assert past.count() == Student.objects.filter(grade_level__gt=1).count()

    def test_some_moved_here_this_autumn(self):
        if (clock.today() - SchoolYear.objects.get(state="current").starts_on).days < 30:
            pytest.skip("the school year is too young for anyone to have moved")
        moved = Enrolment.objects.filter(state="moved_internal")
        assert moved.exists()
        for enrolment in moved:
            here = Enrolment.objects.get(student=enrolment.student, school_year=enrolment.school_year, state="active")
            assert here.valid_from == enrolment.valid_to + timedelta(days=1)
            assert here.school_id != enrolment.school_id

    def test_classes_have_a_contact_teacher_and_a_reasonable_size(self):
        classes = Group.objects.filter(kind="home_class", unit="", school_year__state="current")
        sizes = classes.annotate(size=Count("memberships", filter=Q(memberships__valid_to__isnull=True)))
        assert [(str(g), g.size) for g in sizes if not 8 <= g.size <= 28] == []
        for group in classes:
            functions = Counter(group.staffing.values_list("function", flat=True))
            assert functions["contact_teacher"] == 1 and functions["subject_teacher"] >= 1

    def test_numbers_are_synthetic_valid_and_fit(self):
        rows = NationalId.objects.select_related("person")
        assert rows.count() == Person.objects.count()
        for row in rows:
            found = parse(row.number, synthetic_allowed=True)
            assert found.is_synthetic and int(row.number[2:4]) > 80 and found.fits(row.person.birth_date)
        assert any(parse(row.number, synthetic_allowed=True).kind == "dnr" for row in rows)

    def test_nobody_can_be_reached_by_accident(self):
        assert all(email.endswith(".example") for email in ContactDetails.objects.values_list("email", flat=True))
        assert all(phone.startswith("0") for phone in ContactDetails.objects.values_list("phone", flat=True))

    def test_all_family_forms_are_there(self):
        relations = GuardianRelation.objects.all()
        assert set(relations.values_list("state", flat=True)) == {"verified", "ended"}
        assert {"felles", "mor", "far", "verge", "fosterforelder"} <= set(
            relations.values_list("responsibility", flat=True)
        )
        assert Address.objects.filter(kind="shared").exists()
        two_mothers = Student.objects.annotate(
            mothers=Count("guardian_relations", filter=Q(guardian_relations__guardian__sex="kvinne"))
        ).filter(mothers=2)
        assert two_mothers.exists()
        assert set(Student.objects.values_list("person__protection", flat=True)) == set(Protection.values)
        assert relations.filter(
            student__person__protection="none", guardian__protection="confidential", portal_enabled=False
        ).exists()
        siblings = relations.values("guardian").annotate(children=Count("student")).filter(children__gte=2)
        assert siblings.exists()

    def test_portals_of_protected_families_are_closed(self):
        guarded = Q(student__person__protection="none") & Q(guardian__protection="none")
        opened = GuardianRelation.objects.giving_access().exclude(guarded)
        assert not opened.exists()

    def test_strictly_protected_people_have_no_address(self):
        assert not Address.objects.filter(person__protection="strict").exists()

    def test_users_are_staff_only(self):
        assert User.objects.count() == Person.objects.filter(employee__isnull=False).count()
        assert not User.objects.filter(person__employee__isnull=True).exists()

    def test_every_school_can_send_to_the_archive(self):
        rows = SchoolArchiveSettings.objects.exclude(case_owner_initials="")
        assert rows.count() == School.objects.count()

    def test_fiks_arkiv_can_be_chosen_and_is_not(self):
        system = systems.current()
        assert system.adapter == configuration.ARCHIVE_CONNECTOR == "elements_ncore"
        reachable = dict.fromkeys((*systems.NEEDED, "amqp_url"), "x")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(configuration, "FIKS_IO", configuration.FIKS_IO | reachable)
            assert systems.missing_for("fiks_arkiv", system, systems.waiting()) == []
        assert [(each.system, each.class_id) for each in system.codes().classes] == [("FNR", ""), ("K-KODE", "B00")]

    def test_contact_teachers_have_begun_letters_about_open_pupils(self):
        letters = Document.objects.select_related("student__person", "created_by")
        assert letters.filter(state="draft").count() >= 10
        for letter in letters:
            assert not letter.student.person.is_protected
            assert Document.objects.visible_to(letter.created_by).filter(pk=letter.pk).exists()

    def test_some_letters_are_finished_and_wait_for_a_worker(self):
        letters = Document.objects.exclude(state="draft")
        assert letters.count() >= 5
        for letter in letters:
            assert letter.state == "rendering" and letter.signature["role"] and "14.30" in letter.frozen_html

    def test_personas_play_every_part(self):
        found = {persona.login_id: persona for persona in personas()}
        assert list(found) == [part.login_id for part in PARTS]
        for persona in found.values():
            assert parse(persona.national_id, synthetic_allowed=True).is_synthetic
            assert persona.provider in {"idporten", "feide", "both"}

    def test_the_deputy_head_and_the_head_who_approves_work_at_one_school(self):
        found = {persona.login_id: persona for persona in personas()}
        assert "Inspektør" in found["skoleadmin"].role
        assert found["skoleadmin"].school == found["rektor"].school

    def test_a_form_for_it_is_about_somebody_who_begins_that_day(self):
        orders = IctOrder.objects.select_related("employee").prefetch_related("employee__positions")
        assert orders.count() == School.objects.count()
        for order in orders:
            (position,) = order.employee.positions.all()
            assert order.needed_from == position.valid_from == order.employee.employed_from == clock.today()
            assert {row.valid_from for row in order.employee.staffing.all()} == {clock.today()}

    def test_a_view_is_shared_by_few_schools(self):
        assert SavedView.objects.count() <= 3

    def test_personas_are_what_they_say(self):
        people = {p.login_id: Person.objects.get(national_ids__number=p.national_id) for p in personas()}

        def children(login_id: str):
            return Student.objects.filter(
                pk__in=GuardianRelation.objects.giving_access().filter(guardian=people[login_id]).values("student")
            )

        pupils = Student.objects.visible_to(people["kontaktlaerer"].user)
        assert pupils.filter(home_class_name="5A").count() >= 24
        assert people["team"].user.assignments.values("school").distinct().count() > 1
        assert children("foresatt-to-skoler").values("school").distinct().count() == 2
        for refused in ("foresatt-skjermet", "uten-foreldreansvar", "mistet-foreldreansvar"):
            assert not children(refused).exists()
        assert not GuardianRelation.objects.filter(guardian=people["uten-foreldreansvar"]).exists()
        lost = GuardianRelation.objects.filter(guardian=people["mistet-foreldreansvar"], state="ended").latest(
            "valid_to"
        )
        assert lost.valid_to == clock.today() - timedelta(days=1)
        assert not people["uten-rolle"].user.assignments.exists()
        assert people["vikar"].user.assignments.get(role__slug="laerer").valid_to > clock.today()
        assert people["elev"].birth_date <= clock.today() - timedelta(days=15 * 365 + 3)
        protected = Student.objects.visible_to(people["kontaktlaerer-skjermet"].user, Permission.VIEW_PUPIL)
        assert protected.exclude(person__protection="none").count() == 1
        staffing = GroupStaffing.objects.filter(employee__person=people["faglaerer"])
        assert set(staffing.values_list("function", flat=True)) == {"subject_teacher"}

    def test_personas_as_json(self):
        out = StringIO()
        call_command("personas", as_json=True, stdout=out)
        listed = json.loads(out.getvalue())
        keys = {"login_id", "name", "role", "school", "provider", "national_id", "feide_id", "note"}
        assert len(listed) == len(PARTS) and all(set(entry) == keys for entry in listed)
