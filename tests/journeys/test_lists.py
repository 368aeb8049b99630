"""Lists: a school admin keeps a view, puts pupils in a group and takes the list out; families decide what is shared."""

from playwright.sync_api import expect

from guardians import photo_import
from guardians.actions.sharing import answer_photo, share_contact
from guardians.models import PhotoImport
from students.models import SavedView
from tests.students.photo_files import a_jpeg, a_zip


def test_a_school_admin_keeps_a_view_and_puts_pupils_in_a_group(reading, world):
    maths = world.groups["5 matematikk"]
    with reading("school_admin") as admin:
        page = admin.open("/elever/")
        admin.check_both("lists")
        page.locator("summary", has_text="Flere filtre og kolonner").click()
        page.get_by_label("Målform", exact=True).nth(1).check()
        expect(page.get_by_role("cell", name="Bokmål").first).to_be_visible()
        admin.check_both("lists-columns")
        page.get_by_role("link", name="Lagre denne visningen").click()
        page.get_by_label("Navn på visningen").fill("Med målform")
        admin.check_both("lists-save")
        page.get_by_role("button", name="Lagre visning").click()
        expect(page.get_by_role("link", name="Med målform")).to_be_visible()
        page.get_by_role("checkbox", name="Velg Own, Elev").check()
        page.get_by_role("checkbox", name="Velg Other_Class, Elev").check()
        page.get_by_role("button", name="Sett i klasse eller gruppe").click()
        page.get_by_label("Klasse eller gruppe", exact=True).select_option(str(maths.uuid))
        admin.check_both("lists-group")
        page.get_by_role("button", name="Se hva som skjer").click()
        expect(page.get_by_text("1 av 2 elever kan være med")).to_be_visible()
        admin.check_both("lists-group-preview")
        page.get_by_role("button", name="Sett elevene i gruppen").click()
        expect(page.get_by_text("Gjort for 1 av 2 elever.")).to_be_visible()
        admin.check_both("lists-group-done")
    assert maths.memberships.count() == 2
    assert SavedView.objects.get().query == "kol=klasse&kol=trinn&kol=maalform"


def test_the_list_is_taken_out_and_printed(reading, world):
    with reading("contact_teacher", scripts=False) as teacher:
        page = teacher.open("/elever/?kol=klasse&kol=telefon")
        page.get_by_label("Gjelder").select_option("alle")
        page.get_by_role("button", name="Ta ut eller skriv ut").click()
        page.get_by_role("button", name="Skriv ut", exact=True).click()
        expect(page.get_by_text("Velg hva listen skal brukes til.").first).to_be_visible()
        page.get_by_label("Hva skal listen brukes til?").select_option("beredskap")
        with page.expect_download() as download:
            page.get_by_role("button", name="Excel").click()
        assert download.value.suggested_filename.startswith("elever-")
        page.get_by_role("button", name="Skriv ut", exact=True).click()
        expect(page.get_by_role("cell", name="40 00 00 00")).to_be_visible()
    with reading("contact_teacher") as teacher:
        page = teacher.open("/elever/?kol=klasse&kol=telefon")
        page.get_by_label("Gjelder").select_option("alle")
        page.get_by_role("button", name="Ta ut eller skriv ut").click()
        teacher.check_both("take-out")
        page.get_by_label("Hva skal listen brukes til?").select_option("beredskap")
        page.get_by_role("button", name="Skriv ut", exact=True).click()
        teacher.check_both("take-out-print")


def test_a_guardian_decides_and_the_sheets_follow(reading, world):
    group = world.groups["5A"].uuid
    with reading("guardian") as guardian:
        page = guardian.open("/foresatt/")
        guardian.check_both("portal-with-choices")
        page.get_by_role("link", name="Klasseliste: dette deler jeg – Elev").first.click()
        guardian.check_both("share")
        page.get_by_label("Navnet mitt").check()
        page.get_by_label("Mobilnummeret mitt").check()
        page.get_by_role("button", name="Lagre").click()
        expect(page.get_by_text("Valget ditt er lagret.")).to_be_visible()
        page = guardian.open("/foresatt/")
        page.get_by_role("link", name="Skolefoto: ja eller nei – Elev").first.click()
        guardian.check_both("photo-answer")
        page.get_by_label("Ja").check()
        page.get_by_role("button", name="Lagre svaret").click()
        expect(page.get_by_text("Svaret ditt er lagret.")).to_be_visible()
    shared = [pupil for pupil in ("own", "other_school") if world.pupils[pupil].contact_shares.exists()]
    for pupil in {"own"} - set(shared):
        share_contact(world.pupils[pupil], name=True, phone=True, email=False, by=world.user("guardian"))
        answer_photo(world.pupils[pupil], is_given=True, by=world.user("guardian"))
    with reading("contact_teacher") as teacher:
        teacher.open(f"/klasser/{group}/klasseliste/")
        expect(teacher.page.get_by_text("Foresatt Guardian")).to_be_visible()
        teacher.check_both("sheet-contacts")
        teacher.open(f"/klasser/{group}/nodliste/")
        teacher.check_both("sheet-emergency")


def test_photos_to_and_from_the_photographer(reading, world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    answer_photo(world.pupils["own"], is_given=True, by=world.user("guardian"))
    with reading("school_admin") as admin:
        page = admin.open("/skolefoto/")
        admin.check_both("photographer")
        with page.expect_download() as download:
            page.get_by_role("button", name="Last ned fil til fotografen").click()
        admin.trouble.clear()  # to the browser a page that became a download was not loaded
        number = download.value.path().read_text("utf-8-sig").splitlines()[1].rpartition(";")[2]
        zip_file = {
            "name": "bilder.zip",
            "mimeType": "application/zip",
            "buffer": a_zip({f"{number}.jpg": a_jpeg(), "gruppe.jpg": b""}),
        }
        page.get_by_label("Zip-fil fra fotografen").set_input_files(zip_file)
        page.get_by_role("button", name="Ta inn bildene").click()
        expect(page.get_by_text("venter på tur")).to_be_visible()
        admin.check_both("photos-waiting")
        photo_import.take_in(PhotoImport.objects.get().pk)
        expect(page.get_by_text("1 elev fikk nytt bilde.")).to_be_visible()
        expect(page.get_by_text("gruppe.jpg")).to_be_visible()
        admin.check_both("photos-back")
        admin.open(f"/klasser/{world.groups['5A'].uuid}/bilder/")
        picture = page.locator(".faces img")
        expect(picture).to_have_count(1)
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
        admin.check_both("sheet-photos")
