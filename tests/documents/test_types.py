"""Kommuneadmin's document types: rules, register of hjemler, own types, and the test in the archive."""

import threading

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.urls import reverse

from archive.models import ArchiveFolder, Delivery
from documents import type_actions
from documents.models import AccessBasis, ArchiveTest, Document, DocumentType, TemplateVersion
from documents.rehearsals import StillTrying, made_up_number, try_in_archive
from schoolapp.lib.national_id import parse
from students.models import Student
from tests.documents.conftest import type_called
from tests.world import World

SLUG = "innkalling-moete"


def url(name: str = "edit_type", *args: object) -> str:
    return reverse(f"documents:{name}", args=args or (SLUG,))


def posted(kind: DocumentType, **changed: object) -> dict[str, object]:
    form = {
        "name_nb": kind.name_nb, "name_nn": kind.name_nn, "channel": kind.channel, "archive_mode": kind.archive_mode,
        "basis": kind.basis_id or "", "registry_type": kind.registry_type, "registry_status": kind.registry_status,
        "document_code": kind.document_code, "sensitivity": kind.sensitivity, "shown_to_guardians": "on",
        "guide_nb": kind.guide_nb, "guide_nn": kind.guide_nn,
    }  # fmt: skip
    return form | changed


@pytest.fixture
def admin(school: World, browser):
    return browser("municipal_admin")


def own_type(school: World, **columns: object) -> DocumentType:
    basis = AccessBasis.objects.get(slug="taushetsplikt")
    start = {"name_nb": "Egen", "name_nn": "Eigen", "archive_mode": "always", "basis": basis}
    return type_actions.make_type(DocumentType(**(start | columns)), by=school.user("municipal_admin"))


def test_only_those_who_may_change_templates_get_in(school: World, browser) -> None:
    for who in ("contact_teacher", "principal", "school_admin"):
        client = browser(who)
        for address in (
            url(),
            reverse("documents:bases"),
            reverse("documents:new_type"),
            reverse("documents:new_basis"),
        ):
            assert client.get(address).status_code == 403
        assert client.post(url("test_type", SLUG), {}).status_code == 403
        assert client.post(url("switch_type", SLUG), {}).status_code == 403


def test_a_type_is_changed_and_no_more_than_the_form_shows(admin) -> None:
    kind = type_called()
    stricter = AccessBasis.objects.create(access_code="SF", legal_basis="offl. § 13, strengt", strictness=5)
    change = posted(
        kind, name_nb="Møte", sensitivity="sensitive", basis=stricter.pk, registry_status="J", document_code="BREV",
        archive_mode="optional",
        channel="sms", made_in="flow", number="99", slug="annet",
    )  # fmt: skip
    assert admin.post(url(), change).status_code == 302
    changed = DocumentType.objects.get(pk=kind.pk)
    assert (changed.name_nb, changed.basis, changed.registry_status) == ("Møte", stricter, "J")
    assert changed.sensitivity == "sensitive"
    assert (changed.document_code, changed.archive_mode) == ("BREV", "optional")
    assert (changed.channel, changed.made_in, changed.number, changed.slug) == ("svarut", "editor", 23, SLUG)


def test_deadlines_and_who_archives_are_the_municipalitys_to_change(admin) -> None:
    change = posted(type_called(), deadlines="25.01 og 1.6", archived_by=["school_admin", "contact_teacher"])
    assert admin.post(url(), change).status_code == 302
    assert type_called().deadlines == ["01-25", "06-01"]
    assert type_called().archived_by == ["school_admin", "contact_teacher"]
    assert 'value="25.01, 01.06"' in admin.get(url()).content.decode()


@pytest.mark.parametrize("typed", ["06-25", "31.02", "25.13", "25. juni", "0.1", "-1.1"])
def test_a_deadline_that_is_no_day_is_told_of(admin, typed: str) -> None:
    answer = admin.post(url(), posted(type_called(), deadlines=typed))
    assert answer.status_code == 422 and "for eksempel 25.06" in answer.content.decode()
    assert type_called().deadlines == []


def test_a_mistake_is_told_of_and_nothing_is_saved(admin) -> None:
    answer = admin.post(url(), posted(type_called(), name_nb="", registry_type="Q"))
    assert answer.status_code == 422
    assert type_called().name_nb == "Innkalling til møte på skolen"


def test_whether_it_is_archived_is_chosen_in_words(admin) -> None:
    """A new type asks for a choice; one that has made it has no empty one to go back to."""
    new = admin.get(reverse("documents:new_type")).content.decode()
    assert '<option value="" selected>Velg</option>' in new and "---------" not in new
    start = posted(DocumentType(), name_nb="Egen type", name_nn="Eigen type", channel="svarut", archive_mode="")
    refused = admin.post(reverse("documents:new_type"), start)
    assert refused.status_code == 422 and "Velg når det skal arkiveres." in refused.content.decode()
    stored = admin.get(url()).content.decode()
    assert 'name="archive_mode"' in stored and "---------" not in stored and ">Velg<" not in stored


