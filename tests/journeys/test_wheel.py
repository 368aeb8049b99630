"""The year wheel: a principal ticks off what is done, and the line on the start page goes."""

from accessctl.models import RoleAssignment
from schools.wheel.duties import duty_called
from tests.journeys.browser import NARROWEST


def test_a_principal_ticks_off_and_moves_a_date(reading, world):
    RoleAssignment.objects.update(valid_from=world.year.starts_on)
    title = str(duty_called("parents-meeting").title)
    with reading("principal") as principal:
        page = principal.open("/arshjul/?vis=alle")
        principal.check_both("arshjul")
        page.get_by_role("link", name=title).focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/arshjul/parents-meeting/")
        principal.check_both("arshjul-oppgave")
        page.get_by_label("Ny frist").fill(f"{world.year.ends_on.year}-06-01")
        page.get_by_role("button", name="Lagre fristen").press("Enter")
        page.get_by_text("Fristen er endret.").wait_for()
        page.get_by_role("button", name="Kryss av som gjort").press("Enter")
        page.get_by_text("Oppgaven er krysset av som gjort.").wait_for()
        principal.check_both()
        page.get_by_role("button", name="Åpne igjen").wait_for()


def test_the_wheel_holds_on_the_narrowest_phone_without_scripts(reading):
    with reading("principal", size=NARROWEST, scripts=False) as principal:
        page = principal.open("/arshjul/?vis=alle&status=gjenstar")
        assert page.get_by_role("heading", name="Årshjul").is_visible()
