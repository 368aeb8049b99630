"""Through the tabs of a pupil and on to the next in the list; and the search over all persons."""

from playwright.sync_api import expect

from accessctl.actions import give_grant
from accessctl.permissions import Permission


def test_a_contact_teacher_goes_from_pupil_to_pupil_on_the_same_tab(reading):
    with reading("contact_teacher") as teacher:
        page = teacher.open("/elever/")
        page.get_by_role("link", name="Classmate, Elev").click()
        tabs = page.get_by_role("navigation", name="Om eleven")
        tabs.get_by_role("link", name="Kontakt").click()
        expect(page.get_by_role("heading", level=2, name="Eleven")).to_be_visible()
        teacher.check_both("pupil-contact")
        page.get_by_role("link", name="Neste elev").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Elev Own")
        expect(page.locator(".tabs [aria-current=page]")).to_have_text("Kontakt")
        tabs.get_by_role("link", name="Grupper").click()
        expect(page.get_by_role("rowheader", name="5A")).to_be_visible()
        teacher.check_both("pupil-groups")
        page.get_by_role("link", name="Neste elev").click()
        expect(page.get_by_text("Dette er den siste eleven i listen.")).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_have_text("Elev Own")


def test_everybody_is_searched_for_a_reason(reading, world):
    give_grant(world.users["nurse"], Permission.ADVANCED_SEARCH, on=world.municipality, by=None, reason="Vaktordning")
    with reading("nurse") as nurse:
        page = nurse.open("/personsok/")
        page.get_by_label("Navn").fill("other_school")
        page.get_by_role("button", name="Søk", exact=True).last.click()
        expect(page.get_by_text("Skriv med minst 10 tegn hvorfor du søker.").first).to_be_visible()
        nurse.check_both("everybody-refused")
        page.get_by_label("Hvorfor søker du?").fill("Ukjent barn i resepsjonen")
        page.get_by_role("button", name="Søk", exact=True).last.click()
        expect(page.get_by_text("1 treff")).to_be_visible()
        expect(page.get_by_role("listitem").get_by_text("Elev Other_School")).to_be_visible()
        expect(page).to_have_url(f"{nurse.base_url}/personsok/")
        nurse.check_both("everybody")