def test_of_what_is_made_in_elements_only_the_words_are_ours(admin) -> None:
    html = admin.get(url("edit_type", "iop")).content.decode()
    assert "id_name_nb" in html
    assert "id_archive_mode" not in html
    assert "Test-arkiver" not in html
    assert admin.post(url("test_type", "iop"), {}).status_code == 404


def test_every_type_can_be_opened(admin) -> None:
    for slug in DocumentType.objects.values_list("slug", flat=True):
        assert admin.get(url("edit_type", slug)).status_code == 200


def test_a_type_of_ones_own_is_out_of_use_with_a_template_until_the_archive_took_a_test(school: World, admin) -> None:
    start = posted(DocumentType(archive_mode="always"), name_nb="Egen type", name_nn="Eigen type", channel="svarut")
    assert admin.post(reverse("documents:new_type"), start).status_code == 302
    kind = DocumentType.objects.get(name_nb="Egen type")
    assert kind.is_own
    assert not kind.is_active
    assert TemplateVersion.objects.filter(document_type=kind, is_current=True).count() == 2
    assert admin.post(url("switch_type", kind.slug), {"handling": "pa"}, follow=True).status_code == 200
    with pytest.raises(type_actions.NotTested):
        type_actions.activate(kind, by=school.user("municipal_admin"))
    pass_test(school, kind)
    type_actions.activate(kind, by=school.user("municipal_admin"))
    assert DocumentType.objects.get(pk=kind.pk).is_active


def pass_test(school: World, kind: DocumentType) -> ArchiveTest:
    """A test that the archive has taken, without waiting for one."""
    test = try_in_archive(kind, school=school.pupils["own"].school, by=school.user("municipal_admin"))
    Delivery.objects.filter(pk=test.delivery_id).update(state="archived", archived_at=test.made_at, failure="")
    return ArchiveTest.objects.get(pk=test.pk)


def test_a_test_holds_for_its_codes_and_no_others(school: World) -> None:
    kind = own_type(school)
    assert pass_test(school, kind).holds
    assert not type_actions.needs_test(kind)
    for column, value in (("registry_status", "J"), ("document_code", "X"), ("basis", None)):
        changed = DocumentType.objects.get(pk=kind.pk)
        setattr(changed, column, value)
        changed.save()
        assert type_actions.needs_test(changed)
        with pytest.raises(type_actions.NotTested):
            type_actions.activate(changed, by=school.user("municipal_admin"))
        kind.save()


def test_a_changed_hjemmel_too_asks_for_a_new_test(school: World) -> None:
    kind = own_type(school)
    pass_test(school, kind)
    AccessBasis.objects.filter(pk=kind.basis_id).update(legal_basis="offl. § 13, jf. ny lov")
    assert type_actions.needs_test(DocumentType.objects.get(pk=kind.pk))


def test_what_is_never_archived_needs_no_test(school: World) -> None:
    kind = own_type(school, archive_mode="never")
    type_actions.activate(kind, by=school.user("municipal_admin"))
    assert DocumentType.objects.get(pk=kind.pk).is_active


def test_the_test_record_is_marked_and_about_nobody(school: World, admin) -> None:
    before = (Student.objects.count(), Document.objects.count())
    here = school.pupils["own"].school
    answer = admin.post(url("test_type", SLUG), {"skole": str(here.uuid)}, follow=True)
    test = ArchiveTest.objects.get()
    record = test.delivery.record
    assert record["title"] == record["public_title"] == "TEST – Innkalling til møte på skolen"
    assert (record["access_code"], record["registry_type"], record["status"]) == ("UO", "U", "F")
    assert record["folder"]["key"] == "testmappe:elev"
    assert record["folder"]["title"].startswith("TEST")
    assert (test.delivery.about, test.delivery.school) == (None, here)
    assert default_storage.exists(record["files"][0]["path"])
    assert (Student.objects.count(), Document.objects.count()) == before
    everyone = {student.person.full_name for student in Student.objects.select_related("person")}
    assert not any(name in str(record) for name in everyone)
    assert str(test.delivery.uuid) in answer.content.decode()


