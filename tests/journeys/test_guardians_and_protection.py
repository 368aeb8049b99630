"""Guardians, blocks and address protection in a real browser: every screen, wide and narrow, and the way through."""

import pytest

from accessctl.actions import give_grant
from accessctl.permissions import OFFICER_GRANTS, Permission
from guardians import actions
from guardians.models import GuardianRelation
from people.actions import propose_lower, raise_protection
from schoolapp.lib import clock
from tests.journeys.browser import PHONE


@pytest.fixture
def working_day(world):
    """Something in every list: a proposal, a block with an attempt, a shielded pupil, and a change that waits."""
    for name in ("officer", "second_officer"):
        world.add_employee(name, role="kommuneadmin")
        for permission in OFFICER_GRANTS:
            give_grant(world.user(name), permission, on=world.municipality, by=None, reason="Ansvarlig")
    own, officer, principal = world.pupils["own"], world.user("officer"), world.user("principal")
    actions.propose_by_hand(
        world.people["guardian_b"],
        student=own,
        evidence="court",
        reference="26/12",
        valid_to=clock.today(),
        by=officer,
    )
    block = {"kind": "no_contact", "reference": "26/9", "order_ends_on": clock.today(), "by": principal}
    actions.block_guardian(world.people["guardian_former"], student=own, **block)
    actions.note_attempt(world.people["guardian_former"])
    shielded = world.people["other_class"]
    raise_protection(shielded, level="confidential", reason="Trussel", by=principal)
    propose_lower(world.people["protected"], level="none", reason="Opphevet", by=officer)
    pupil = world.pupils["protected"]
    teacher = world.user("contact_teacher")
    give_grant(teacher, Permission.SEE_PROTECTED, on=pupil, by=officer, reason="Kontaktlærer")
    return world


def visit(person, paths: dict[str, str]) -> None:
    for name, path in paths.items():
        person.open(path, name=name)
        person.resize(PHONE, name=name)
        person.resize((1280, 900))


def test_the_screens_of_the_municipality(reading, working_day):
    own = working_day.pupils["own"]
    relation = GuardianRelation.objects.get(student=own, state="proposed", ground="manual")
    with reading("municipal_admin") as admin:
        visit(
            admin,
            {
                "guardians-tab": f"/elever/{own.uuid}/foresatte/",
                "guardian-new": f"/elever/{own.uuid}/foresatte/ny/",
                "guardian-queue": "/foresatte/til-godkjenning/",
                "guardian-relation": f"/foresatte/relasjon/{relation.uuid}/",
                "guardian-blocks": "/foresatte/sperrer/",
            },
        )
    with reading("officer") as officer:
        visit(officer, {"protected-list": "/adressesperre/"})


def test_the_screens_of_the_school(reading, working_day):
    own = working_day.pupils["own"]
    with reading("principal") as principal:
        visit(
            principal,
            {
                "block-new": f"/elever/{own.uuid}/foresatte/sperr/",
                "care": f"/elever/{own.uuid}/foresatte/omsorg/",
                "shield": f"/elever/{own.uuid}/skjerm/",
                "shielded": "/adressesperre/skjermet/",
            },
        )


def test_the_screens_of_guardians_and_pupils(reading, working_day):
    own = working_day.pupils["own"]
    with reading("guardian", size=PHONE) as guardian:
        guardian.open("/foresatt/mine-opplysninger/", name="own-contact")
        guardian.open(f"/foresatt/barn/{own.uuid}/tilgang/", name="who-has-access")
    with reading("other_school", size=PHONE) as pupil:
        pupil.open("/elev/dokumenter/", name="own-letters")


def test_a_principal_shields_a_family_and_is_told_what_happens(reading, working_day):
    with reading("principal") as principal:
        page = principal.open(f"/elever/{working_day.pupils['own'].uuid}/foresatte/")
        page.get_by_role("link", name="Skjerm nå").click()
        page.get_by_label("Begrunnelse").fill("Trussel mot familien")
        page.get_by_role("button", name="Skjerm nå").click()
        page.get_by_role("heading", name="Skjermingen gjelder nå").wait_for()
        principal.check("shielded-after")
