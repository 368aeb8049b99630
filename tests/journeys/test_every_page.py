"""Every screen in every language: accessible, within its policy, and no wider than the screen it is shown on."""

import pytest

from tests.journeys.browser import NARROWEST, PHONE

STAFF = {"today": "/i-dag/", "list": "/elever/", "no-hits": "/elever/?sok=finnes-ikke", "not-found": "/finnes-ikke/"}


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_staff_pages(reading, world, language):
    pages = {**STAFF, "pupil": f"/elever/{world.pupils['own'].uuid}/"}
    with reading("municipal_admin", language=language) as admin:
        for name, path in pages.items():
            admin.open(path, name=f"{name}-{language}")
            for size in (PHONE, NARROWEST):
                admin.resize(size, name=f"{name}-{language}")


@pytest.mark.parametrize("path", ["/rapporter/arkiv/", "/rapporter/arkiv/oppsett/", "/maler/"])
def test_pages_of_the_municipality(reading, path):
    with reading("municipal_admin") as admin:
        admin.open(path, name=path.strip("/").replace("/", "-"))
        admin.resize(PHONE, name=path.strip("/").replace("/", "-"))


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_guardian_and_pupil_pages(reading, language):
    for name, path in [("guardian", "/foresatt/"), ("other_school", "/min-side/"), ("no_role", "/")]:
        with reading(name, size=PHONE, language=language) as person:
            person.open(path, name=f"{name}-{language}")
            person.resize(NARROWEST, name=f"{name}-{language}")


def test_the_login_page(reading):
    with reading(size=PHONE) as stranger:
        page = stranger.open("/elever/?sok=berg", name="login")
        assert "/logg-inn/?neste=%2Felever%2F%3Fsok%3Dberg" in page.url


@pytest.mark.parametrize("name, path", [("contact_teacher", "/elever/"), ("guardian", "/foresatt/")])
def test_dark_colours_keep_their_contrast(reading, name, path):
    with reading(name, dark=True) as person:
        person.open(path, name=f"dark-{name}")
