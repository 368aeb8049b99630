"""The new school year: a plan is begun, classes are put together by mouse, keys and form, and the year is published."""

import pytest
from playwright.sync_api import expect

from admissions.models import PlannedGroup, PlannedPlace, YearJob
from admissions.year import jobs, written
from admissions.year.draft import fill
from students.models import Enrolment
from tests.admissions.next_year import add_beginner, grow, make_draft, make_ready
from tests.journeys.browser import PHONE


@pytest.fixture
def planned(world):
    grow(world)
    world.draft = make_draft(world)
    world.draft.opened_at = world.draft.filled_at
    world.draft.save()
    return world


def class_of(world, key: str) -> str:
    group = PlannedPlace.objects.get(student=world.pupils[key]).home_class
    return group.name if group else ""


def puzzle(world) -> str:
    return f"/nytt-skolear/skole/{world.school_a.uuid}/trinn/6/"


def test_the_puzzle_by_keys_and_by_mouse(reading, planned):
    with reading("school_admin") as admin:
        page = admin.open(puzzle(planned), name="year-puzzle")
        card = page.locator("summary", has_text="Own, Elev")
        card.focus()
        page.keyboard.press("ArrowRight")
        expect(page.locator("#sagt")).to_have_text("Elev Own er flyttet til 6B.")
        expect(page.locator("summary:focus")).to_contain_text("Own, Elev")
        assert class_of(planned, "own") == "6B"
        page.keyboard.press("Enter")
        page.get_by_role("button", name="6A").locator("visible=true").click()
        expect(page.locator("#sagt")).to_have_text("Elev Own er flyttet til 6A.")
        admin.check()
        source = page.locator("summary", has_text="Classmate, Elev").bounding_box()
        target = page.locator(".column", has=page.get_by_role("heading", name="6B")).bounding_box()
        page.mouse.move(source["x"] + 40, source["y"] + 10)
        page.mouse.down()
        page.mouse.move(target["x"] + 60, target["y"] + 60, steps=6)
        page.mouse.up()
        expect(page.locator("#sagt")).to_have_text("Elev Classmate er flyttet til 6B.")
        assert class_of(planned, "classmate") == "6B"
        page.get_by_role("button", name="Angre siste flytting").click()
        expect(page.get_by_text("1 flytting er angret.")).to_be_visible()
        assert class_of(planned, "classmate") == "6A"


def test_the_puzzle_by_finger_on_a_phone(reading, planned):
    """A tap opens the card and another moves it; and the grip drags it to another class."""
    with reading("school_admin", size=PHONE, touch=True, language="nn") as admin:
        page = admin.open(puzzle(planned), name="year-puzzle-finger")
        card = page.locator("li", has_text="Own, Elev").locator("visible=true").first
        card.locator("summary").tap()
        card.get_by_role("button", name="6B").tap()
        expect(page.locator("[data-class] h2", has_text="6B").locator("xpath=../..")).to_contain_text("Own, Elev")
        assert class_of(planned, "own") == "6B"
        admin.check("year-puzzle-finger-moved")
        finger = page.context.new_cdp_session(page)
        grip = page.locator("li", has_text="Own, Elev").locator(".grip").bounding_box()
        target = page.locator(".column", has=page.get_by_role("heading", name="6A")).bounding_box()
        x, start, end = grip["x"] + 5, grip["y"] + 5, target["y"] + 20
        touch(finger, "touchStart", x, start)
        for part in range(1, 6):
            touch(finger, "touchMove", x, start + (end - start) * part / 5)
        touch(finger, "touchEnd")
        expect(page.locator("[data-class] h2", has_text="6A").locator("xpath=../..")).to_contain_text("Own, Elev")
        assert class_of(planned, "own") == "6A"


def touch(finger, kind: str, *at: float) -> None:
    points = [{"x": at[0], "y": at[1]}] if at else []
    finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_the_puzzle_when_somebody_else_was_first(reading, planned):
    with reading("school_admin") as admin:
        page = admin.open(puzzle(planned))
        PlannedPlace.objects.filter(student=planned.pupils["own"]).update(home_class=None, version=9)
        page.locator("summary", has_text="Own, Elev").focus()
        page.keyboard.press("ArrowRight")
        expect(page.locator("#sagt")).to_contain_text("Noen andre har flyttet Elev Own")
        expect(page.locator("[data-class=ingen] summary", has_text="Own, Elev")).to_be_visible()
        admin.check()


