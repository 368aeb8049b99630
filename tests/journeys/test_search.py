"""The one search: with keys, on a phone, without scripts."""

from playwright.sync_api import expect

from tests.journeys.browser import PHONE


def test_a_pupil_is_found_and_opened_with_keys_alone(reading):
    with reading("school_admin") as admin:
        page = admin.open("/i-dag/")
        opener = page.get_by_role("button", name="Søk")
        opener.focus()
        page.keyboard.press("Control+k")
        field = page.get_by_role("combobox")
        expect(field).to_be_focused()
        page.keyboard.type("elev own")
        hit = page.get_by_role("option", name="Elev Own 5A")
        expect(hit).to_be_visible()
        expect(field).to_have_attribute("aria-expanded", "true")
        page.keyboard.press("ArrowDown")
        expect(hit).to_have_attribute("aria-selected", "true")
        assert field.get_attribute("aria-activedescendant") == hit.get_attribute("id")
        admin.check_both("search")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(opener).to_be_focused()
        page.keyboard.press("Control+k")
        expect(page.get_by_role("option")).to_have_count(0)
        page.keyboard.type("own")
        expect(hit).to_be_visible()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Elev Own")


def test_a_national_id_never_gets_into_the_address(reading):
    with reading("municipal_admin") as admin:
        page = admin.open("/i-dag/")
        page.keyboard.press("Control+k")
        page.keyboard.type("14831650010")
        expect(page.get_by_role("dialog").get_by_text("Vi søker ikke på fødselsnummer her")).to_be_visible()
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{admin.base_url}/sok/?nummer=1")
        admin.check_both("search-number")


def test_finds_without_scripts_on_a_phone(reading):
    with reading("contact_teacher", scripts=False, size=PHONE) as teacher:
        page = teacher.open("/i-dag/")
        page.get_by_role("searchbox").fill("own")
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Elev Own 5A").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Elev Own")
