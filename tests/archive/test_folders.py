"""School folders from year to year, and what is told of a pupil's."""

from dataclasses import replace
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from archive import folder_actions, folders, owners, systems
from archive.duties import tell_folders
from archive.models import ArchiveFolder, Delivery, SchoolFolder
from archive.record import FolderRef
from people.models import Person
from schoolapp.lib import clock
from students.models import Enrolment
from tests.archive.parts import make_record, queue, run_all
from tests.login import log_in


@pytest.fixture
def user(django_user_model):
    return django_user_model.objects.create(display_name="Kommuneadmin")


@pytest.fixture
def folder(school, user) -> SchoolFolder:
    school.archive_settings.access_group = "ELVEBAKKEN"
    school.archive_settings.save()
    return folder_actions.open_school_folder(school, year=2026, by=user)


def of_school(folder: SchoolFolder, key: str):
    ref = FolderRef(folder.key, "school", folder.title, folder.title)
    return replace(make_record(key), folder=ref, correspondents=())


def test_the_folder_has_the_title_and_codes_of_the_handbook(folder):
    assert folder.title == "Skolemappe – Elvebakken skole 2026/2027"
    assert (folder.series, folder.access_code, folder.class_list) == ("SAK", "EL", ("B34", "B31"))
    assert folder_actions.open_school_folder(folder.school, year=2026, by=None) == folder


def test_the_first_document_makes_it_in_elements_with_its_codes(elements, folder):
    queue(of_school(folder, "skole:1"), folder.school)
    queue(of_school(folder, "skole:2"), folder.school)
    run_all()
    run_all()
    [case] = elements.store.all("Case")
    assert (case["SeriesId"], case["AccessCodeId"], case["Title"]) == ("SAK", "EL", folder.title)
    classes = sorted(row["ClassId"] for row in elements.store.all("Classification"))
    assert classes == ["B31", "B34"]
    folder.refresh_from_db()
    assert folder.number == f"{case['CaseYear']}/{case['SequenceNumber']}"
    assert Delivery.objects.filter(state="archived").count() == 2


def test_one_made_by_hand_is_found_by_the_number_typed_in(elements, folder, user):
    made = elements.store.insert(
        "Case", {"Title": "Skolemappe", "CaseStatusId": "B", "CaseYear": 2026, "SequenceNumber": 77}
    )
    folder.case_year, folder.sequence_number = 2026, 77
    folder_actions.change_school_folder(folder, by=user)
    queue(of_school(folder, "skole:1"), folder.school)
    run_all()
    assert len(elements.store.all("Case")) == 1
    assert [entry["CaseId"] for entry in elements.store.all("RegistryEntry")] == [made["Id"]]


def test_a_number_that_is_not_there_is_told_and_makes_no_folder(elements, folder, user):
    folder.case_year, folder.sequence_number = 2026, 78
    folder_actions.change_school_folder(folder, by=user)
    delivery = queue(of_school(folder, "skole:1"), folder.school)
    run_all()
    delivery.refresh_from_db()
    assert delivery.failure_text == "Fant ikke mappe 2026/78 i Elements."
    assert elements.store.all("Case") == []


def test_it_is_not_closed_on_what_is_not_archived_which_is_named(folder, user):
    queue(of_school(folder, "skole:1"), folder.school)
    with pytest.raises(folder_actions.NotEmpty) as refused:
        folder_actions.close_school_folder(folder, by=user)
    assert refused.value.titles == ["Innkalling til møte – Kari Prøve"]
    Delivery.objects.all().delete()
    folder_actions.close_school_folder(folder, by=user)
    folder.refresh_from_db()
    assert (folder.closed_on, folder.closed_by) == (clock.today(), user)


def test_the_number_the_archive_gave_is_not_typed_over_nor_one_that_is_taken(elements, folder, user, school):
    queue(of_school(folder, "skole:1"), school)
    run_all()
    folder.refresh_from_db()
    other = folder_actions.open_school_folder(school, year=2027, by=user)
    other.case_year, other.sequence_number = folder.case_year, folder.sequence_number
    with pytest.raises(folder_actions.NumberTaken):
        folder_actions.change_school_folder(other, by=user)
    folder.sequence_number += 1
    with pytest.raises(folder_actions.AlreadyInArchive):
        folder_actions.change_school_folder(folder, by=user)