def test_one_test_at_a_time_however_often_one_presses(school: World, admin) -> None:
    here = school.pupils["own"].school
    for _press in range(2):
        answer = admin.post(url("test_type", SLUG), {"skole": str(here.uuid)}, follow=True)
    assert "alt på vei til arkivet" in answer.content.decode()
    assert ArchiveTest.objects.count() == 1
    Delivery.objects.update(state="parked", failure="refused")
    admin.post(url("test_type", SLUG), {"skole": str(here.uuid)})
    assert ArchiveTest.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_presses_at_the_same_moment_give_one_test(school: World) -> None:
    barrier, outcomes = threading.Barrier(3), []

    def press() -> None:
        barrier.wait()
        try:
            try_in_archive(type_called(), school=school.pupils["own"].school, by=school.user("municipal_admin"))
            outcomes.append("sent")
        except StillTrying:
            outcomes.append("waits")
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["sent", "waits", "waits"]
    assert ArchiveTest.objects.count() == 1


def test_the_test_folder_has_a_number_no_person_has(school: World) -> None:
    try_in_archive(type_called(), school=school.pupils["own"].school, by=school.user("municipal_admin"))
    number = ArchiveFolder.objects.get(key="testmappe:elev").national_id
    assert number == made_up_number()
    assert parse(number, synthetic_allowed=True).is_synthetic


def test_every_type_that_can_be_archived_can_be_tried_also_without_a_template(school: World) -> None:
    for slug in ("vitnemaal", "sfo-soeknad", "gruppeoversikter", "flyttemelding"):
        test = try_in_archive(type_called(slug), school=school.pupils["own"].school, by=school.user("municipal_admin"))
        assert test.codes == type_called(slug).codes
    assert Delivery.objects.filter(title__startswith="TEST").count() == 4


def test_a_refused_test_shows_why(school: World, admin) -> None:
    test = try_in_archive(type_called(), school=school.pupils["own"].school, by=school.user("municipal_admin"))
    Delivery.objects.filter(pk=test.delivery_id).update(
        state="parked", failure="refused", failure_text="Ukjent tilgangskode UO."
    )
    html = admin.get(url()).content.decode()
    assert "Ukjent tilgangskode UO." in html
    assert "Feilet" in html


def test_taken_out_of_use_and_into_use_again(school: World, admin) -> None:
    admin.post(url("switch_type", SLUG), {"handling": "av"})
    assert not type_called().is_active
    admin.post(url("switch_type", SLUG), {"handling": "pa"})
    assert type_called().is_active


def test_the_same_hjemmel_added_by_two_at_once_is_told_and_no_error(school: World, admin, monkeypatch) -> None:
    new = {"access_code": "BV", "legal_basis": "offl. § 13, jf. barnevernsloven", "strictness": "3", "is_active": "on"}
    save = type_actions.save_basis

    def a_moment_later(basis: AccessBasis, *, by) -> None:
        AccessBasis.objects.create(access_code="BV", legal_basis=new["legal_basis"], strictness=3)
        save(basis, by=by)

    monkeypatch.setattr(type_actions, "save_basis", a_moment_later)
    answer = admin.post(reverse("documents:new_basis"), new)
    assert answer.status_code == 422
    assert "finnes fra før" in answer.content.decode()


def test_the_register_of_hjemler(school: World, admin) -> None:
    new = {"access_code": "BV", "legal_basis": "offl. § 13, jf. barnevernsloven", "strictness": "3", "is_active": "on"}
    assert admin.post(reverse("documents:new_basis"), new).status_code == 302
    assert admin.post(reverse("documents:new_basis"), new).status_code == 422
    assert admin.post(reverse("documents:new_basis"), new | {"legal_basis": "x", "strictness": "10"}).status_code == 422
    made = AccessBasis.objects.get(access_code="BV")
    assert "barnevernsloven" in admin.get(reverse("documents:bases")).content.decode()
    del new["is_active"]
    assert admin.post(url("edit_basis", made.pk), new).status_code == 302
    assert not AccessBasis.objects.get(pk=made.pk).is_active
    assert admin.get(url("edit_basis", 999999)).status_code == 404


def test_a_hjemmel_in_use_stays_in_use(school: World, admin) -> None:
    shipped = AccessBasis.objects.get(slug="taushetsplikt")
    form = {"access_code": shipped.access_code, "legal_basis": shipped.legal_basis, "strictness": "1"}
    answer = admin.post(url("edit_basis", shipped.pk), form)
    assert answer.status_code == 422
    assert "Bytt hjemmel der først" in answer.content.decode()
    assert AccessBasis.objects.get(pk=shipped.pk).is_active


def test_the_test_pupil_pdf_is_real_and_stores_nothing(school: World, admin) -> None:
    answer = admin.post(reverse("documents:try_template", args=[SLUG, "nb"]), {"title": "Møte", "body": "Hei."})
    assert answer.content.startswith(b"%PDF")
    assert "no-store" in answer["Cache-Control"]
    wrong = admin.post(reverse("documents:try_template", args=[SLUG, "nb"]), {"title": "x", "body": "\n{{ fnr }}"})
    assert wrong.status_code == 422
    assert "Linje 2" in wrong.content.decode()
    assert not Document.objects.exists()
