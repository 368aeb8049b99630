"""A school admin makes a class, moves pupils into it and takes it back; enters a planning day; subjects are read in."""

import json
import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from schoolapp.lib import clock
from schools.models import CalendarEntry, Subject
from schools.subjects.bundled import install_subjects
from students.models import Group, Membership


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_school_admin_makes_a_class_and_moves_pupils_into_it(reading, world, scripts):
    own = world.pupils["own"]
    with reading("school_admin", scripts=scripts) as admin:
        page = admin.open("/klasser/")
        page.get_by_role("link", name="Ny klasse eller gruppe").click()
        admin.check("group-kinds")
        page.get_by_role("link", name=re.compile("^Klasse En elev")).click()
        page.get_by_label("Navn").fill("5C")
        page.get_by_role("button", name="Opprett").click()
        expect(page.get_by_text("Velg trinn for klassen.")).to_be_visible()
        admin.check("group-new-refused")
        page.get_by_label("Trinn", exact=False).select_option("5")
        page.get_by_role("button", name="Opprett").click()
        expect(page.get_by_role("heading", name="5C")).to_be_visible()
        page.get_by_role("link", name="Sett inn elever").click()
        page.get_by_label("Own, Elev").check()
        page.get_by_label("Classmate, Elev").check()
        admin.check("group-put-in")
        page.get_by_role("button", name="Se hva som skjer").click()
        expect(page.get_by_text("flyttes fra 5A")).to_have_count(2)
        admin.check("group-put-in-preview")
        page.get_by_role("button", name="Sett inn 2 elever").click()
        expect(page.get_by_text("2 elever er satt inn.")).to_be_visible()
        admin.check("group-with-changes")
        assert Membership.objects.on().get(student=own).group.name == "5C"
        page.get_by_role("button", name="Angre Satt inn elever").click()
        expect(page.get_by_text("Endringen er angret.")).to_be_visible()
    assert Membership.objects.on().get(student=own).group.name == "5A"


def test_the_screens_about_groups_wide_and_on_a_phone(reading, world):
    install_subjects()
    group = world.groups["5A"]
    day = (clock.today() - timedelta(days=1)).isoformat()
    base = f"/klasser/{group.uuid}/"
    half = Group.objects.create(
        school=world.school_a, school_year=world.year, kind="contact_group", name="5A gul", home_class=group
    )
    pages = {
        "group-new-subject": "/klasser/ny/?slag=subject_group",
        "group-new-contact": "/klasser/ny/?slag=contact_group",
        "group-change": f"{base}endre/",
        "group-put-in-contact": f"/klasser/{half.uuid}/sett-inn/",
        "group-take-out": f"{base}ta-ut/",
        "group-close": f"{base}avslutt-gruppen/",
        "group-on-a-day": f"{base}?dag={day}",
        "groups-on-a-day": f"/klasser/?dag={day}",
        "groups-no-such-day": "/klasser/?dag=2027-04-31",
    }
    with reading("school_admin") as admin:
        for name, path in pages.items():
            admin.page.goto(admin.base_url + path)
            admin.check_both(name)
        admin.page.goto(f"{admin.base_url}{base}avslutt-gruppen/")
        admin.page.get_by_role("button", name="Se hva som avsluttes").click()
        expect(admin.page.get_by_text("Kontaktlærergruppen 5A gul avsluttes samtidig.")).to_be_visible()
        admin.check_both("group-close-preview")
        admin.page.goto(f"{admin.base_url}{base}ta-ut/")
        admin.page.get_by_label("Own, Elev").check()
        admin.page.get_by_role("button", name="Se hva som skjer").click()
        admin.check_both("group-take-out-preview")


def test_a_school_enters_a_planning_day(reading, world):
    with reading("school_admin") as admin:
        page = admin.open("/oppsett/skolerute/")
        admin.check_both("calendar-empty")
        page.get_by_role("link", name="Legg inn dager").click()
        admin.check_both("calendar-new")
        page.get_by_label("Slag").select_option(label="planleggingsdag")
        page.get_by_label("Navn").fill("Planlegging")
        monday = clock.today() + timedelta(days=-clock.today().weekday())
        page.get_by_label("Første dag").fill(max(monday, world.year.starts_on).isoformat())
        page.get_by_role("button", name="Se hva det gjør med skoledagene").click()
        expect(page.get_by_role("heading", name="Dette gjør dagene med skoleåret")).to_be_visible()
        admin.check_both("calendar-preview")
        page.get_by_role("button", name="Lagre").click()
        expect(page.get_by_text("Skoleruten er lagret.")).to_be_visible()
        admin.check_both("calendar")
        page.get_by_role("link", name="Planlegging").click()
        admin.check_both("calendar-entry")
    assert CalendarEntry.objects.get().school == world.school_a


def test_the_municipality_reads_in_subjects(reading, world, tmp_path):
    file = tmp_path / "fagkoder.json"
    entry = {
        "kode": "NYE0001",
        "tittel": [{"spraak": "nob", "verdi": "Nytt fag"}],
        "status": "https://data.udir.no/kl06/v201906/status/status_publisert",
        "aarstrinn": [{"kode": "aarstrinn10"}],
        "gyldig-fra": "2020-08-01",
    }
    with reading("municipal_admin") as admin:
        page = admin.open("/oppsett/fag/")
        admin.check_both("subjects-none")
        page.get_by_role("link", name="Les inn fag fra Udir").click()
        file.write_text(json.dumps([entry, {"kode": "x"}]))
        page.locator("#id_fil").set_input_files(file)
        page.get_by_role("button", name="Se hva som skjer").click()
        expect(page.get_by_text("Fag 2 (x)")).to_be_visible()
        admin.check_both("subjects-refused")
        file.write_text(json.dumps([entry]))
        page.locator("#id_fil").set_input_files(file)
        page.get_by_role("button", name="Se hva som skjer").click()
        expect(page.get_by_text("Nytt fag (NYE0001)")).to_be_visible()
        admin.check_both("subjects-preview")
        page.get_by_role("button", name="Les inn fagene").click()
        expect(page.get_by_text("Fagene er lest inn: 1 nye")).to_be_visible()
        admin.check_both("subjects")
    assert Subject.objects.get().code == "NYE0001"
