"""What would not get through is stopped before it is queued, says why at once, and is let on when it is mended."""

from dataclasses import replace

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from archive import actions, content, folder_actions, preflight
from archive.models import Delivery
from archive.record import FolderRef
from schoolapp.lib import clock
from tests.archive.parts import entries, make_record, queue, run_all
from tests.login import log_in

State = Delivery.State
NAMES = {problem.code: problem for problem in preflight.PROBLEMS}


@pytest.fixture
def user(django_user_model):
    return django_user_model.objects.create(display_name="Arkivar")


def school_record(school, key="skole:1", year=2026):
    folder = FolderRef(f"skolemappe:{school.uuid}:{year}", "school", "Skolemappe", "Skolemappe")
    return replace(make_record(key), folder=folder, correspondents=())


def codes(record, school) -> list[str]:
    return [problem.code for problem in preflight.check(record, school)]


def test_what_is_in_order_is_queued_as_ready(school):
    assert codes(make_record("dok:1:v1"), school) == []
    assert queue(make_record("dok:1:v1"), school).state == State.READY


@pytest.mark.parametrize(
    ("field", "code"),
    [("case_owner_initials", "owner"), ("administrative_unit", "unit"), ("pupil_series", "series")],
)
def test_a_school_that_lacks_something(school, field, code):
    setattr(school.archive_settings, field, "")
    school.archive_settings.save()
    delivery = queue(make_record("dok:1:v1"), school)
    assert (delivery.state, delivery.failure) == (State.PARKED, "stopped")
    assert delivery.failure_text == str(NAMES[code].sentence)
    assert NAMES[code].url(school) and NAMES[code].action


@pytest.mark.parametrize("changes", [{"legal_basis": ""}, {"access_code": ""}])
def test_a_code_without_a_basis_and_the_other_way_about(school, changes):
    assert codes(make_record("dok:1:v1", **changes), school) == ["exemption"]
    assert codes(make_record("dok:2:v1", access_code="", legal_basis=""), school) == []


def test_files_that_are_missing_changed_or_of_the_wrong_kind(school):
    whole = make_record("dok:1:v1")
    [file] = whole.files
    wrong = replace(file, puid="fmt/276")
    assert codes(replace(whole, files=()), school) == ["no_file"]
    assert codes(replace(whole, files=(wrong,)), school) == ["format"]
    default_storage.delete(file.path)
    assert codes(whole, school) == ["file"]


def test_the_same_again_is_a_warning_that_a_person_sets_aside(school, user):
    first = make_record("dok:1:v1")
    queue(first, school)
    again = queue(replace(first, key="dok:2:v1"), school)
    assert again.failure_text == str(preflight.DUPLICATE.sentence)
    actions.set_ready(again, by=user)
    again.refresh_from_db()
    assert again.state == State.READY


def test_one_that_is_stopped_is_never_sent_and_goes_once_mended(elements, school, user):
    school.archive_settings.administrative_unit = ""
    school.archive_settings.save()
    delivery = queue(make_record("dok:1:v1"), school)
    run_all()
    assert entries(elements) == []
    with pytest.raises(actions.StillFailing):
        actions.set_ready(delivery, by=user)
    school.archive_settings.administrative_unit = "ELVEBAKKEN"
    school.archive_settings.save()
    actions.set_ready(delivery, by=user)
    run_all()
    assert len(entries(elements)) == 1


def test_a_school_folder_must_be_open_and_have_its_group(school, user):
    record = school_record(school)
    assert codes(record, school) == ["no_folder"]
    folder = folder_actions.open_school_folder(school, year=2026, by=user)
    assert codes(record, school) == ["folder_group"]
    folder.access_group = "ELVEBAKKEN"
    folder_actions.change_school_folder(folder, by=user)
    assert codes(record, school) == []
    folder_actions.close_school_folder(folder, by=user)
    assert codes(record, school) == ["school_folder_closed"]


def test_a_case_owner_whose_user_has_left(school, user):
    user.is_active = False
    user.save()
    folder_actions.change_owner(
        [school], from_date=clock.today(), name="A", initials="AAA", signs_as="rektor", user=user, by=user
    )
    assert codes(make_record("dok:1:v1"), school) == ["owner_left"]


def test_the_page_says_what_waiting_documents_lack_now(world):
    _document, delivery = world.add_document("own")
    record = make_record("dok:x:v1")
    Delivery.objects.filter(pk=delivery.pk).update(record=content.to_json(record))
    client = Client()
    log_in(client, world.user("school_admin"))
    url = reverse("archive:waiting")
    assert "Alt som venter, er klart til å sendes." in client.get(url).content.decode()
    world.school_a.archive_settings.administrative_unit = ""
    world.school_a.archive_settings.save()
    text = client.get(url).content.decode()
    assert str(preflight.UNIT.sentence) in text