def test_the_puzzle_without_scripts(reading, planned):
    with reading("school_admin", scripts=False) as admin:
        page = admin.open(puzzle(planned))
        card = page.locator("li", has_text="Own, Elev").locator("visible=true").first
        card.locator("summary").click()
        card.get_by_role("button", name="6B").click()
        expect(page.get_by_text("Elev Own er flyttet til 6B.")).to_be_visible()
    assert class_of(planned, "own") == "6B"


def test_a_year_is_published_and_taken_back(reading, planned):
    make_ready(planned.draft)
    with reading("municipal_admin") as stab:
        for button, count in [("Publiser", 18), ("Rull tilbake", 0)]:
            page = stab.open("/nytt-skolear/")
            page.get_by_role("link", name=button).click()
            stab.check(f"year-{button}")
            page.get_by_role("button", name=button).click()
            expect(page.get_by_text("Alt gjøres helt eller ikke i det hele tatt.")).to_be_visible()
            stab.check("year-going-on")
            jobs.run(YearJob.objects.latest("pk").pk)
            expect(page.get_by_text(": ferdig")).to_be_visible()
            assert Enrolment.objects.filter(school_year=planned.draft.school_year).count() == count


def test_the_screens_wide_and_on_a_phone(reading, planned):
    school = f"/nytt-skolear/skole/{planned.school_a.uuid}/"
    PlannedGroup.objects.filter(name="6A").update(size_limit=1)
    place = PlannedPlace.objects.get(student=planned.pupils["beginner 0"])
    pages = {
        "year-overview": "/nytt-skolear/",
        "year-beginners": "/nytt-skolear/nye-elever/?vis=alle",
        "year-early": "/nytt-skolear/tidlig-skolestart/?sok=ingen",
        "year-routes": "/nytt-skolear/mottakerskoler/",
        "year-information": "/nytt-skolear/informasjon/",
        "year-exceptions": "/nytt-skolear/unntak/",
        "year-pupil": f"/nytt-skolear/elev/?elev={place.uuid}",
        "year-publish-missing": "/nytt-skolear/kjor/publiser/",
        "year-school": school,
        "year-classes": f"{school}klasser/",
        "year-groups": f"{school}grupper/",
        "year-teachers": f"{school}kontaktlarere/",
        "year-teachers-groups": f"{school}kontaktlarere/?vis=grupper",
        "year-sfo": f"{school}sfo/",
        "year-board": puzzle(planned),
    }
    with reading("municipal_admin") as stab:
        for name, path in pages.items():
            stab.page.goto(stab.base_url + path)
            stab.check_both(name)


def test_many_get_a_school_at_once_after_a_look_at_how_many(reading, planned):
    for number in range(2):
        add_beginner(planned, f"northerner {number}", code="0801")
    fill(planned.draft)
    with reading("municipal_admin") as stab:
        page = stab.open("/nytt-skolear/nye-elever/", name="year-beginners-left")
        page.get_by_role("link", name="Velg skole for mange").click()
        page.get_by_label("Som bor").select_option(label="i disse postnumrene")
        page.get_by_label("Fra postnummer").fill("0800")
        page.get_by_label("Til postnummer").fill("0899")
        page.get_by_label("Skal få").select_option(label="Skole A")
        page.get_by_role("button", name="Se hvor mange det gjelder").click()
        expect(page.get_by_role("heading", name="Det gjelder 2 elever")).to_be_visible()
        stab.check_both("year-many")
        page.get_by_role("button", name="Gi 2 elever plass på Skole A").click()
        expect(page.get_by_text("Lagret for 2 elever.")).to_be_visible()
        expect(page.get_by_role("heading", name="Alle har en skole")).to_be_visible()
        stab.check_both("year-many-done")


def test_a_pupil_changes_class_in_a_published_year(reading, planned):
    make_ready(planned.draft)
    written.publish(planned.draft, by=None)
    with reading("school_admin", size=PHONE) as admin:
        page = admin.open(puzzle(planned))
        page.locator("summary", has_text="Own, Elev").click()
        page.get_by_role("button", name="6B").locator("visible=true").click()
        expect(page.locator("#sagt")).to_have_text("Elev Own er flyttet til 6B.")
        page.reload()
        expect(page.get_by_text("Elev Own: 6A → 6B")).to_be_visible()
        admin.check_both("year-corrected")
        page.get_by_role("button", name="Angre siste flytting").click()
        expect(page.get_by_text("1 flytting er angret.")).to_be_visible()
        admin.check()
    assert class_of(planned, "own") == "6A"
