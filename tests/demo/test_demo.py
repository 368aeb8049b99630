"""Making the demo municipality: the same each time, and never beside real data."""

from datetime import date, timedelta
from io import StringIO
from random import Random

import pytest
import time_machine
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import DateTimeField

from accessctl.models import School
from documents.models import DocumentType
from guardians.models import GuardianRelation
from messaging.models import Dispatch
from people.models import NationalId, Person
from schoolapp.demo import rows
from schoolapp.demo.build import DemoRefused, build
from schoolapp.demo.personas import personas
from schoolapp.demo.plan import Size, make_plan
from schoolapp.lib import clock
from students.models import Enrolment, Student

# What is still to happen.
PLANNED = {"next_at", "next_poll_at", "look_at", "expires_at"}


@pytest.fixture(autouse=True)
def synthetic(settings):
    settings.SYNTHETIC_IDS_ALLOWED = True


def fingerprint() -> dict[str, list]:
    """What the municipality consists of, without the keys the database hands out."""
    return {
        "persons": list(Person.objects.order_by("uuid").values_list("uuid", "given_name", "birth_date", "protection")),
        "numbers": sorted(NationalId.objects.values_list("number", flat=True)),
        "pupils": list(
            Student.objects.order_by("uuid").values_list(
                "uuid", "home_class_name", "school__uuid", "sex", "is_protected"
            )
        ),
        "relations": list(GuardianRelation.objects.order_by("uuid").values_list("uuid", "state", "valid_to")),
        "schools": list(School.objects.order_by("uuid").values_list("uuid", "name", "org_number")),
    }


@pytest.mark.django_db
def test_it_is_the_same_each_time_and_however_often_rows_are_sent(monkeypatch):
    """A large municipality is sent while it is made, where a small one goes all at the end."""
    found = []
    for rows_at_once in (rows.BUFFER, 300):
        monkeypatch.setattr(rows, "BUFFER", rows_at_once)
        with transaction.atomic():
            build(Size.LITEN, out=StringIO())
            found.append(fingerprint())
            transaction.set_rollback(True)
    assert found[0] == found[1]


@pytest.mark.parametrize(("size", "pupils"), [(Size.LITEN, 600), (Size.KOMMUNE, 6000), (Size.STORBY, 65000)])
def test_the_sizes(size, pupils):
    plan = make_plan(size, Random(1))
    assert plan.pupils == pupils
    names = [school.name for school in plan.schools]
    assert len(set(names)) == len(names)
    for area in plan.areas:
        assert all(grade in area.school_for(grade).grades for grade in range(1, 11))


@pytest.mark.django_db
def test_it_is_refused_where_synthetic_ids_are(settings):
    settings.SYNTHETIC_IDS_ALLOWED = False
    with pytest.raises(CommandError, match="SYNTHETIC_IDS_ALLOWED"):
        call_command("demo", stdout=StringIO())
    with pytest.raises(CommandError, match="syntetiske"):
        call_command("personas", stdout=StringIO())
    assert not School.objects.exists()


@pytest.mark.django_db
def test_it_is_refused_beside_imported_people():
    Person.objects.create(given_name="Annen", family_name="Person")
    with pytest.raises(DemoRefused):
        build(Size.LITEN, out=StringIO())


@pytest.mark.django_db
def test_it_can_be_made_on_the_first_day_of_a_school_year():
    with time_machine.travel("2027-08-01T08:00:00+02:00", tick=False):
        build(Size.LITEN, out=StringIO(), today=date(2027, 8, 1))
    assert Student.objects.count() == 600
    assert not Enrolment.objects.filter(state="moved_internal").exists()


@pytest.mark.django_db
def test_nothing_in_it_has_happened_later_than_now(monkeypatch):
    """Not even just after midnight, and for letters sent the day before."""
    monkeypatch.setattr("schoolapp.demo.letters.DAYS", 1)
    night = (clock.now() + timedelta(days=1)).replace(hour=0, minute=10)
    with time_machine.travel(night, tick=False):
        build(Size.LITEN, out=StringIO())
    kept = connection.introspection.table_names()
    later = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.db_table in kept
        for field in model._meta.get_fields()
        if isinstance(field, DateTimeField) and field.name.endswith("_at") and field.name not in PLANNED
        if model._base_manager.filter(**{f"{field.name}__gt": night}).exists()
    ]
    assert not later
    assert Dispatch.objects.filter(read_at__isnull=False).exists()


@pytest.mark.django_db
def test_letters_are_of_types_as_they_are_called_elsewhere():
    build(Size.LITEN, out=StringIO())
    kinds = set(Dispatch.objects.values_list("kind", flat=True))
    assert kinds and kinds <= set(DocumentType.objects.values_list("name_nb", flat=True))


@pytest.mark.django_db
def test_it_is_never_laid_on_top_of_schools(world):
    with pytest.raises(CommandError, match="skoler fra før"):
        call_command("demo", stdout=StringIO())


@pytest.mark.django_db
def test_where_nobody_fits_a_part_nobody_is_listed():
    """As on a demo municipality left alone until its school year is over."""
    assert personas() == []
