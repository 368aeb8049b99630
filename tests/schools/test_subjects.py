"""Subjects from Udir: the dry run, what expires, what is refused, and that nothing is half read in."""

import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schools.models import Subject, SubjectSnapshot
from schools.subjects.actions import plan, take_snapshot
from schools.subjects.bundled import LOCAL, SUBJECTS, install_subjects
from schools.subjects.grep import Refused, read
from students.models import Group
from tests.login import log_in

BASE = "https://data.udir.no/kl06/v201906"
LIST, UPLOAD = "/oppsett/fag/", "/oppsett/fag/les-inn/"


def listed(code: str, name: str = "Prøvefag", *, status: str = "publisert", **extra) -> dict:
    """An entry as the list of subject codes has it; `extra` is written with underscores for hyphens."""
    return {
        "kode": code,
        "tittel": [{"spraak": "default", "verdi": name}, {"spraak": "nno", "verdi": f"{name} (nn)"}],
        "status": f"{BASE}/status/status_{status}",
        "url-data": f"{BASE}/fagkoder/{code}",
        "fagtype": [{"url-data": f"{BASE}/fagtyper/fagtype_grunnskolefag"}],
        "etter-aarstrinn": [{"kode": "aarstrinn8"}, {"kode": "aarstrinn10"}],
        "gyldig-fra": "2020-08-01T00:00:00",
        "gyldig-til": None,
    } | {name.replace("_", "-"): value for name, value in extra.items()}


def content(*entries) -> bytes:
    return json.dumps(list(entries), ensure_ascii=False).encode()


@pytest.fixture
def admin(world):
    client = Client()
    log_in(client, world.user("municipal_admin"))
    return client


def sent(data: bytes) -> dict:
    return {"fil": SimpleUploadedFile("fagkoder.json", data, content_type="application/json")}


def text_of(response) -> str:
    return " ".join(response.content.decode().replace("\xa0", " ").split())


def test_a_snapshot_adds_changes_and_ends_and_is_idempotent(world):
    Subject.objects.create(code="GML0001", name_nb="Gammelt", valid_from=date(2006, 8, 1))
    Subject.objects.create(code="ANN0001", name_nb="Annet", valid_from=date(2006, 8, 1))
    data = content(
        listed("NYE0001", "Nytt"),
        listed("GML0001", "Gammelt", status="utgaatt", gyldig_fra="2006-08-01", gyldig_til="2021-07-31"),
        listed("VGS0001", "Videregående", fagtype=[{"kode": "fagtype_fellesfag"}], etter_aarstrinn=[]),
        listed("KLD0001", "Kladd", status="kladd"),
    )
    found = take_snapshot(data, by=None)
    assert found.counts == {"new": 1, "changed": 1, "unchanged": 0, "left_out": 1, "untold": 0, "kept": 1}
    new = Subject.objects.get(code="NYE0001")
    assert (new.name_nn, new.grade_from, new.grade_to, new.valid_to) == ("Nytt (nn)", 8, 10, None)
    assert Subject.objects.get(code="GML0001").valid_to == date(2021, 7, 31)
    assert not Subject.objects.filter(code__in=["VGS0001", "KLD0001"]).exists()
    assert Subject.objects.filter(code="ANN0001").exists()
    assert take_snapshot(data, by=None).counts["unchanged"] == 2
    assert SubjectSnapshot.objects.count() == 2


def reference(code: str, name: str = "Prøvefag", status: str = "publisert") -> dict:
    """An entry as Udir's list has it: where the whole subject is, and no more than its title and status."""
    return {key: listed(code, name, status=status)[key] for key in ("kode", "tittel", "status", "url-data")}


