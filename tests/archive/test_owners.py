"""A new principal is one dated change: cases, folders and signature move at midnight in Norway, and not before."""

from datetime import date, timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accessctl.models import School
from archive import folder_actions, handover, outbox, owners
from archive.models import ArchiveFolder, CaseOwner, Delivery, SchoolFolder
from documents.signing import role_of
from schoolapp.lib import clock
from tests.archive.parts import entries, make_record, queue, run_all
from tests.login import log_in

BEFORE, AFTER = "2026-12-31T23:59:59+01:00", "2027-01-01T00:00:01+01:00"


def change(school, day: date, initials: str = "NYR", user=None, by=None) -> CaseOwner:
    [row] = folder_actions.change_owner(
        [school], from_date=day, name="Ny Rektor", initials=initials, signs_as="rektor", user=user, by=by or user
    )
    return row


@pytest.fixture
def user(django_user_model):
    return django_user_model.objects.create(display_name="Kommuneadmin")


def test_the_case_owner_of_the_day_of_sending_counts(elements, school, user, time_machine):
    time_machine.move_to(BEFORE, tick=False)
    change(school, date(2027, 1, 1), by=user)
    assert outbox.school_setup(school.pk).case_owner_initials == "KHA"
    time_machine.move_to(AFTER, tick=False)
    assert outbox.school_setup(school.pk).case_owner_initials == "NYR"


def test_what_was_queued_before_is_sent_with_the_new_owner_after(elements, school, user):
    queue(make_record("dok:1:v1"), school)
    change(school, clock.today(), by=user)
    run_all()
    [person] = elements.store.select("UserName", [("Initials", "=", "NYR")])
    assert entries(elements)[0]["OfficerNameId"] == person["Id"]


def test_undo_until_midnight_and_not_after(school, user, time_machine):
    time_machine.move_to(BEFORE, tick=False)
    first, second = change(school, date(2027, 1, 1), by=user), change(school, date(2027, 1, 2), "TRE", by=user)
    folder_actions.undo_owner(second, by=user)
    time_machine.move_to(AFTER, tick=False)
    with pytest.raises(folder_actions.TookEffect):
        folder_actions.undo_owner(first, by=user)
    assert list(CaseOwner.objects.all()) == [first]


def test_the_past_is_not_rewritten(school, user):
    with pytest.raises(folder_actions.TooEarly):
        change(school, clock.today() - timedelta(days=1), by=user)
    row = change(school, clock.today(), by=user)
    with pytest.raises(folder_actions.DayTaken):
        change(school, clock.today(), by=user)
    with pytest.raises(ProgrammingError, match="never changed"), transaction.atomic():
        CaseOwner.objects.filter(pk=row.pk).update(initials="XXX")


def test_the_new_one_signs_as_principal_and_the_old_one_no_longer(world, time_machine):
    time_machine.move_to(BEFORE, tick=False)
    old, new = world.user("principal"), world.user("school_admin")
    document = world.add_draft("own")
    change(world.school_a, clock.today(), "GML", user=old)
    change(world.school_a, date(2027, 1, 1), "NYR", user=new, by=old)
    assert role_of(old, document) == "rektor"
    assert role_of(new, document).casefold() != "rektor"
    time_machine.move_to(AFTER, tick=False)
    assert role_of(new, document) == "rektor"
    assert role_of(old, document).casefold() != "rektor"


def numbered(world, about: str, number: int) -> ArchiveFolder:
    _document, delivery = world.add_document(about)
    ArchiveFolder.objects.filter(pk=delivery.folder_id).update(
        system_id=str(number), case_year=2026, sequence_number=number
    )
    return delivery.folder


def test_the_list_for_the_archive_has_the_open_folders_of_the_school_and_nobody_protected(world):
    admin = world.user("municipal_admin")
    for number, about in enumerate(("own", "classmate", "protected", "other_school"), start=11):
        numbered(world, about, number)
    folder_actions.open_school_folder(world.school_a, year=2026, by=admin)
    SchoolFolder.objects.update(case_year=2026, sequence_number=500)
    change(world.school_a, clock.today() + timedelta(days=3), by=admin)
    [found] = handover.changes(admin)
    assert (found.former, found.row.initials) == ("REK", "NYR")
    assert [folder.number for folder in found.school_folders] == ["2026/500"]
    assert found.pupil_folders == ["2026/11", "2026/12"]
    client = Client()
    log_in(client, admin)
    assert "2026/11, 2026/12" in client.get(reverse("archive:handover")).content.decode()
    lines = client.get(reverse("archive:handover_csv")).content.decode("utf-8-sig").splitlines()
    assert len(lines) == 4 and "2026/500;REK;NYR;Ny Rektor" in lines[1] and "2026/13" not in "".join(lines)


def test_the_form_refuses_a_day_that_has_been_and_makes_one_change(world):
    client = Client()
    log_in(client, world.user("municipal_admin"))
    url = reverse("archive:owner", args=[world.school_a.uuid])
    form = {"name": "Ny Rektor", "initials": "NYR", "signs_as": "rektor", "user": ""}
    past = client.post(url, form | {"from_date": str(clock.today() - timedelta(days=1))})
    assert "Det som har vært, skrives ikke om." in past.content.decode()
    assert client.post(url, form | {"from_date": str(clock.today() + timedelta(days=1))}).status_code == 302
    row = CaseOwner.objects.get()
    client.post(reverse("archive:undo_owner", args=[row.uuid]))
    assert not CaseOwner.objects.exists() and not Delivery.objects.exists()


class TheOwnerOfADay(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(days=st.sets(st.integers(0, 40), max_size=5), asked=st.integers(-5, 45))
    def test_is_the_latest_that_has_begun(self, days, asked):
        school = School.objects.create(name="S", org_number="999999999", kind="primary")
        today = date(2026, 11, 22)
        CaseOwner.objects.bulk_create(
            CaseOwner(school=school, from_date=today + timedelta(days=n), name="N", initials=f"I{n}") for n in days
        )
        begun = [n for n in days if n <= asked]
        owner = owners.owner_on(school.pk, today + timedelta(days=asked))
        assert (owner.initials if owner else None) == (f"I{max(begun)}" if begun else None)
