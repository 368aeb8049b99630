"""Everything about one pupil: whole, readable, without other people's data, and only for who may have it."""

import io
import json
import zipfile

import pghistory
import pytest
from django.core.files.storage import default_storage

from accessctl.actions import give_grant
from accessctl.journal.tracking import tracked
from accessctl.models import AccessEvent
from accessctl.permissions import Permission
from guardians.models import GuardianRelation, RelationBlock
from people.models import Protection
from schoolapp.lib import clock
from students.insight import actions
from students.insight.changes import decided
from students.insight.registry import parts
from students.models import GrantProposal, InsightExport
from tests.login import give_reason, log_in


def package(world, key: str = "own", by: str = "municipal_admin") -> dict[str, bytes]:
    job = actions.ask(world.pupils[key], reason="Prøve", by=world.user(by))
    actions.make(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.state
    with default_storage.open(job.file.name) as file, zipfile.ZipFile(io.BytesIO(file.read())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def everything(files: dict[str, bytes]) -> str:
    return "\n".join(content.decode() for name, content in files.items() if name.endswith((".html", ".json")))


def test_every_part_is_there_to_read_and_as_data(world):
    world.add_document("own")
    files = package(world)
    page = files["les-meg-forst.html"].decode()
    assert {part.slug for part in parts()} >= {
        "person",
        "skole",
        "foresatte",
        "dokumenter",
        "flyttinger",
        "tilganger",
        "innsynslogg",
    }
    for part in parts():
        content = json.loads(files[f"data/{part.slug}.json"])
        assert content["tittel"] in page
        for section in content["deler"]:
            for row in section["rader"]:
                assert set(row) and all(isinstance(value, str) for value in row.values())
            for name in section["filer"]:
                assert f"filer/{part.slug}/{name}" in files
    assert files["filer/dokumenter/dokument-001.pdf"].startswith(b"%PDF")
    assert files["innhold.pdf"].startswith(b"%PDF")
    assert files["filer/dokumenter/dokument-001-vedlegg-1.pdf"] == b"pdf"
    assert world.people["own"].full_name in page
    assert world.people["own"].national_ids.get().number in page
    assert "Foresatt Guardian" in page
    told = {row["Opplysning"]: row["Verdi"] for row in json.loads(files["data/person.json"])["deler"][0]["rader"]}
    assert told["Målform"] == "bokmål"


def test_nobody_elses_data(world):
    """Neither how to reach a guardian, nor a protected guardian, blocks, proposals, or who of the staff has looked."""
    world.add_guardian("second", "own")
    hidden = world.people["second"]
    hidden.protection, hidden.family_name = Protection.STRICT, "Qvistgaardsen"
    hidden.save()
    RelationBlock.objects.create(
        student=world.pupils["own"], guardian=world.people["guardian_former"], kind="no_contact", reference="26/77"
    )
    AccessEvent.objects.create(
        about=world.pupils["own"].uuid,
        user=world.users["contact_teacher"],
        action="open",
        role="Lærer",
        what="elevside",
    )
    AccessEvent.objects.create(
        about=world.pupils["own"].uuid, user=hidden.user, action="open", role="Foresatt", basis="own_child", what="kort"
    )
    told = everything(package(world))
    guardian = world.people["guardian"]
    for trace in (guardian.contact.phone, guardian.contact.email, "Qvistgaardsen", "26/77", "Ansatt Contact_Teacher"):
        assert trace not in told
    assert "Guardian_Proposed" not in told
    assert "Lærer" in told
    log = json.loads(package(world)["data/innsynslogg.json"])
    assert "Foresatt" not in {row["Rolle"] for section in log["deler"] for row in section["rader"]}


def test_the_address_of_a_protected_household_is_left_out(world):
    street = world.people["own"].addresses.get().street
    assert street in everything(package(world))
    world.people["guardian"].protection = Protection.CONFIDENTIAL
    world.people["guardian"].save()
    assert street not in everything(package(world))


def test_protected_pupils_only_for_who_sees_them(world, client):
    pupil, name = world.pupils["protected"], "municipal_admin"
    log_in(client, world.user(name))
    assert client.get(f"/elever/{pupil.uuid}/innsyn/").status_code == 404
    give_grant(world.user(name), Permission.SEE_PROTECTED, on=pupil, by=None, reason="Prøve")
    log_in(client, world.user(name))
    give_reason(client, pupil)
    assert client.get(f"/elever/{pupil.uuid}/innsyn/").status_code == 200
    assert "Protected" in everything(package(world, "protected"))


def test_who_has_lost_the_right_meanwhile_gets_nothing(world):
    job = actions.ask(world.pupils["own"], reason="Prøve", by=world.user("municipal_admin"))
    world.users["municipal_admin"].assignments.all().delete()
    for _attempt in range(3):
        actions.make(job.pk)
    job.refresh_from_db()
    assert (job.state, job.file.name) == ("failed", "")


def test_order_make_and_fetch_and_all_of_it_logged(world, client):
    pupil = world.pupils["own"]
    log_in(client, world.user("municipal_admin"))
    page = f"/elever/{pupil.uuid}/innsyn/"
    assert client.post(page, {"grunn": ""}).status_code == 422
    assert client.post(page, {"grunn": "Mor, brev 3. mars"}).status_code == 302
    job = InsightExport.objects.get()
    assert client.get(f"/innsyn/{job.uuid}/fil/").status_code == 404
    actions.make(job.pk)
    assert f"/innsyn/{job.uuid}/fil/" in client.get(page).text
    answer = client.get(f"/innsyn/{job.uuid}/fil/")
    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True)
    assert "innsyn-20" in answer["Content-Disposition"]
    b"".join(answer.streaming_content)
    lines = AccessEvent.objects.filter(about=pupil.uuid, user=world.users["municipal_admin"])
    assert {"export", "download"} <= set(lines.values_list("action", flat=True))
    assert lines.get(action="export").reason == "Mor, brev 3. mars"
    world.add_employee("second_admin", role="kommuneadmin")
    log_in(client, world.user("second_admin"))
    assert client.get(f"/innsyn/{job.uuid}/fil/").status_code == 404
    assert not GuardianRelation.objects.filter(student=pupil, state="proposed").exclude(named="").exists()


@pytest.mark.parametrize("name", ["principal", "contact_teacher", "guardian"])
def test_others_have_no_such_page(world, client, name):
    log_in(client, world.user(name))
    assert client.get(f"/elever/{world.pupils['own'].uuid}/innsyn/").status_code == 403


def test_special_rights_and_emergency_accesses_are_told_without_names(world):
    give_grant(
        world.user("teacher_b"), Permission.SEE_PROTECTED, on=world.pupils["own"], by=None, reason="Vikar for Qvist"
    )
    AccessEvent.objects.create(
        about=world.pupils["own"].uuid, user=world.users["teacher_b"], action="emergency", role="Lærer", reason="Haster"
    )
    rights, _proposed, taken = json.loads(package(world)["data/tilganger.json"])["deler"]
    assert [row["Rettighet"] for row in rights["rader"]] == [str(Permission.SEE_PROTECTED.label)]
    assert [row["Rolle"] for row in taken["rader"]] == ["Lærer"]
    for other in (world.users["teacher_b"].display_name, "Qvist"):
        assert other not in str((rights, taken))


def history(world, key: str = "own") -> tuple[list[dict[str, str]], str]:
    made, left_out = json.loads(package(world, key)["data/endringer.json"])["deler"]
    return made["rader"], " ".join(row["Hva"] for row in left_out["rader"])


def test_every_table_with_rows_about_pupils_is_told_or_kept_back_with_a_reason():
    tables = {name for name, entry in tracked().items() if entry.pupil or entry.person}
    assert decided() == tables and len(tables) > 15


def test_the_history_says_what_was_changed_and_not_by_whom(world):
    with pghistory.context(user=world.users["contact_teacher"].pk):
        person = world.people["own"]
        person.given_name = "Nyttnavn"
        person.save()
    rows, _left_out = history(world)
    changed = [row for row in rows if "→ Nyttnavn" in row["Fra og til"]]
    assert [(row["Opplysning"], row["Hva"], row["Av"]) for row in changed] == [("Person", "endret", "en bruker")]
    told = str(rows)
    for other in world.users.values():
        assert other.display_name not in told or other.person_id == world.people["own"].pk
    assert world.people["own"].national_ids.get().number not in told


def test_the_history_leaves_out_others_and_says_so(world):
    GuardianRelation.objects.filter(student=world.pupils["own"]).update(reference="26/1234")
    RelationBlock.objects.create(
        student=world.pupils["own"], guardian=world.people["guardian_former"], kind="no_contact", reference="26/77"
    )
    rows, left_out = history(world)
    for trace in ("26/1234", "26/77", "Guardian", "esatt"):
        assert trace not in str(rows)
    assert "foresatte og andre personer" in left_out and "Navn på ansatte" in left_out


def test_the_history_does_not_tell_an_address_near_somebody_protected(world):
    home = world.people["own"].addresses.get()
    former = home.street
    home.street = "Nyveien 1"
    home.save()
    person = world.people["own"]
    person.family_name = "Nyttnavn"
    person.save()
    rows, left_out = history(world)
    assert former in str(rows) and "Nyveien 1" in str(rows) and "adressesperre" not in left_out
    world.people["guardian"].protection = Protection.CONFIDENTIAL
    world.people["guardian"].save()
    rows, left_out = history(world)
    assert former not in str(rows) and "Nyveien 1" not in str(rows) and "adressesperre" in left_out
    assert [row["Opplysning"] for row in rows] == ["Person"]


def test_earlier_proposals_of_rights_are_told_without_names(world):
    GrantProposal.objects.create(
        user=world.user("teacher_b"),
        permission=Permission.SEE_PROTECTED,
        student=world.pupils["own"],
        valid_to=clock.today(),
        proposed_by=world.user("municipal_admin"),
        state="rejected",
        decided_by=world.user("principal"),
        decided_at=clock.now(),
        reason="Vikar for Qvist",
    )
    _rights, proposed, _taken = json.loads(package(world)["data/tilganger.json"])["deler"]
    assert [(row["Rettighet"], row["Status"]) for row in proposed["rader"]] == [
        (str(Permission.SEE_PROTECTED.label), str(GrantProposal.State.REJECTED.label))
    ]
    assert "Qvist" not in str(proposed) and world.users["teacher_b"].display_name not in str(proposed)
