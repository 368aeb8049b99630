"""From one records system to the other and back: ids and case numbers of one archive are never used in another."""

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from accessctl.models import Role
from archive import actions, connectors, systems, worker
from archive.models import ArchiveFolder, ArchiveRun, Delivery, SchoolFolder
from tests.archive import fiks_server
from tests.archive.fiks_server import OURS, THEIRS
from tests.archive.parts import addresses, make_record, queue, running_elements
from tests.login import log_in

pytestmark = pytest.mark.django_db
ELEMENTS, FIKS = "elements_ncore", "fiks_arkiv"


@pytest.fixture
def archives(settings, monkeypatch, db):
    """Both, with Elements in use and the accounts of Fiks filled in."""
    with running_elements() as elements, fiks_server.running_fiks() as fiks:
        fiks_server.lead_to(fiks, settings, monkeypatch)
        settings.FIKS_IO = settings.FIKS_IO | {"amqp_url": "amqp://127.0.0.1:9/"}
        settings.NCORE = settings.NCORE | addresses(elements)
        fiks_server.choose()
        systems.ArchiveSystem.objects.update(adapter=ELEMENTS)
        yield elements, fiks


@pytest.fixture
def pupil(world):
    return next(iter(world.pupils.values()))


def deliver(number: int, pupil, school, fiks) -> ArchiveFolder:
    """A document about `pupil`, all the way, in the system of the moment."""
    record = make_record(f"dok:{number}:v1")
    own = replace(record.folder, key=f"elevmappe:{pupil.uuid}", national_id=number_of(pupil))
    row = queue(replace(record, folder=own), school, about=pupil.uuid)
    actions.start_run(trigger=ArchiveRun.Trigger.SCHEDULE)
    if systems.current().adapter == FIKS:
        fiks_server.settle(fiks)
    else:
        worker.work(seconds=240, connector=connectors.connect())
    row.refresh_from_db()
    assert (row.state, row.failure_text) == ("archived", "")
    return ArchiveFolder.objects.get(pk=row.folder_id)


def number_of(pupil) -> str:
    return str(pupil.person.national_ids.get(is_current=True).number)


def test_another_archive_gets_folders_of_its_own_each_time(archives, world, pupil, school):
    elements, fiks = archives
    admin = world.user("municipal_admin")
    somebody, *_rest = (each for each in world.pupils.values() if each != pupil)
    first = deliver(1, pupil, school, fiks)
    systems.change_system(FIKS, by=admin)
    deliver(2, somebody, school, fiks)  # takes the number the pupil's folder had in Elements
    second = deliver(3, pupil, school, fiks)
    assert [folder.key for folder in fiks.fiks.archive.folders] == [f"elevmappe:{somebody.uuid}", second.key]
    assert [entry.folder for entry in fiks.fiks.archive.entries] == [each.id for each in fiks.fiks.archive.folders]
    assert fiks.fiks.archive.folders[1].element.findtext("{*}klassifikasjon/{*}klasseID") == number_of(pupil)
    assert (second.system_id, second.national_id) == (fiks.fiks.archive.folders[1].id, "")
    systems.change_system(ELEMENTS, by=admin)
    third = deliver(4, pupil, school, fiks)
    assert (third.system_id, third.case_year, third.national_id) == (first.system_id, first.case_year, "")
    assert len(elements.store.all("Case")) == 1
    assert len(elements.store.all("RegistryEntry")) == 2


def test_same_archive_by_another_way_in_keeps_the_numbers(archives, world, pupil, school):
    elements, fiks = archives
    admin = world.user("municipal_admin")
    systems.change_system(FIKS, by=admin)
    deliver(1, pupil, school, fiks)
    made = ArchiveFolder.objects.get()
    systems.change_system(ELEMENTS, same_archive=True, by=admin)
    stood = elements.store.insert(
        "Case", {"Id": 0, "CaseYear": made.case_year, "SequenceNumber": made.sequence_number, "CaseStatusId": "B"}
    )
    found = deliver(2, pupil, school, fiks)
    assert (found.system_id, len(elements.store.all("Case"))) == (str(stood["Id"]), 1)
    systems.change_system(FIKS, same_archive=True, by=admin)
    deliver(3, pupil, school, fiks)
    assert len(fiks.fiks.archive.folders) == 1
    last = [xml for kind, xml in fiks.fiks.archive.messages if kind.endswith("opprett")][-1]
    assert b"sakssekvensnummer" in last and b"<mappe" not in last


def test_what_was_filed_is_still_told_where_it_lies(archives, world, school):
    elements, fiks = archives
    pupil = world.pupils["own"]
    for about in ("own", "protected"):
        deliver(1 if about == "own" else 2, world.pupils[about], world.school_a, fiks)
    old = str(ArchiveFolder.objects.get(key=f"elevmappe:{pupil.uuid}"))
    role = Role.objects.get(slug="kommuneadmin")  # here one who may set up the archive, and not read its log
    role.permissions = [right for right in role.permissions if "archive_log" not in right and right != "run_archive"]
    role.save()
    client = Client()
    log_in(client, world.user("municipal_admin"))
    assert client.post(reverse("archive:system_switch"), {"til": FIKS}).status_code == 302
    assert set(ArchiveFolder.objects.values_list("system_id", "case_year")) == {("", None)}
    log_in(client, world.user("school_admin"))
    page = client.get(reverse("archive:log"), {"fane": "arkivert"}).content.decode()
    assert f"Elevmappe {old} i Elements (NCore)" in page
    deliver(3, world.pupils["classmate"], world.school_a, fiks)  # takes the number
    deliver(4, pupil, world.school_a, fiks)
    new = ArchiveFolder.objects.get(key=f"elevmappe:{pupil.uuid}")
    assert str(new) != old
    page = client.get(reverse("documents:tab", args=[pupil.uuid])).content.decode()
    assert f"ligger i mappe {old} i Elements (NCore)" in page and str(new) in page


def test_numbers_of_school_folders_go_with_the_archive(archives, world, school):
    admin = world.user("municipal_admin")
    folder = SchoolFolder.objects.create(
        school=school, year=2026, title="Skolemappe", series="SAK", case_year=2026, sequence_number=5,
        opened_on="2026-08-01",
    )  # fmt: skip
    systems.change_system(FIKS, same_archive=True, by=admin)
    folder.refresh_from_db()
    assert folder.sequence_number == 5
    systems.change_system(ELEMENTS, by=admin)
    folder.refresh_from_db()
    assert (folder.case_year, folder.sequence_number) == (None, None)


def test_nobody_changes_over_to_receipts_that_cannot_come(archives, world, settings):
    settings.FIKS_IO = settings.FIKS_IO | {"amqp_url": ""}
    with pytest.raises(systems.NotReady, match="AMQP"):
        systems.change_system(FIKS, by=world.user("municipal_admin"))
    assert tuple(map(str, systems.ArchiveSystem.objects.values_list("own_account", "recipient_account").get())) == (
        OURS,
        THEIRS,
    )
    assert not Delivery.objects.exists()
