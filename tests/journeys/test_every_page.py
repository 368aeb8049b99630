"""Every screen at every width, in both written forms: accessible, within its policy, and no wider than the screen."""

import pytest

from tests.journeys.browser import NARROWEST, PHONE, WIDE

STAFF = ["/i-dag/", "/elever/", "/elever/?sok=finnes-ikke", "/finnes-ikke/"]


@pytest.mark.parametrize("language", ["nb", "nn"])
@pytest.mark.parametrize("size", [WIDE, PHONE, NARROWEST], ids=["wide", "phone", "narrowest"])
def test_staff_pages(reading, world, size, language):
    pages = [*STAFF, f"/elever/{world.pupils['own'].uuid}/"]
    with reading("contact_teacher", size=size, language=language) as teacher:
        for path in pages:
            teacher.open(path, name=f"staff-{language}{path.replace('/', '_')[:20]}")


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
@pytest.mark.parametrize("size", [WIDE, PHONE, NARROWEST], ids=["wide", "phone", "narrowest"])
def test_guardian_and_pupil_pages(reading, size, language):
    for name, path in [("guardian", "/foresatt/"), ("other_school", "/min-side/"), ("no_role", "/")]:
        with reading(name, size=size, language=language) as person:
            person.open(path, name=f"portal-{language}-{name}")


@pytest.mark.parametrize("name, path", [("contact_teacher", "/elever/"), ("guardian", "/foresatt/")])
def test_dark_colours_keep_their_contrast(reading, name, path):
    with reading(name, dark=True) as person:
        person.open(path, name=f"dark-{name}")
