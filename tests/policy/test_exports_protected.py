"""Whoever has address protection is sought in everything that leaves the house: names, ids, addresses, and counts that
tell of them; also when they were protected only after the file was made.

The protected family goes to an ordinary class among others, so that what betrays them is what is left out of the rest.
"""

import io
import zipfile
from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client

from admissions.moves import actions
from guardians.exchange import actions as exchange
from guardians.exchange.actions import WRITERS
from guardians.models import ContactShare, GuardianRelation, PhotoConsent, RosterExport
from people.models import Address, NationalId, Protection
from schoolapp.lib import clock
from schoolapp.management.commands.export_municipality import Command
from students.elsewhere.actions import write_down
from students.insight import actions as insight
from students.models import PhotoNumber, SnapshotCount
from students.statistics import actions as statistics
from students.statistics.tables import DASH, FEWEST, Reader, of_counts, of_numbers
from tests.admissions.moving import add_officer, begun, to_b
from tests.login import log_in

STREET, PHONE, MAIL = "Xylofaretveien 9", "92715364", "qvax@hemmelig.example"
USUAL = Reader(sees_few=True, sees_protected=False)
FEW = Reader(sees_few=False, sees_protected=False)


def call(person, given: str, family: str) -> None:
    person.given_name, person.family_name = given, family
    person.save()
    person.contact.phone, person.contact.email = PHONE, MAIL
    person.contact.save()
    Address.objects.update_or_create(person=person, kind=Address.Kind.HOME, defaults={"street": STREET})


def shield(person) -> None:
    person.protection = Protection.STRICT
    person.save()


@pytest.fixture
def family(world):
    """A child of the class «5A» and the guardian, not protected yet, with consents and shares as others have them."""
    pupil = world.pupils["classmate"]
    guardian = world.add_guardian("near", "classmate")
    call(pupil.person, "Qvaxelborn", "Zyrmintvik")
    call(guardian, "Wuxatrell", "Cazzohelm")
    ContactShare.objects.create(student=pupil, guardian=guardian, name=True, phone=True, email=True)
    PhotoConsent.objects.create(student=pupil, person=guardian, is_given=True, valid_from=clock.today())
    PhotoNumber.objects.create(student=pupil, school_year=world.year)
    return world


def traces(world) -> list[str]:
    """What must not be met: words, telephones, addresses, and every id of the two."""
    people = [world.people["classmate"], world.people["near"]]
    numbers = NationalId.objects.filter(person__in=people).values_list("number", flat=True)
    ids = [str(person.uuid) for person in people] + [str(world.pupils["classmate"].uuid)]
    photo = PhotoNumber.objects.get(student=world.pupils["classmate"]).number
    words = ["Qvaxelborn", "Zyrmintvik", "Wuxatrell", "Cazzohelm", STREET, PHONE, MAIL, photo]
    return [*words, *numbers, *ids]


def text_of(content: bytes) -> str:
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return " ".join([*archive.namelist(), *(text_of(archive.read(name)) for name in archive.namelist())])
    return content.decode("utf-8", errors="replace")


def met(world, text: str) -> list[str]:
    close = "".join(text.split())
    return [trace for trace in traces(world) if "".join(trace.split()) in close]


def signed_in(world, name: str) -> Client:
    client = Client()
    log_in(client, world.user(name))
    return client


def pages(world, name: str) -> Callable[[], str]:
    """Every sheet, file and list that one may take out of the class and the school."""
    group = world.pupils["classmate"].memberships.get(is_home_class=True).group
    school, other = world.school_a.uuid, world.pupils["own"].uuid
    addresses = [
        *(f"/klasser/{group.uuid}/{sheet}/" for sheet in ("bilder", "klasseliste", "nodliste")),
        f"/klasser/{group.uuid}/",
        "/elever/?kol=adresse&kol=telefon&kol=annet_sted",
        f"/rapporter/gsi/{school}/",
        f"/rapporter/gsi/{school}/fil/",
        f"/rapporter/gsi/{school}/?vis=na",
        f"/rapporter/gsi/{school}/?vis=endret",
        f"/elever/{other}/",
        "/flytting/",
        "/skolefoto/",
    ]

    def read() -> str:
        client = signed_in(world, name)
        taken = [
            client.post(f"/elever/uttrekk/?skole={school}&klasse=5A", {"utvalg": "alle", "format": kind})
            for kind in ("csv", "xlsx", "utskrift")
        ]
        files = " ".join(text_of(answer.getvalue()) for answer in taken)
        return files + " ".join(text_of(client.get(address, follow=True).getvalue()) for address in addresses)

    return read


@pytest.mark.parametrize("format_", sorted(WRITERS))
def test_a_file_for_another_system(family, format_, tmp_path):
    made = tmp_path / "før"
    call_command("export_roster", format_, str(made), numbers=True, guardians=True, stdout=io.StringIO())
    assert str(family.people["classmate"].uuid) in text_of(made.read_bytes()), "the search finds what is there"
    call_command("export_roster", format_, str(tmp_path / "etter"), numbers=True, guardians=True, stdout=io.StringIO())
    shield(family.people["classmate"])
    shield(family.people["near"])
    call_command("export_roster", format_, str(tmp_path / "skjult"), numbers=True, guardians=True, stdout=io.StringIO())
    assert met(family, text_of((tmp_path / "skjult").read_bytes())) == []


@pytest.mark.parametrize("format_", sorted(WRITERS))
def test_a_file_made_before_the_protection_is_not_handed_out(family, format_):
    job = exchange.ask(format_, with_numbers=True, with_guardians=True, by=family.user("municipal_admin"))
    exchange.make(job.pk)
    client, address = signed_in(family, "municipal_admin"), f"/oppsett/eksport/{job.uuid}/fil/"
    found = client.get(address)
    assert (found.status_code, RosterExport.objects.get().state) == (200, "done")
    found.getvalue()
    shield(family.people["classmate"])
    answer = client.get(address, follow=True)
    assert met(family, text_of(answer.getvalue())) == []