def test_the_number_of_a_pupils_folder_is_not_taken_for_a_schools(elements, folder, user, school, world):
    """What is about the school would lie with the pupil's, and be read by those who read that."""
    queue(make_record("dok:1:v1"), school)
    run_all()
    of_pupil = ArchiveFolder.objects.get(kind="pupil")
    folder.case_year, folder.sequence_number = of_pupil.case_year, of_pupil.sequence_number
    with pytest.raises(folder_actions.NumberTaken):
        folder_actions.change_school_folder(folder, by=user)
    client = Client()
    log_in(client, world.user("municipal_admin"))
    sent = {"title": "Skolemappe", "series": "SAK", "case_year": of_pupil.case_year}
    sent["sequence_number"] = of_pupil.sequence_number
    page = client.post(reverse("archive:folder", args=[folder.uuid]), sent)
    assert "En annen mappe har dette nummeret" in page.content.decode()
    page = client.post(reverse("archive:folder", args=[folder.uuid]), sent | {"case_year": 3})
    assert "Skriv et år fra 1990" in page.content.decode()
    taken = str(of_pupil)  # and comes back to this archive after a time with another
    systems._keep_numbers(systems.current().adapter)
    ArchiveFolder.objects.update(case_year=None, sequence_number=None, system_id="", steps={})
    assert ArchiveFolder.objects.get(pk=of_pupil.pk).formers[0].number == taken
    page = client.post(reverse("archive:folder", args=[folder.uuid]), sent)
    assert "En annen mappe har dette nummeret" in page.content.decode()
    folder.refresh_from_db()
    assert not folder.number


def test_a_year_that_is_none_makes_no_folders(world):
    client = Client()
    log_in(client, world.user("municipal_admin"))
    for year in ("9999", "", "2O26"):
        page = client.post(reverse("archive:open_folders"), {"ar": year}, follow=True)
        assert "Ingen mapper er opprettet" in page.content.decode()
    assert not SchoolFolder.objects.exists()


def test_all_schools_get_the_next_year_in_one_go_with_what_the_last_had(world):
    client = Client()
    log_in(client, world.user("municipal_admin"))
    year = world.year.starts_on.year
    page = client.get(reverse("archive:folders"))
    assert page.context["without"] == 2 and "skolemappe" in page.content.decode()
    client.post(reverse("archive:open_folders"), {"ar": year})
    SchoolFolder.objects.update(classes="B34", access_group="SKOLE", case_year=None)
    client.post(reverse("archive:open_folders"), {"ar": year + 1})
    following = SchoolFolder.objects.filter(year=year + 1)
    assert {(folder.classes, folder.access_group) for folder in following} == {("B34", "SKOLE")}
    row = folders.of_year([world.school_a], year + 1)[0]
    assert row.missing == ["år og sekvensnummer"]
    assert row.owner == owners.owner_on(world.school_a.pk)


def test_the_year_wheel_counts_the_old_closed_and_the_next_opened(world):
    began, school = world.year.starts_on.year, world.school_a

    def done(*rows) -> tuple[int, int]:
        progress = tell_folders(world.year, [school], {"archive.folders": rows})[school.pk]
        return progress.done, progress.total

    assert done() == (0, 1)
    assert done((school.pk, began, None)) == (0, 2)
    assert done((school.pk, began, "2027-06-25"), (school.pk, began + 1, None)) == (2, 2)


@pytest.mark.parametrize(("born", "is_complete"), [(date(2008, 12, 31), False), (date(2009, 1, 1), True), (None, True)])
def test_a_pupil_born_before_2009_has_an_older_part_elsewhere(world, born, is_complete):
    student = world.pupils["own"]
    Person.objects.filter(pk=student.person_id).update(birth_date=born)
    told = folders.of_pupil(student.uuid)
    assert bool(told.note) is not is_complete
    assert told.number == ""


def test_the_folder_of_a_pupil_who_has_left_is_closed_by_who_sends_to_it(world):
    for about in ("own", "classmate"):
        _document, delivery = world.add_document(about)
        ArchiveFolder.objects.filter(pk=delivery.folder_id).update(system_id="1", case_year=2026, sequence_number=7)
    gone = world.pupils["own"]
    Enrolment.objects.filter(student=gone).update(state="moved_out", valid_to=clock.today())
    client = Client()
    log_in(client, world.user("school_admin"))
    url = reverse("archive:pupil_folders")
    assert [row.student for row in client.get(url).context["rows"]] == [gone]
    client.post(url, {"elev": str(gone.uuid)})
    folder = ArchiveFolder.objects.get(key=f"elevmappe:{gone.uuid}")
    assert folder.closed_on is None, "its document is not archived yet"
    Delivery.objects.filter(folder=folder).update(state="archived", archived_at=clock.now())
    client.post(url, {"elev": str(gone.uuid)})
    folder.refresh_from_db()
    assert folder.closed_on == clock.today()
    assert folders.of_pupil(gone.uuid).closed_on == clock.today()
    client.post(url, {"elev": str(gone.uuid), "igjen": "1"})
    folder.refresh_from_db()
    assert folder.closed_on is None
    client.post(url, {"elev": str(world.pupils["protected"].uuid)})
    assert not ArchiveFolder.objects.filter(closed_on__isnull=False).exists()