def test_a_list_of_references_renews_what_we_have_and_never_says_why_without_knowing(admin):
    last_day = date(2099, 7, 31)
    Subject.objects.create(code="KJE0001", name_nb="Kjent", valid_from=date(2020, 8, 1), valid_to=last_day)
    Subject.objects.create(code="UTG0001", name_nb="Utgår", valid_from=date(2020, 8, 1))
    data = content(
        reference("KJE0001", "Kjent, nytt navn"),
        reference("UTG0001", "Utgår", status="utgaatt"),
        reference("NYE0001", "Nytt"),
        reference("GML0001", "Gammelt", status="utgaatt"),
    )
    preview = admin.post(UPLOAD, sent(data), follow=True)
    told = text_of(preview)
    assert "Nytt (NYE0001)" in told and "filen sier ikke hvilket trinn" in told and f"{BASE}/fagkoder/" in told
    assert "1 hører ikke til grunnskolen eller er utgått" in told
    admin.post(preview.request["PATH_INFO"], {"plan": preview.context["plan"].digest})
    known = Subject.objects.get(code="KJE0001")
    assert (known.name_nb, known.valid_to) == ("Kjent, nytt navn", last_day)
    assert not Subject.objects.on().filter(code="UTG0001").exists()
    assert not Subject.objects.filter(code="NYE0001").exists()


def test_the_whole_subject_behind_a_reference_is_read_by_itself(db):
    found = take_snapshot(json.dumps(listed("NYE0001", "Nytt")).encode(), by=None)
    assert found.counts["new"] == 1 and Subject.objects.get().code == "NYE0001"


def test_a_subject_in_use_ends_and_stays_with_its_group(world):
    used = Subject.objects.create(code="BRK0001", name_nb="I bruk", valid_from=date(2006, 8, 1))
    group = world.groups["5 matematikk"]
    Group.objects.filter(pk=group.pk).update(subject=used)
    take_snapshot(content(listed("BRK0001", "I bruk", status="utgaatt", gyldig_fra="2006-08-01")), by=None)
    group.refresh_from_db()
    assert group.subject == used
    assert not Subject.objects.on().filter(pk=used.pk).exists()


@pytest.mark.parametrize(
    "broken, reason",
    [
        (listed("nope"), "ikke en fagkode"),
        (listed("ABC0002", tittel=[]), "Tittelen mangler"),
        (listed("ABC0002", tittel=[{"spraak": "nob"}]), "slik Udir skriver"),
        (listed("ABC0002", gyldig_fra="2027-04-31"), "ingen dato"),
        (listed("ABC0002", gyldig_fra="2021-08-01", gyldig_til="2020-07-31"), "før gyldig fra"),
        ({"kode": "ABC0002", "tittel": []}, "Status mangler"),
        (listed("ABC0001"), "nummer 1"),
        ("tekst", "ikke et fag"),
    ],
)
def test_a_broken_entry_is_told_with_its_row_and_nothing_is_read_in(db, broken, reason):
    data = content(listed("ABC0001"), broken, listed("ABC0003"))
    with pytest.raises(Refused) as refused:
        take_snapshot(data, by=None)
    (problem,) = refused.value.problems
    assert problem.row == 2
    assert reason in problem.reason
    assert not Subject.objects.exists() and not SubjectSnapshot.objects.exists()


@pytest.mark.parametrize(
    "data, reason",
    [
        (b"", "tom"),
        (content(listed("ABC0001"))[:-20], "avkortet"),
        ('[{"kode": "æ"}]'.encode("latin-1"), "UTF-8"),
        (b"{}", "ikke en liste"),
        (b"[]", "ingen fag"),
        (b"[" * 100_000, "liste"),
    ],
)
def test_a_file_that_is_no_list_of_subjects_is_refused(db, data, reason):
    with pytest.raises(Refused, match=reason):
        plan(data)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["kode", "tittel", "status", "spraak", "verdi", "gyldig-fra"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=80)
@given(st.lists(json_values, max_size=4))
def test_whatever_the_file_holds_it_is_read_or_refused(rows):
    try:
        entries = read(json.dumps(rows).encode())
    except Refused:
        return
    assert all(entry.code and entry.name_nb for entry in entries)


