"""A document's way into the archive when nothing goes wrong."""

import pytest

from archive import worker
from archive.models import ArchiveRun, Delivery
from tests.archive.parts import NATIONAL_ID, entries, keys_archived, make_record, queue, run_all, the_folder

pytestmark = pytest.mark.django_db


def test_document_reaches_the_archive_with_everything_that_belongs_to_it(elements, school):
    delivery = queue(make_record("dok:1:v1", files=3), school)
    run = run_all()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.failure_text) == (Delivery.State.ARCHIVED, "")
    entry, case = entries(elements)[0], elements.store.all("Case")[0]
    assert (delivery.journal_year, delivery.journal_number) == (entry["RegisterYear"], entry["SequenceNumber"])
    assert (the_folder().case_year, the_folder().sequence_number) == (case["CaseYear"], case["SequenceNumber"])
    assert entry["RecordStatusId"] == "J"
    assert entry["TitleRestricted"] == "Innkalling til møte – *****"
    assert entry["TitlePersonNameTagged"] == "Innkalling til møte – ##### ####_"
    links = elements.store.all("RegistryEntryDocument")
    assert [link["DocumentLinkTypeId"] for link in links] == ["H", "V", "V"]
    sums = [row["Checksum"] for row in elements.store.all("DocumentObject")]
    assert sums == [ref["sha256"] for ref in delivery.record["files"]]
    assert [row["Name"] for row in elements.store.all("SenderRecipient")] == ["Ola Prøve", "Eva Prøve"]
    assert all(row["IsRestricted"] for row in elements.store.all("SenderRecipient"))
    assert (run.archived, run.failed) == (1, 0)
    assert run.finished_at


def test_the_code_of_the_document_type_is_the_category_of_the_entry(elements, school):
    queue(make_record("dok:1:v1", document_type="BREV"), school)
    queue(make_record("dok:2:v1"), school)
    run_all()
    assert [entry.get("DocumentCategoryId") for entry in entries(elements)] == ["BREV", None]


def test_national_id_goes_into_the_folders_class_and_is_then_forgotten(elements, school):
    delivery = queue(make_record("dok:1:v1"), school)
    assert NATIONAL_ID not in str(delivery.record)
    assert the_folder().national_id == NATIONAL_ID
    run_all()
    [row] = elements.store.all("Classification")
    assert (row["ClassificationSystemId"], row["ClassId"], row["IsRestricted"]) == ("FNRP", NATIONAL_ID, True)
    assert the_folder().national_id == ""
    assert NATIONAL_ID not in str(Delivery.objects.values_list("attempts__receipt", flat=True))


def test_second_document_goes_into_the_same_folder(elements, school):
    queue(make_record("dok:1:v1"), school)
    queue(make_record("dok:2:v1"), school)
    run_all()
    assert len(elements.store.all("Case")) == len(elements.store.all("ExternalSystemLinkCase")) == 1
    assert keys_archived(elements) == ["dok:1:v1", "dok:2:v1"]


def test_folder_from_an_earlier_system_is_used_and_not_doubled(elements, school):
    case = elements.store.insert(
        "Case", {"Title": "Elevmappe", "SeriesId": "ELEV", "CaseStatusId": "B", "CaseYear": 2019, "SequenceNumber": 7}
    )
    elements.store.insert("Classification", {"CaseId": case["Id"], "ClassId": NATIONAL_ID, "SortOrder": "1"})
    queue(make_record("dok:1:v1"), school)
    run_all()
    assert len(elements.store.all("Case")) == 1
    assert str(the_folder()) == "2019/7"


def test_settings_of_the_moment_of_sending_count(elements, school):
    queue(make_record("dok:1:v1"), school)
    school.archive_settings.case_owner_initials = "NYR"
    school.archive_settings.save()
    run_all()
    [user] = elements.store.select("UserName", [("Initials", "=", "NYR")])
    assert entries(elements)[0]["OfficerNameId"] == user["Id"]


def test_nothing_is_sent_before_a_run(elements, school):
    queue(make_record("dok:1:v1"), school)
    assert worker.work(seconds=240) == 0
    assert entries(elements) == []


def test_run_with_nothing_to_do_is_over_at_once(school):
    run = run_all()
    assert run.finished_at
    assert ArchiveRun.objects.count() == 1
