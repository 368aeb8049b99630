"""«Folkeregisteret» in the browser's eyes: what is shown, masked, decided and refused."""

import json
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accessctl.models import AccessEvent, User
from guardians.models import GuardianRelation, PersonMerge, RegisterFinding
from guardians.register import work
from people.models import NationalId, Person, RegisterImport
from schoolapp.lib import clock
from schools.today import lines_for
from tests.login import grow_old, log_in
from tests.people.register_file import MOTHER, family, identifier


@pytest.fixture
def admin(client, world, settings):
    settings.SYNTHETIC_IDS_ALLOWED = True
    log_in(client, world.user("municipal_admin"))
    return client


def upload(client, content: bytes):
    file = SimpleUploadedFile("oppvekst.json", content, content_type="application/json")
    return client.post(reverse("guardians:register_upload"), {"file": file})


def page(client, name: str, *args, **query) -> str:
    response = client.get(reverse(f"guardians:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def note(person: Person, kind: str, **extra) -> RegisterFinding:
    run = RegisterImport.objects.create(finished_at=clock.now())
    return RegisterFinding.objects.create(run=run, kind=kind, person=person, **extra)


def test_a_file_is_shown_before_it_is_read_in_and_not_kept(admin, world):
    response = upload(admin, json.dumps(family()).encode())
    run = RegisterImport.objects.get()
    assert response.url == reverse("guardians:register_run", args=[run.uuid]) and run.state == "reading"
    assert "Ingenting er endret" in page(admin, "register_run", run.uuid)
    path = run.file
    assert default_storage.exists(path)
    work.work(seconds=30)
    assert not default_storage.exists(path) and not Person.objects.filter(national_ids__number=MOTHER).exists()
    text = page(admin, "register_run", run.uuid)
    assert "Nye personer" in text and "Les inn" in text
    admin.post(reverse("guardians:register_confirm", args=[run.uuid]))
    work.work(seconds=30)
    assert Person.objects.filter(national_ids__number=MOTHER).exists()
    text = page(admin, "register_run", run.uuid, hva="new_guardian")
    assert "Lysegul Tavle" in text and "Modig Tavle" in text
    assert "2" in page(admin, "register_waiting", hva="new_guardian")


def test_a_new_guardian_of_the_register_stands_once_on_the_start_page(admin, world):
    upload(admin, json.dumps(family()).encode())
    work.work(seconds=30)
    admin.post(reverse("guardians:register_confirm", args=[RegisterImport.objects.get().uuid]))
    work.work(seconds=30)
    proposed = GuardianRelation.objects.filter(state="proposed")
    assert proposed.exists() and RegisterFinding.objects.waiting().filter(relation__in=proposed.values("pk")).exists()

    def counts() -> dict[str, int]:
        return {line.url: line.count for line in lines_for(User.objects.get(pk=world.user("municipal_admin").pk))}

    found = RegisterFinding.objects.waiting().count()
    assert counts()[reverse("guardians:register_waiting")] == found
    others = proposed.exclude(pk__in=RegisterFinding.objects.waiting().values("relation")).count()
    assert counts().get(reverse("guardians:queue"), 0) == others
    RegisterFinding.objects.update(state="withdrawn")
    assert counts()[reverse("guardians:queue")] == proposed.count() > others


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'[{"a": 1', "linje 1, post 1"),
        ('[{"a": "\xf8"}]'.encode("latin-1"), "UTF-8"),
        (json.dumps([*family(), {"foedselsdato": "i går"}]).encode(), "post 2"),
        (json.dumps(family())[:-300].encode(), "slutter midt i en post"),
        (json.dumps(family()).encode("utf-16"), "UTF-8"),
        (json.dumps([*family(), *family(foedselsdato="2015-04-31")], indent=1).encode(), "skal være en dato"),
        (json.dumps(family(identifikasjonsnummer=identifier("31041512345"))).encode(), "gyldig dato"),
        (json.dumps([*family(), 7, *family()], indent=1).encode(), "post 2"),
    ],
)
def test_a_broken_file_says_where_and_changes_nothing(admin, world, content, words):
    before = Person.objects.count()
    upload(admin, content)
    work.work(seconds=30)
    run = RegisterImport.objects.get()
    text = page(admin, "register_run", run.uuid)
    assert run.state == "refused" and words in text and "Ingenting er endret" in text
    assert Person.objects.count() == before


def test_the_list_stands_also_while_a_run_is_read_and_nothing_is_counted(admin, world):
    upload(admin, json.dumps(family()).encode())
    assert "Leses" in page(admin, "register") and RegisterImport.objects.get().children is None
    work.work(seconds=30)
    text = page(admin, "register")
    assert "<td>1</td><td>3</td>" in text and RegisterImport.objects.get().persons == 3