def test_the_screen_shows_first_and_saves_just_that(admin, world):
    data = content(listed("NYE0001", "Nytt"))
    preview = admin.post(UPLOAD, sent(data), follow=True)
    assert "Nytt (NYE0001)" in text_of(preview)
    assert not Subject.objects.exists()
    url, digest = preview.request["PATH_INFO"], preview.context["plan"].digest
    assert admin.post(url, {"plan": "en annen"}).status_code == 409
    done = admin.post(url, {"plan": digest}, follow=True)
    assert "1 nye" in text_of(done)
    assert Subject.objects.get().name_nb == "Nytt"
    assert "lest inn" in text_of(admin.get(LIST))


def test_the_screen_tells_every_broken_entry(admin):
    answer = admin.post(UPLOAD, sent(content(listed("x"), listed("ABC0002", tittel=[]))))
    assert answer.status_code == 422
    assert "Fag 1 (x): " in text_of(answer) and "Fag 2 (ABC0002): Tittelen mangler" in text_of(answer)
    assert admin.post(UPLOAD, {}).status_code == 422


@pytest.mark.parametrize("name", ["school_admin", "principal", "contact_teacher", "guardian"])
def test_subjects_are_for_the_municipality(world, name):
    client = Client()
    log_in(client, world.user(name))
    for path in (LIST, UPLOAD):
        assert client.get(path).status_code == 403


def test_expired_subjects_are_shown_when_asked_for(admin):
    Subject.objects.create(code="GML0001", name_nb="Gammelt", valid_from=date(2006, 8, 1), valid_to=date(2020, 7, 31))
    assert "GML0001" not in text_of(admin.get(LIST))
    assert "GML0001" in text_of(admin.get(LIST, {"utgatte": "on"}))
    assert "GML0001" in text_of(admin.get(LIST, {"utgatte": "on", "sok": "gamm"}))


def test_the_command_shows_and_with_apply_saves(db, tmp_path, capsys):
    file = tmp_path / "fagkoder.json"
    file.write_bytes(content(listed("NYE0001", "Nytt")))
    call_command("import_subjects", str(file))
    assert "ny: Nytt (NYE0001)" in capsys.readouterr().out
    assert not Subject.objects.exists()
    call_command("import_subjects", str(file), "--apply")
    assert Subject.objects.count() == 1
    file.write_bytes(content(listed("x")))
    with pytest.raises(CommandError, match="Fag 1"):
        call_command("import_subjects", str(file), "--apply")


def test_the_bundled_subjects_are_whole_and_leave_what_stands(db):
    assert install_subjects() == len(SUBJECTS)
    Subject.objects.filter(code="MAT0015").update(name_nb="Rettet")
    assert install_subjects() == 0
    assert Subject.objects.get(code="MAT0015").name_nb == "Rettet"
    assert {s.code for s in SUBJECTS if s.is_elective} <= {s.code for s in SUBJECTS if s.code.startswith(LOCAL)}


def test_an_elective_is_called_so_once(admin):
    for code, name, nynorsk in (
        ("DES0001", "Valgfag design og redesign", "Valfag design og redesign"),
        ("FRI0001", "Friluftsliv", ""),
    ):
        Subject.objects.create(code=code, name_nb=name, name_nn=nynorsk, is_elective=True, valid_from=date(2020, 8, 1))
    shown = text_of(admin.get(LIST)).casefold()
    assert shown.count("valgfag") == 2
    with override("nn"):
        assert not Subject.objects.get(code="DES0001").shows_elective


def test_the_list_costs_the_same_for_many(admin, django_assert_max_num_queries):
    Subject.objects.create(code="ABC0001", name_nb="Ett fag", valid_from=date(2020, 8, 1))
    with django_assert_max_num_queries(25) as few:
        admin.get(LIST)
    install_subjects()
    with django_assert_max_num_queries(25) as many:
        admin.get(LIST)
    assert len(many) == len(few)


def test_a_subject_is_named_in_the_language_of_the_reader():
    subject = Subject(code="ARB0001", name_nb="Engelsk fordypning", name_nn="Engelsk fordjuping")
    with override("nn"):
        assert str(subject) == "Engelsk fordjuping (ARB0001)"
        assert Subject(code="LOKAL-X", name_nb="Lokalt fag").name == "Lokalt fag"
    with override("nb"):
        assert subject.name == "Engelsk fordypning"
