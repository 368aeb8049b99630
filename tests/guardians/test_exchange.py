"""Files for other systems: valid, the same for the same data, and never with anybody who has address protection."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree

from accessctl.models import AccessEvent
from guardians.exchange import actions, derived, entitlements, oneroster, pifu
from guardians.exchange.actions import WRITERS
from guardians.exchange.reading import NoSchoolYear, read
from guardians.exchange.shape import Kind, Role
from guardians.models import RosterExport
from people.actions import raise_protection
from people.models import NationalId, Protection
from schoolapp.lib import clock
from schools.models import SchoolYear, Subject
from students.models import Elsewhere, Group, Membership
from tests.login import log_in

NOW = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)
XSD = Path(__file__).parents[3] / "shared" / "integrations" / "pifu" / "PIFU-IMS_SAS.xsd"
HEADERS = XSD.parents[1] / "derived" / "oneroster" / "oneroster_1.1_csv_headers.txt"
NS = {"p": pifu.NAMESPACE}


def roster(**asked):
    return read(taken_at=NOW, **{"with_numbers": True, "with_guardians": True} | asked)[0]


def written(format_: str, **asked) -> bytes:
    out = io.BytesIO()
    WRITERS[format_](roster(**asked), out)
    return out.getvalue()


def unpacked(content: bytes) -> dict[str, list[dict[str, str]]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            name: list(csv.DictReader(io.StringIO(archive.read(name).decode(), newline="")))
            for name in archive.namelist()
        }


@pytest.fixture
def with_subject(world):
    maths = Subject.objects.create(code="MAT0010", name_nb="Matematikk", valid_from=date(2020, 8, 1))
    Group.objects.filter(pk=world.groups["5 matematikk"].pk).update(subject=maths, name="5: matte/æ")


def test_pifu_is_valid(world, with_subject):
    if not XSD.exists():
        pytest.skip("the official schema of PIFU-IMS is not on this machine")
    person = world.people["own"]
    person.given_name, person.family_name = "Åse \x0b<&>", "O'Brien «Æ»"
    person.save()
    schema = etree.XMLSchema(etree.parse(str(XSD)))
    schema.assertValid(etree.fromstring(written("pifu")))
    schema.assertValid(etree.fromstring(written("pifu", with_numbers=False, with_guardians=False)))


def test_pifu_read_back_says_what_the_database_says(world, with_subject):
    tree = etree.fromstring(written("pifu"))
    ids = {node.findtext("p:sourcedid/p:id", namespaces=NS) for node in tree.findall("p:person", NS)}
    assert str(world.people["own"].uuid) in ids
    assert str(world.people["guardian"].uuid) in ids
    own = next(
        node
        for node in tree.findall("p:person", NS)
        if node.findtext("p:sourcedid/p:id", namespaces=NS) == str(world.people["own"].uuid)
    )
    contacts = [node.text for node in own.findall(".//p:pifu_hasContactPerson//p:id", NS)]
    assert contacts == [str(world.people["guardian"].uuid)]
    assert own.findtext("p:userid[@useridtype='personNIN']", namespaces=NS) == (
        world.people["own"].national_ids.get().number
    )
    members = {
        (
            found.findtext("p:sourcedid/p:id", namespaces=NS),
            member.findtext("p:sourcedid/p:id", namespaces=NS),
            role.get("roletype"),
        )
        for found in tree.findall("p:membership", NS)
        for member in found.findall("p:member", NS)
        for role in member.findall("p:role", NS)
    }
    class_5a = str(world.groups["5A"].uuid)
    assert (class_5a, str(world.people["own"].uuid), "01") in members
    assert (class_5a, str(world.people["contact_teacher"].uuid), "02") in members
    assert (str(world.school_a.uuid), str(world.people["principal"].uuid), "05") in members
    assert (class_5a, str(world.people["former_teacher"].uuid), "02") not in members
    # Whoever is a member is also told of as a person.
    assert {person for _unit, person, _role in members} <= ids


def test_pifu_has_grade_levels_subjects_and_guardians_of_classes(world, with_subject):
    told = roster()
    found = {(group.kind, group.name): members for group, members in derived.groups(told)}
    in_5a, in_maths = (
        {row.person for row in told.in_groups if row.unit == str(world.groups[name].uuid) and row.role == Role.PUPIL}
        for name in ("5A", "5 matematikk")
    )
    own, guardian = str(world.people["own"].uuid), str(world.people["guardian"].uuid)
    assert own in {row.person for row in found[Kind.GRADE, "5. trinn"]}
    assert {row.person for row in found[Kind.SUBJECT, "Matematikk"] if row.role == Role.PUPIL} == in_maths != set()
    of_5a = {row.person for row in found[Kind.GUARDIANS, "Foresatte 5A"]}
    assert guardian in of_5a
    assert of_5a == {one for pupil in in_5a for one in told.guardians.get(pupil, ())}
    for rows in found.values():
        assert rows
        assert len({(row.person, row.role) for row in rows}) == len(rows)
    without = derived.groups(roster(with_guardians=False))
    assert Kind.GUARDIANS not in {group.kind for group, _members in without}


@pytest.mark.parametrize("format_", ["pifu", "oneroster", "feide"])
def test_equal_data_give_equal_bytes(world, with_subject, format_):
    assert written(format_) == written(format_)


def traces(world, key: str) -> list[str]:
    person = world.people[key]
    number = NationalId.objects.get(person=person).number
    told = [str(person.uuid), number, person.family_name, person.contact.email, person.contact.phone]
    return [*told, str(world.pupils[key].uuid)] if key in world.pupils else told


@pytest.mark.parametrize("key", ["own", "contact_teacher", "guardian"])
@pytest.mark.parametrize("format_", ["pifu", "oneroster", "feide"])
def test_the_protected_leave_no_trace(world, format_, key):
    person = world.people[key]
    person.family_name = "Qvistgaardsen"
    person.protection = Protection.CLIENT
    person.save()
    content = written(format_)
    text = content.decode() if format_ != "oneroster" else str(unpacked(content))
    for name in (key, "protected"):
        assert not [trace for trace in traces(world, name) if trace in text]


def test_counts_are_of_those_who_are_told(world):
    before = roster().counts()
    assert before["pupils"] == 4  # five in the cast, one of them protected
    world.people["classmate"].protection = Protection.CONFIDENTIAL
    world.people["classmate"].save()
    assert roster().counts()["pupils"] == 3


def test_a_class_with_nobody_else_in_it_is_not_told_of(world):
    hidden = world.add_group("Bare en", world.school_a, 5)
    world.add_pupil("alone", hidden, protection=Protection.STRICT)
    world.add_staffing(world.people["principal"].employee, hidden, "contact_teacher")
    for format_ in WRITERS:
        content = written(format_)
        text = content.decode() if format_ != "oneroster" else str(unpacked(content))
        assert str(hidden.uuid) not in text
        assert "Bare en" not in unquote(text)


def test_numbers_and_guardians_only_when_asked_for(world):
    content = written("pifu", with_numbers=False, with_guardians=False).decode()
    assert "personNIN" not in content
    assert str(world.people["guardian"].uuid) not in content
    users = unpacked(written("oneroster", with_numbers=False, with_guardians=False))["users.csv"]
    assert {user["userIds"] for user in users} == {""}
    assert "guardian" not in {user["role"] for user in users}


def test_a_guardian_whose_portal_is_closed_is_not_told_of(world):
    world.people["guardian"].guardian_relations.update(portal_enabled=False)
    assert str(world.people["guardian"].uuid) not in written("pifu").decode()


def test_a_private_address_of_a_teacher_is_not_told(world):
    assert world.people["contact_teacher"].contact.email not in written("pifu").decode()


def test_oneroster_hangs_together(world, with_subject):
    files = unpacked(written("oneroster"))
    ids = {name: {line["sourcedId"] for line in lines} for name, lines in files.items() if name != "manifest.csv"}
    for name, lines in files.items():
        if name != "manifest.csv":
            assert len(ids[name]) == len(lines) > 0, name
    orgs, users = ids["orgs.csv"], ids["users.csv"]
    for line in files["classes.csv"]:
        assert line["courseSourcedId"] in ids["courses.csv"]
        assert line["schoolSourcedId"] in orgs
        assert line["termSourcedIds"] in ids["academicSessions.csv"]
    for line in files["users.csv"]:
        assert set(line["orgSourcedIds"].split(",")) <= orgs
        assert set(filter(None, line["agentSourcedIds"].split(","))) <= users
    for line in files["enrollments.csv"]:
        assert line["classSourcedId"] in ids["classes.csv"]
        assert line["userSourcedId"] in users
    by_name = {line["title"]: line for line in files["classes.csv"]}
    assert (by_name["5A"]["classType"], by_name["5: matte/æ"]["classType"]) == ("homeroom", "scheduled")
    assert by_name["5: matte/æ"]["subjectCodes"] == "MAT0010"


def test_oneroster_has_the_headers_of_the_standard():
    if not HEADERS.exists():
        pytest.skip("the list of OneRoster headers is not on this machine")
    lines = HEADERS.read_text().splitlines()
    official = {lines[n].removeprefix("# "): lines[n + 1] for n in range(0, len(lines), 2)}
    assert oneroster.HEADERS.items() <= official.items()


def test_feide_lines_come_in_pairs(world, with_subject):
    lines = entitlements.values(roster())
    groups = [(person, value) for person, value in lines if value.startswith(entitlements.GROUP + ":")]
    twins = {(person, value) for person, value in lines if value.startswith(entitlements.GROUP_ID)}
    made = set()
    for person, value in groups:
        kind, subject, org, id_, first, last, affiliation, name = value.removeprefix(entitlements.GROUP + ":").split(
            ":"
        )
        assert kind in "bua"
        assert bool(subject) == (kind == "u")
        assert affiliation in {"student", "faculty", "employee"}
        made.add((person, f"{entitlements.GROUP_ID}:{kind}:{org}:{id_}:{first}:{last}"))
        assert unquote(name) in {"5A", "5B", "8A", "5: matte/æ"}
    assert made == twins
    assert len(made) == len(groups) > 5
    year = world.year.starts_on.year
    own = [value for person, value in lines if person == str(world.people["own"].uuid)]
    assert own == [
        f"urn:mace:feide.no:go:grep:http://psi.udir.no/laereplan/aarstrinn/aarstrinn{world.pupils['own'].grade_level}",
        f"urn:mace:feide.no:go:group:b::NO999999991:{world.groups['5A'].uuid}:{year}-08-01:{year + 1}-07-31:student:5A",
        f"urn:mace:feide.no:go:groupid:b:NO999999991:{world.groups['5A'].uuid}:{year}-08-01:{year + 1}-07-31",
    ]


def test_a_group_that_changes_its_name_keeps_its_id(world):
    before = {group.id for group in roster().groups}
    Group.objects.filter(pk=world.groups["5A"].pk).update(name="5 Bjørk")
    assert {group.id for group in roster().groups} == before


def test_one_person_with_two_roles_is_one_person(world):
    world.add_guardian("contact_teacher", "classmate")
    same = [human for human in roster().people if human.id == str(world.people["contact_teacher"].uuid)]
    assert [human.roles >= {Role.TEACHER, Role.GUARDIAN} for human in same] == [True]


def test_the_number_of_queries_does_not_grow(world):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            roster()
        return len(captured)

    before = queries()
    for number in range(6):
        world.add_pupil(f"more{number}", world.groups["5B"])
        world.add_guardian(f"parent{number}", f"more{number}")
    Membership.objects.create(
        student=world.pupils["own"],
        group=world.groups["5 matematikk"],
        is_home_class=False,
        valid_from=date(2020, 1, 1),
    )
    assert queries() == before <= 12


def test_ask_make_and_fetch(world, client, django_capture_on_commit_callbacks):
    log_in(client, world.user("municipal_admin"))
    assert client.post("/oppsett/eksport/ny/", {"format": "nei"}).status_code == 422
    assert client.post("/oppsett/eksport/ny/", {"format": "pifu", "foresatte": "on"}).status_code == 302
    job = RosterExport.objects.get()
    assert client.get(f"/oppsett/eksport/{job.uuid}/fil/").status_code == 404
    actions.make(job.pk)
    job.refresh_from_db()
    assert (job.state, job.counts["pupils"], job.done) == ("done", 4, 3)
    told = set(AccessEvent.objects.filter(action="export").exclude(about=None).values_list("about", flat=True))
    assert told == {world.pupils[key].uuid for key in ("own", "classmate", "other_class", "other_school")}
    assert "4 elever" in client.get("/oppsett/eksport/").text
    answer = client.get(f"/oppsett/eksport/{job.uuid}/fil/")
    assert "no-store" in answer["Cache-Control"]
    assert etree.fromstring(b"".join(answer.streaming_content)).tag.endswith("enterprise")
    world.add_employee("second", role="kommuneadmin")
    log_in(client, world.user("second"))
    assert client.get(f"/oppsett/eksport/{job.uuid}/fil/").status_code == 404
    log_in(client, world.user("principal"))
    assert client.get("/oppsett/eksport/").status_code == 403


def test_a_file_from_before_somebody_was_shielded_is_not_handed_out(world, client):
    admin = world.user("municipal_admin")
    job = actions.ask("oneroster", with_numbers=False, with_guardians=True, by=admin)
    actions.make(job.pk)
    log_in(client, admin)
    url = f"/oppsett/eksport/{job.uuid}/fil/"
    assert b"".join(client.get(url).streaming_content)
    raise_protection(world.people["guardian"], level="strict", reason="Ny adressesperre", by=world.user("principal"))
    answer = client.get(url, follow=True)
    assert answer.redirect_chain == [("/oppsett/eksport/", 302)]
    assert "Lag den på nytt" in answer.text
    actions.make(actions.ask("oneroster", with_numbers=False, with_guardians=True, by=admin).pk)
    newest = RosterExport.objects.first()
    assert b"".join(client.get(f"/oppsett/eksport/{newest.uuid}/fil/").streaming_content)


def test_the_file_goes_after_a_week(world, time_machine):
    job = actions.ask("feide", with_numbers=False, with_guardians=False, by=world.user("municipal_admin"))
    actions.make(job.pk)
    job.refresh_from_db()
    path = Path(job.file.path)
    assert actions.sweep() == 0
    assert path.exists()
    time_machine.move_to(clock.now() + timedelta(days=8))
    assert actions.sweep() == 1
    job.refresh_from_db()
    assert (job.state, path.exists()) == ("gone", False)


def test_what_fails_is_tried_again_and_then_given_up(world, monkeypatch):
    SchoolYear.objects.update(state="past")
    with pytest.raises(NoSchoolYear):
        roster()
    job = actions.ask("pifu", with_numbers=False, with_guardians=False, by=world.user("municipal_admin"))
    states = []
    for _attempt in range(4):
        actions.make(job.pk)
        job.refresh_from_db()
        states.append(job.state)
    assert states == ["waiting", "waiting", "failed", "failed"]


def test_command_writes_the_whole_file_or_none(world, tmp_path):
    call_command("export_roster", "oneroster", str(tmp_path / "ut.zip"), verbosity=0)
    assert [path.name for path in tmp_path.iterdir()] == ["ut.zip"]
    assert "orgs.csv" in unpacked((tmp_path / "ut.zip").read_bytes())


def test_a_pupil_taught_at_another_school_is_there_too_and_the_own_school_stays_first(world):
    pupil, person = world.pupils["own"], str(world.people["own"].uuid)
    Elsewhere.objects.create(
        student=pupil, kind="school", host=world.school_b, is_lasting=True, valid_from=clock.today()
    )
    found = {row.unit: row.is_primary for row in roster().at_schools if row.person == person}
    assert found == {str(world.school_a.uuid): True, str(world.school_b.uuid): False}
    world.people["own"].protection = Protection.STRICT
    world.people["own"].save()
    for format_ in WRITERS:
        content = written(format_)
        parts = unpacked(content).values() if content[:2] == b"PK" else [content.decode()]
        assert person not in str(list(parts))
