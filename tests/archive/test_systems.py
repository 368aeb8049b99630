"""Choosing the records system and its codes, as kommuneadmin does it."""

import pytest
from django.test import Client
from django.urls import reverse

from accessctl.models import AccessEvent
from archive import systems
from archive.models import ArchiveClass, ArchiveSystem, Delivery
from tests.archive.fiks_server import OURS, THEIRS, choose
from tests.archive.parts import make_record, queue
from tests.login import log_in

pytestmark = pytest.mark.django_db
SYSTEM, SWITCH = reverse("archive:system"), reverse("archive:system_switch")
TO_FIKS, TO_ELEMENTS = {"til": "fiks_arkiv"}, {"til": "elements_ncore"}
VALUES = {
    "own_account": OURS, "recipient_account": THEIRS, "system_name": "Schoolapp", "series": "", "rule": "Elevmappe-1",
    "pupil_folder_type": "Elevmappe", "school_folder_type": "", "document_type": "KORR", "attachment_type": "VEDLEGG",
    "status": "F", "klasser": "FNR;; elev\nK-KODE; B00\nK-KODE; A20; skole", "koder": "UO = 13\nP=14",
}  # fmt: skip


@pytest.fixture
def admin(world) -> Client:
    client = Client()
    log_in(client, world.user("municipal_admin"))
    return client


@pytest.fixture
def keys(settings) -> None:
    settings.FIKS_IO = settings.FIKS_IO | {
        "url": "http://127.0.0.1:9", "integration_id": "x", "integration_password": "x", "private_keys": ["x"],
        "amqp_url": "amqp://127.0.0.1:9/",
    }  # fmt: skip


def test_without_a_choice_the_environment_decides(settings):
    for name in ("elements_ncore", "fiks_arkiv"):
        settings.ARCHIVE_CONNECTOR = name
        assert systems.current().adapter == name


def test_codes_are_kept_and_used(admin):
    assert admin.post(SYSTEM, VALUES).status_code == 302
    codes = systems.codes()
    found = [(each.system, each.class_id, each.for_pupils, each.for_schools) for each in codes.classes]
    assert found == [("FNR", "", True, False), ("K-KODE", "B00", True, True), ("K-KODE", "A20", False, True)]
    assert (codes.access_codes, codes.status, codes.rule) == ({"UO": "13", "P": "14"}, "F", "Elevmappe-1")
    assert AccessEvent.objects.filter(action="archive_system_codes").exists()
    again = admin.get(SYSTEM).context["form"]
    assert admin.post(SYSTEM, VALUES | {"klasser": again["klasser"].value(), "koder": again["koder"].value()})
    assert systems.codes() == codes
    assert ArchiveSystem.objects.count() == 1


@pytest.mark.parametrize("wrong", [
    {"klasser": "K-KODE; B00; elever"}, {"klasser": "; B00"}, {"klasser": "FNR;; skole"}, {"klasser": "x" * 50},
    {"koder": "UO"}, {"koder": "= 13"}, {"own_account": "tull"}, {"system_name": ""},
])  # fmt: skip
def test_what_makes_no_sense_is_told(admin, wrong):
    page = admin.post(SYSTEM, VALUES | wrong)
    assert page.status_code == 200 and page.context["form"].errors
    assert not ArchiveSystem.objects.exists() and not ArchiveClass.objects.exists()


class TestSwitch:
    def test_queue_is_told_before_and_everything_waiting_goes_to_the_new_system(self, admin, school, keys):
        admin.post(SYSTEM, VALUES)
        queue(make_record("dok:1:v1"), school)
        page = admin.get(SWITCH).content.decode()
        assert "1 dokument er Klar og går til det nye systemet" in page
        assert systems.current().adapter == "elements_ncore"
        assert admin.post(SWITCH, TO_FIKS).status_code == 302
        assert systems.current().adapter == "fiks_arkiv"
        assert AccessEvent.objects.filter(action="archive_system").exists()
        assert admin.post(SWITCH, TO_ELEMENTS).status_code == 302
        assert systems.current().adapter == "elements_ncore"

    def test_the_same_form_sent_twice_changes_once(self, admin, school, keys):
        admin.post(SYSTEM, VALUES)
        for _time in range(2):
            page = admin.post(SWITCH, TO_FIKS, follow=True)
        assert systems.current().adapter == "fiks_arkiv"
        assert "Arkivet er alt byttet" in page.content.decode()
        assert AccessEvent.objects.filter(action="archive_system").count() == 1

    def test_without_accounts_or_keys_it_is_refused_and_said_why(self, admin):
        page = admin.post(SWITCH, TO_FIKS)
        assert page.status_code == 409
        text = page.content.decode()
        assert "Fyll inn vår Fiks-konto" in text and "nøkler og passord" in text
        assert systems.current().adapter == "elements_ncore"

    @pytest.mark.parametrize("state", ["claimed", "sent_unknown"])
    def test_not_while_something_is_under_way(self, admin, school, keys, state):
        choose()
        delivery = queue(make_record("dok:1:v1"), school)
        Delivery.objects.filter(pk=delivery.pk).update(state=state, lease_until=delivery.created_at)
        assert admin.post(SWITCH, TO_ELEMENTS).status_code == 409
        assert systems.current().adapter == "fiks_arkiv"

    def test_what_may_lie_in_the_old_archive_is_warned_of(self, admin, school, keys):
        choose()
        delivery = queue(make_record("dok:1:v1"), school)
        Delivery.objects.filter(pk=delivery.pk).update(state="parked", failure="crashed", steps={"entry": "1"})
        assert "kan alt ligge i det gamle arkivet" in admin.get(SWITCH).content.decode()


@pytest.mark.parametrize("who", ["school_admin", "contact_teacher"])
def test_nobody_else_reaches_it(world, who):
    client = Client()
    log_in(client, world.user(who))
    assert {client.get(url).status_code for url in (SYSTEM, SWITCH)} == {403}
