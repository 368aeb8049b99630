"""A guardian on a phone."""

from playwright.sync_api import expect

from accessctl.actions import assign_role
from tests.journeys.browser import PHONE


def test_sees_a_card_for_each_child_and_nobody_else(reading):
    with reading("guardian", size=PHONE) as guardian:
        page = guardian.open("/")
        expect(page).to_have_url(f"{guardian.base_url}/foresatt/")
        expect(page.get_by_role("article")).to_have_count(2)
        expect(page.get_by_role("article").first).to_contain_text("5A · Skole A")
        expect(page.get_by_role("article").first).to_contain_text("Ansatt Contact_Teacher")
        expect(page.get_by_text("5B")).to_have_count(0)


def test_reads_the_portal_in_english_and_keeps_the_choice(reading, world):
    with reading("guardian", size=PHONE) as guardian:
        page = guardian.open("/foresatt/")
        page.get_by_role("contentinfo").get_by_role("button", name="English").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your children")
        guardian.check("guardian-english")
    assert world.user("guardian").language == "en"


def test_every_target_is_large_enough_for_a_thumb(reading):
    with reading("guardian", size=PHONE) as guardian:
        page = guardian.open("/foresatt/")
        small = page.evaluate(
            """[...document.querySelectorAll("a, button, summary")].filter((e) => e.offsetParent)
               .map((e) => [e.textContent.trim(), e.getBoundingClientRect()])
               .filter(([, box]) => box.width > 2 && (box.height < 24 || box.width < 24)).map(([text]) => text)"""
        )
        assert small == []


def test_someone_with_several_doors_can_change_between_them(reading, world):
    world.add_guardian("contact_teacher", "other_class")
    assign_role(world.user("contact_teacher"), role="foresatt", by=None)
    with reading("contact_teacher", size=PHONE) as person:
        page = person.open("/i-dag/")
        page.locator("details.drop > summary").first.click()
        page.get_by_role("link", name="Som foresatt").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Dine barn")
        person.check()
