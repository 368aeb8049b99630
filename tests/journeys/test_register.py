"""The municipality reads a file from the population register, decides what waits, and merges two rows of one person."""

import json

from playwright.sync_api import expect

from guardians.models import RegisterFinding
from guardians.register import work
from people.models import RegisterImport
from tests.people.register_file import family


def test_a_file_is_read_in_and_what_waits_is_decided(reading, world, settings, tmp_path):
    settings.SYNTHETIC_IDS_ALLOWED = True
    file = tmp_path / "oppvekst.json"
    file.write_text(json.dumps(family()))
    with reading("municipal_admin") as admin:
        page = admin.open("/folkeregisteret/")
        admin.check_both("register")
        page.get_by_label("Fil fra KS Fiks Oppvekst (JSON)").set_input_files(file)
        page.get_by_role("button", name="Last opp og se hva den endrer").click()
        work.work(seconds=20)
        page.reload()
        expect(page.get_by_text("Ingenting er endret ennå")).to_be_visible()
        admin.check_both("register-forecast")
        page.get_by_role("button", name="Les inn", exact=True).click()
        work.work(seconds=20)
        page.reload()
        expect(page.get_by_text("Innlesingen var ferdig")).to_be_visible()
        page.get_by_role("link", name="Nye foresatte 2").click()
        admin.check_both("register-run")
        for box in page.get_by_role("checkbox").all():
            box.check()
        page.get_by_role("button", name="Godkjenn valgte").click()
        admin.check_both("register-decide")
        page.get_by_role("button", name="Godkjenn", exact=True).click()
        expect(page.get_by_text("2 er avgjort.")).to_be_visible()


def test_two_rows_of_one_person_are_merged_and_made_two_again(reading, world):
    own = world.people["own"]
    twin = world.add_person("Elev", "Own", born=own.birth_date)
    run = RegisterImport.objects.create()
    RegisterFinding.objects.create(
        run=run, kind="duplicate", state="waiting", person=own, other=twin, detail="same_name"
    )
    with reading("municipal_admin") as admin:
        page = admin.open("/folkeregisteret/venter/?hva=duplicate")
        admin.check_both("register-duplicates")
        page.get_by_role("link", name="Se på de to sammen").click()
        admin.check_both("register-merge")
        page.get_by_role("button", name="Slå sammen").click()
        expect(page.get_by_text("De to er slått sammen")).to_be_visible()
        admin.check_both("register-merged")
        page.get_by_role("button", name="Angre").click()
        expect(page.get_by_text("Alt er som før")).to_be_visible()