@pytest.mark.parametrize("name", ["school_admin", "principal", "contact_teacher", "municipal_admin", "adviser"])
def test_sheets_lists_and_counts_of_the_school(family, name):
    read = pages(family, name)
    statistics.freeze(family.school_a, statistics.counting_day())
    assert met(family, read()), "the search finds what is there"
    shield(family.people["classmate"])
    shield(family.people["near"])
    assert met(family, read()) == []


def test_a_protected_guardian_takes_the_family_off_the_class_list_and_the_address_off_the_child(family):
    shield(family.people["near"])
    text = pages(family, "school_admin")()
    assert set(met(family, text)) & {"Wuxatrell", "Cazzohelm", STREET} == set()


def test_the_photographer_gets_neither_the_protected_nor_their_number(family):
    client, group = signed_in(family, "school_admin"), family.groups["5A"].uuid
    taken = text_of(client.post("/skolefoto/fil/", {"klasse": [str(group)]}, follow=True).getvalue())
    assert {"Qvaxelborn", "Zyrmintvik"} <= set(met(family, taken)), "the search finds what is there"
    shield(family.people["classmate"])
    taken = text_of(client.post("/skolefoto/fil/", {"klasse": [str(group)]}, follow=True).getvalue())
    assert met(family, taken) == []


def grand_total(school, day: date, reader: Reader) -> str:
    tables = of_numbers(statistics.work_out(school, day), reader)
    return next((table.grand_total for table in tables if table.section.slug == "pupils"), "0")


def test_no_number_betrays_them_to_those_who_do_not_see_them(family):
    """Neither where the pupil goes, nor that the pupil was protected, taught elsewhere or moved, changes a number."""
    day = family.year.starts_on.replace(month=10, day=1)
    here, there = family.school_a, family.school_b
    shield(family.people["classmate"])
    totals = [grand_total(school, day, USUAL) for school in (here, there)]
    rows = list(SnapshotCount.objects.filter(snapshot=statistics.freeze(here, day)))
    pupil = family.pupils["classmate"]
    lasting = {"kind": "school", "host": there, "place": "", "is_lasting": True, "last_day": None}
    write_down(pupil, **lasting, first_day=family.year.starts_on, by=family.user("school_admin"))
    assert [grand_total(school, day, USUAL) for school in (here, there)] == totals
    changed = of_counts(rows, {}, USUAL, statistics.work_out(here, day))
    assert not [cell.now for table in changed for line in table.lines for cell in line.cells if cell.now]
    shown = [line for table in of_counts(rows, {}, FEW) for line in table.lines]
    assert all(
        cell.text in ("", DASH) or int(cell.text.split(",")[0]) >= FEWEST for line in shown for cell in line.cells
    )


def test_one_who_is_protected_after_freezing_is_not_told_by_the_difference(family):
    day = family.year.starts_on.replace(month=10, day=1)
    rows = list(SnapshotCount.objects.filter(snapshot=statistics.freeze(family.school_a, day)))
    shield(family.people["classmate"])
    told = of_counts(rows, {}, USUAL, statistics.work_out(family.school_a, day))
    assert not [cell.now for table in told for line in table.lines for cell in line.cells if cell.now]


def test_everything_about_a_sibling_tells_nothing_of_them(family):
    """The guardian of both is protected, and so is the other child."""
    GuardianRelation.objects.create(
        student=family.pupils["own"], guardian=family.people["near"], state="verified", ground="register"
    )
    Address.objects.update_or_create(person=family.people["own"], kind=Address.Kind.HOME, defaults={"street": STREET})
    shield(family.people["classmate"])
    shield(family.people["near"])
    job = insight.ask(family.pupils["own"], reason="Far, brev", by=family.user("municipal_admin"))
    insight.make(job.pk)
    job.refresh_from_db()
    assert job.state == "done"
    with default_storage.open(job.file.name) as file:
        assert met(family, text_of(file.read())) == []


def test_a_package_made_before_the_protection_is_not_handed_out(family):
    job = insight.ask(family.pupils["classmate"], reason="Mor, brev", by=family.user("municipal_admin"))
    insight.make(job.pk)
    client = signed_in(family, "municipal_admin")
    found = client.get(f"/innsyn/{job.uuid}/fil/")
    assert found.status_code == 200
    found.getvalue()
    shield(family.people["classmate"])
    answer = client.get(f"/innsyn/{job.uuid}/fil/")
    assert answer.status_code == 404 and met(family, answer.text) == []


def test_a_pupil_who_moves_under_protection_is_nowhere_at_the_old_school(family):
    """The old school is told «Flyttet – skjermet» and no more, and no other school is told even that."""
    pupil = family.pupils["classmate"]
    shield(family.people["classmate"])
    officer = add_officer(family)
    move = begun(family, "within", about="classmate", by=officer)
    actions.decide(move, decision=to_b(family, 0), by=family.user(officer))
    pupil.refresh_from_db()
    assert pupil.school_id == family.school_b.pk
    for name in ("school_admin", "principal", "contact_teacher", "school_admin_b", "teacher_b"):
        text = pages(family, name)()
        assert met(family, text) == [], name
        assert ("skjermet" in text) == (name == "school_admin"), name


def test_the_export_of_the_whole_municipality_says_that_they_are_in_it():
    """The one export that leaves nobody out is made by the owner of the database, and says so."""
    assert "adressesperre er med" in Command.help
