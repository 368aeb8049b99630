"""A contact teacher at work: finds a pupil, reads the page, goes on. With mouse, with keys only, without scripts."""

import re

from playwright.sync_api import expect

from tests.journeys.browser import PHONE


def test_finds_a_pupil_and_opens_the_page(reading):
    with reading("contact_teacher") as teacher:
        page = teacher.open("/")
        expect(page).to_have_url(f"{teacher.base_url}/i-dag/")
        page.get_by_role("button", name="Søk").click()
        page.get_by_role("combobox").fill("own")
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{teacher.base_url}/sok/?q=own")
        page.get_by_role("link", name="Elev Own 5A").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Elev Own")
        expect(page.get_by_text("Foresatt Guardian")).to_be_visible()
        teacher.check()
        page.get_by_role("navigation", name="Om eleven").get_by_role("link", name="Dokumenter").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Elev Own")
        expect(page.locator(".tabs [aria-current=page]")).to_have_text("Dokumenter")
        teacher.check()


def test_choosing_a_grade_filters_at_once_and_stays_in_the_address(reading):
    with reading("municipal_admin") as admin:
        page = admin.open("/elever/")
        page.get_by_role("combobox", name="Trinn").focus()
        page.get_by_role("combobox", name="Trinn").select_option("8")
        expect(page.get_by_role("status")).to_have_text("1 elev")
        expect(page).to_have_url(re.compile(r"/elever/\?.*trinn=8"))
        expect(page.get_by_role("combobox", name="Trinn")).to_be_focused()
        expect(page.locator("#liste")).to_have_count(1)
        admin.check()
        page.go_back()
        expect(page.get_by_role("status")).to_have_text("4 elever")


def test_everything_is_reached_with_keys_alone(reading):
    with reading("contact_teacher") as teacher:
        page = teacher.open("/i-dag/")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Hopp til innholdet")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        page.keyboard.press("Control+k")
        expect(page.get_by_role("combobox")).to_be_focused()
        page.keyboard.type("classmate")
        page.keyboard.press("Enter")
        page.wait_for_url("**/sok/?q=classmate")
        tab_to(page, "Elev Classmate 5A · Skole A")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Elev Classmate")
        assert focus_can_be_seen(page)


def test_the_user_menu_opens_and_closes_with_keys(reading):
    with reading("contact_teacher") as teacher:
        page = teacher.open("/i-dag/")
        menu = page.locator("details.drop > summary").first
        menu.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Logg ut")).to_be_visible()
        teacher.check("user-menu")
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Logg ut")).to_be_hidden()
        expect(menu).to_be_focused()


def test_the_menu_opens_on_a_phone(reading):
    with reading("contact_teacher", size=PHONE) as teacher:
        page = teacher.open("/i-dag/")
        expect(page.get_by_role("link", name="Elever", exact=True)).to_be_hidden()
        page.get_by_text("Meny", exact=True).click()
        teacher.check("phone-menu")
        page.get_by_role("link", name="Elever", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Elever")


def test_works_without_scripts(reading):
    with reading("contact_teacher", scripts=False, size=PHONE) as teacher:
        page = teacher.open("/i-dag/")
        page.get_by_text("Meny", exact=True).click()
        page.get_by_role("link", name="Elever", exact=True).click()
        page.get_by_label("Navn").fill("own")
        page.get_by_role("button", name="Søk", exact=True).click()
        page.get_by_role("link", name="Own, Elev").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Elev Own")
        page.locator("details.drop > summary").first.click()
        page.get_by_role("button", name="Nynorsk").click()
        expect(page.locator("html")).to_have_attribute("lang", "nn")
        expect(page.get_by_role("heading", level=1)).to_have_text("Elev Own")


def tab_to(page, name: str, at_most: int = 40) -> None:
    for _press in range(at_most):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").strip() == name:
            return
    raise AssertionError(f"{name} is not reached with Tab")


def focus_can_be_seen(page) -> bool:
    page.keyboard.press("Tab")
    return page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
