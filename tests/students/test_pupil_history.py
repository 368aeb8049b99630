"""The tab about what happened to a pupil, and the photo on the page."""

from datetime import timedelta

import pytest

from accessctl.actions import give_grant
from accessctl.models import AccessEvent
from accessctl.permissions import Permission
from guardians.models import PhotoConsent
from people.models import Person
from schoolapp.lib import clock
from schools.models import SchoolYear
from students.models import Enrolment, Membership, Photo
from tests.login import log_in


def tab(client, world, name: str, key: str = "own"):
    log_in(client, world.user(name))
    return client.get(f"/elever/{world.pupils[key].uuid}/historikk/")


@pytest.fixture
def moved(world):
    """«own» came from the other school this year, and was in a class there the year before."""
    own, start = world.pupils["own"], world.year.starts_on
    year = SchoolYear.objects.create(
        starts_on=start.replace(year=start.year - 1), ends_on=start - timedelta(days=1), state="past"
    )
    Enrolment.objects.create(
        student=own,
        school=world.school_b,
        school_year=year,
        grade_level=4,
        state="moved_internal",
        valid_from=year.starts_on,
        valid_to=year.ends_on,
    )


def test_it_shows_places_groups_and_who_changed_them(client, world):
    membership = Membership.objects.get(student=world.pupils["own"], group=world.groups["5A"])
    membership.valid_to = clock.today() + timedelta(days=30)
    membership.save()
    answer = tab(client, world, "contact_teacher")
    text = answer.content.decode()
    assert world.school_a.name in text
    assert "5A" in text
    changed = [row for change in answer.context["changes"] for row in change.differences]
    assert f"{membership.valid_to:%d.%m.%Y}" in {row.new for row in changed}
    assert AccessEvent.objects.filter(about=world.pupils["own"].uuid, action="open").exists()


def test_earlier_years_are_for_those_with_the_right(client, world, moved):
    assert world.school_b.name not in tab(client, world, "school_admin").content.decode()
    give_grant(world.users["school_admin"], Permission.SEE_ALL_YEARS, on=world.school_a, by=None, reason="Prøve")
    answer = tab(client, world, "school_admin")
    assert [row.school for row in answer.context["enrolments"]] == [world.school_a, world.school_b]
    assert any(change.event.row_id == answer.context["enrolments"][1].pk for change in answer.context["changes"])


def test_the_journal_tells_of_no_other_rows_than_those_shown(client, world, moved):
    answer = tab(client, world, "school_admin")
    shown = {row.pk for row in answer.context["enrolments"]}
    told = {c.event.row_id for c in answer.context["changes"] if c.event.table_name == "students_enrolment"}
    assert told <= shown


@pytest.mark.parametrize("name, status", [("subject_teacher", 404), ("other_school", 403), ("guardian", 403)])
def test_it_is_for_those_who_see_the_pupils_groups(client, world, name, status):
    assert tab(client, world, name).status_code == status


class TestThePhotoOnThePage:
    @pytest.fixture
    def photo(self, world):
        return Photo.objects.create(student=world.pupils["own"], file="elevbilder/aa/aa.jpg")

    def shows(self, client, world) -> bool:
        log_in(client, world.user("contact_teacher"))
        pupil = world.pupils["own"]
        return f"/elever/{pupil.uuid}/bilde/" in client.get(f"/elever/{pupil.uuid}/").content.decode()

    def consent(self, world, *, is_given: bool) -> None:
        guardian = world.people["guardian"]
        PhotoConsent.objects.filter(student=world.pupils["own"]).delete()
        PhotoConsent.objects.create(
            student=world.pupils["own"], person=guardian, purpose=PhotoConsent.Purpose.SCHOOL_PHOTO, is_given=is_given
        )

    def test_only_with_consent(self, client, world, photo):
        assert not self.shows(client, world)
        self.consent(world, is_given=True)
        assert self.shows(client, world)
        self.consent(world, is_given=False)
        assert not self.shows(client, world)

    def test_never_of_a_protected_pupil(self, client, world, photo):
        self.consent(world, is_given=True)
        Person.objects.filter(pk=world.people["own"].pk).update(protection="confidential")
        log_in(client, world.user("contact_teacher"))
        pupil = world.pupils["own"]
        give_grant(
            world.users["contact_teacher"],
            Permission.SEE_PROTECTED,
            on=pupil,
            by=None,
            reason="Prøve",
            valid_to=clock.today() + timedelta(days=9),
        )
        assert f"/elever/{pupil.uuid}/bilde/" not in client.get(f"/elever/{pupil.uuid}/").content.decode()
