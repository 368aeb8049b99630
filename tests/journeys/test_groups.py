"""Classes and groups: a teacher is put on a class at the screen, sees the pupils, and is taken off again."""

import pytest
from playwright.sync_api import expect

from students.models import GroupStaffing


@pytest.fixture
def newcomer(world):
    return world.add_employee("newcomer", role="laerer", schools=(world.school_a,))


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_school_admin_puts_a_teacher_on_a_class(reading, world, newcomer, scripts):
    with reading("school_admin", scripts=scripts) as admin, reading("newcomer", scripts=scripts) as teacher:
        page = admin.open("/klasser/")
        page.get_by_role("link", name="5A").click()
        page.get_by_role("link", name="Gi en ansatt ansvar").click()
        page.get_by_role("button", name="Se hva ansvaret åpner for").click()
        expect(page.get_by_role("link", name="Ansatt: Velg en ansatt.")).to_be_visible()
        admin.check("group-add-errors")
        page.get_by_label("Ansatt", exact=True).select_option(str(newcomer.uuid))
        page.get_by_label("Funksjon").select_option(label="Kontaktlærer")
        page.get_by_role("button", name="Se hva ansvaret åpner for").click()
        expect(page.get_by_text("Ansatt Newcomer får se 2 elever.")).to_be_visible()
        assert not GroupStaffing.objects.filter(employee=newcomer).exists()
        admin.check("group-add-preview")
        page.get_by_role("button", name="Lagre ansvaret").click()
        expect(page.get_by_text("Ansvaret er lagret.")).to_be_visible()
        expect(teacher.open("/elever/").get_by_role("link", name="Own, Elev")).to_be_visible()
        page.get_by_role("link", name="Avslutt Ansatt Newcomer, kontaktlærer").click()
        page.get_by_role("button", name="Avslutt nå").click()
        expect(page.get_by_text("Ansvaret er avsluttet.")).to_be_visible()
        admin.check("group-ended")
        expect(teacher.open("/elever/").get_by_role("link", name="Own, Elev")).to_have_count(0)
    assert not GroupStaffing.objects.on().filter(employee=newcomer).exists()


def test_the_screens_wide_and_on_a_phone(reading, world):
    worker = world.add_employee("worker", role="sfo_ansatt", schools=(world.school_a,))
    own = f"/klasser/{world.groups['5A'].uuid}/"
    pages = {
        "groups": "/klasser/",
        "groups-none": "/klasser/?trinn=1",
        "groups-for-employee": f"/klasser/?ansatt={worker.uuid}",
        "group": own,
        "group-end": f"{own}avslutt/?ansvar={world.groups['5A'].staffing.on().get().key}",
        "group-add": f"{own}ansvar/?ansatt={worker.uuid}",
    }
    with reading("school_admin") as admin:
        for name, path in pages.items():
            admin.page.goto(admin.base_url + path)
            admin.check_both(name)
        admin.page.get_by_label("Funksjon").select_option(label="Assistent")
        admin.page.get_by_role("button", name="Se hva ansvaret åpner for").click()
        expect(admin.page.get_by_role("link", name="Gi rollen")).to_be_visible()
        admin.check_both("group-add-without-role")
