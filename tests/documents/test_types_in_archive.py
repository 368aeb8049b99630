"""«Test-arkiver» all the way through the connector into the local Elements: taken, refused, and stopped before it."""

from collections.abc import Iterator

import pytest

from archive import worker
from archive.models import ArchiveRun, Delivery, SchoolArchiveSettings
from documents import type_actions
from documents.models import ArchiveTest, DocumentType
from documents.rehearsals import try_in_archive
from sandbox.elements.server import Elements
from tests.archive.parts import addresses, running_elements
from tests.documents.conftest import type_called
from tests.world import World


@pytest.fixture
def elements(settings) -> Iterator[Elements]:
    with running_elements() as server:
        settings.NCORE = addresses(server)
        settings.ARCHIVE_CLIENT_TIMEOUT = 5
        yield server


@pytest.fixture
def here(school: World):
    place = school.pupils["own"].school
    SchoolArchiveSettings.objects.update_or_create(
        school=place, defaults={"case_owner_initials": "KHA", "administrative_unit": "SKOLE"}
    )
    return place


def tried(kind: DocumentType, here, by) -> ArchiveTest:
    test = try_in_archive(kind, school=here, by=by)
    worker.work(seconds=240)
    return ArchiveTest.objects.select_related("delivery", "document_type__basis").get(pk=test.pk)


def test_one_made_up_record_is_archived_with_the_types_codes_and_nothing_else_is_sent(
    school: World, elements, here
) -> None:
    admin, kind = school.user("municipal_admin"), type_called("sfo-vedtak")
    waiting, _delivery = school.add_document("own")
    test = tried(kind, here, admin)
    assert (test.delivery.state, test.delivery.failure_text) == (Delivery.State.ARCHIVED, "")
    assert test.holds
    [entry] = elements.store.all("RegistryEntry")
    assert entry["TitleRestricted"].startswith("TEST")
    assert (entry["AccessCodeId"], entry["Pursuant"]) == (kind.access_code, kind.legal_basis)
    assert ArchiveRun.objects.get(deliveries=test.delivery).archived == 1
    assert waiting.delivery_id is None or waiting.delivery.state != Delivery.State.ARCHIVED
    assert not type_actions.needs_test(kind)


def test_a_second_test_goes_into_the_same_folder(school: World, elements, here) -> None:
    admin = school.user("municipal_admin")
    for slug in ("sfo-vedtak", "samtykke"):
        assert tried(type_called(slug), here, admin).holds
    assert len(elements.store.all("Case")) == 1


def test_a_refusal_keeps_a_type_of_ones_own_out_of_use(school: World, elements, here) -> None:
    admin = school.user("municipal_admin")
    basis = type_called().basis
    kind = type_actions.make_type(
        DocumentType(name_nb="Egen", name_nn="Eigen", archive_mode="always", basis=basis), by=admin
    )
    elements.faults.add(mode="refuse", text="Hjemmelen er ukjent.", operation="Insert", kind="RegistryEntry")
    test = tried(kind, here, admin)
    assert (test.delivery.state, test.holds) == (Delivery.State.PARKED, False)
    assert "Hjemmelen er ukjent." in test.delivery.failure_text
    with pytest.raises(type_actions.NotTested):
        type_actions.activate(kind, by=admin)
    assert tried(kind, here, admin).holds
    type_actions.activate(kind, by=admin)


def test_a_school_without_set_up_is_told_before_anything_is_sent(school: World, elements) -> None:
    SchoolArchiveSettings.objects.all().delete()
    test = tried(type_called(), school.pupils["own"].school, school.user("municipal_admin"))
    assert test.delivery.state == Delivery.State.PARKED
    assert "saksansvarlig" in test.delivery.failure_text
    assert elements.store.all("RegistryEntry") == []