def test_an_empty_form_says_what_to_do(admin, world):
    response = admin.post(reverse("guardians:register_upload"))
    assert response.status_code == 422 and "Velg en fil" in response.content.decode()


class TestMasking:
    def test_protected_persons_are_masked_without_the_right(self, admin, world):
        hidden = world.people["protected"]
        one = note(hidden, "protected", detail="strict")
        for text in (
            page(admin, "register_run", one.run.uuid, hva="protected"),
            page(admin, "register_run", one.run.uuid, hva="protected", sok=hidden.family_name),
        ):
            assert hidden.full_name not in text
            assert "strengt fortrolig" not in text.lower() and str(world.pupils["protected"].uuid) not in text
        assert "Skjermet person" in page(admin, "register_run", one.run.uuid, hva="protected")
        assert not AccessEvent.objects.filter(about=world.pupils["protected"].uuid, action="list").exists()

    def test_a_guardian_of_a_protected_child_can_not_be_decided(self, admin, world):
        relation = GuardianRelation.objects.filter(student=world.pupils["protected"]).first()
        one = note(
            relation.guardian, "lost_guardian", other=world.people["protected"], relation=relation.pk, state="waiting"
        )
        text = page(admin, "register_waiting", hva="lost_guardian")
        assert "Avgjøres av dem som har ansvar" in text and "Elev Protected" not in text
        admin.post(
            reverse("guardians:register_decide"), {"valgt": str(one.uuid), "svar": "godkjenn", "bekreftet": "ja"}
        )
        one.refresh_from_db()
        assert one.state == "waiting"

    def test_an_officer_sees_them_after_a_fresh_login_only(self, client, world, officers):
        one = note(world.people["protected"], "protected", detail="strict")
        log_in(client, world.user("officer"))
        assert "Elev Protected" in page(client, "register_run", one.run.uuid, hva="protected")
        grow_old(client)
        response = client.get(reverse("guardians:register_run", args=[one.run.uuid]), {"hva": "protected"})
        assert response.status_code == 403 and "Elev Protected" not in response.content.decode()


def test_pupils_shown_are_logged(admin, world):
    one = note(world.people["own"], "moved")
    page(admin, "register_run", one.run.uuid, hva="moved")
    assert AccessEvent.objects.filter(about=world.pupils["own"].uuid, action="list").exists()


def test_many_are_decided_after_what_will_happen_is_shown(admin, world):
    relations = [
        GuardianRelation.objects.create(
            guardian=world.add_person("Ny", f"Nummer {n}", born=clock.years_ago(40)),
            student=world.pupils["own"],
            state="proposed",
            ground="register",
        )
        for n in range(2)
    ]
    found = [
        note(r.guardian, "new_guardian", other=world.people["own"], relation=r.pk, state="waiting") for r in relations
    ]
    sent = {"valgt": [str(f.uuid) for f in found], "svar": "godkjenn"}
    response = admin.post(reverse("guardians:register_decide"), sent)
    assert "Foresatte får tilgang" in response.content.decode()
    assert {r.state for r in GuardianRelation.objects.filter(pk__in=[r.pk for r in relations])} == {"proposed"}
    admin.post(reverse("guardians:register_decide"), sent | {"bekreftet": "ja"})
    assert {r.state for r in GuardianRelation.objects.filter(pk__in=[r.pk for r in relations])} == {"verified"}


def test_two_are_merged_and_made_two_again_at_the_screen(admin, world):
    twin = world.add_person("Elev", "Own", born=world.people["own"].birth_date)
    one = note(world.people["own"], "duplicate", other=twin, state="waiting", detail="same_name")
    text = page(admin, "register_merge", one.uuid)
    assert "Beholdes" in text and "Elev Own" in text
    admin.post(reverse("guardians:register_merge", args=[one.uuid]))
    done = PersonMerge.objects.get()
    assert NationalId.objects.filter(person=world.people["own"]).count() == 2
    assert "Angre" in page(admin, "register_merges")
    admin.post(reverse("guardians:register_undo_merge", args=[done.uuid]))
    assert NationalId.objects.filter(person=twin).count() == 1


def test_today_tells_what_waits_and_that_it_is_overdue(admin, world):
    from_register = note(world.people["own"], "moved_out", state="waiting", detail="utflyttet")
    RegisterImport.objects.filter(pk=from_register.run_id).update(finished_at=clock.now() - timedelta(days=9))
    text = admin.get(reverse("schools:today")).content.decode()
    assert "Én sak fra Folkeregisteret venter" in text and "9 dager siden" in text


def test_the_way_back_leads_nowhere_else(admin, world):
    for bad in ("https://evil.example/", "//evil.example/folkeregisteret/", "/folkeregisteret/../../x", "/elever/"):
        response = admin.post(reverse("guardians:register_decide"), {"tilbake": bad})
        assert "evil" not in response.url and response.url.startswith("/folkeregisteret/")
